import OpenAI from 'toolloop/openai'

const client = new OpenAI()
const { completions } = client.chat

const { id } = await completions.create({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'A word about owls.' }],
  store: true,
  metadata: { topic: 'owls' },
})
const kept = await completions.retrieve(id)
console.log(kept.choices[0]?.message.content)
const updated = await completions.update(id, { metadata: { topic: 'owls', rating: 'good' } })
console.log(updated.metadata)
for await (const { created } of completions.list({ limit: 10, order: 'desc' })) console.log(created > 0)
for await (const { role, content } of completions.messages.list(id)) console.log(`${role}: ${content}`)
console.log((await completions.delete(id)).deleted)
