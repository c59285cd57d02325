import { Client, NotFoundError } from 'toolloop'

await using client = new Client()
const { completions } = client.chat

// #region keep
for (const topic of ['owls', 'cats', 'owls'])
  await completions.create({
    model: 'gpt-5.1',
    messages: [{ role: 'user', content: `A word about ${topic}.` }],
    store: true,
    metadata: { topic },
  })
// #endregion

// #region find
const page = await completions.list({ metadata: { topic: 'owls' }, limit: 1, order: 'desc' })
console.log(page.data.length, page.has_more)
const found = []
for await (const completion of page) found.push(completion) // fetches the other pages
console.log(found.map(({ choices }) => choices[0]?.message.content))
// #endregion

// #region change
const [{ id }] = found as [(typeof found)[0]]
const { metadata } = await completions.update(id, { metadata: { topic: 'owls', rating: 'good' } })
console.log(metadata)
for await (const { role, content } of await completions.messages.list(id)) console.log(`${role}: ${content}`)
// #endregion

// #region delete
console.log((await completions.delete(id)).deleted)
await completions.retrieve(id).catch((error: unknown) => console.log(error instanceof NotFoundError))
// #endregion
