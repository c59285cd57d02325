import { Client } from 'toolloop'

await using client = new Client()

const chunks = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Say hello.' }],
  stream: true,
  stream_options: { include_usage: true }, // `create` adds nothing by itself
})
for await (const { choices, usage } of chunks) {
  // The last chunk has the usage and no choices.
  if (choices.length === 0 && usage) console.log(`${usage.prompt_tokens} + ${usage.completion_tokens} tokens`)
}

// `stream` asks for it where the server knows how.
const stream = client.chat.completions.stream({ model: 'gpt-5.1', messages: [{ role: 'user', content: 'Again.' }] })
console.log((await stream.final()).usage?.total_tokens, 'tokens')
