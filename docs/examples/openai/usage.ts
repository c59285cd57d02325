import OpenAI from 'toolloop/openai'

const client = new OpenAI()
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello!' }]

const { usage } = await client.chat.completions.create({ model: 'gpt-5.1', messages })
console.log(`${usage?.prompt_tokens} + ${usage?.completion_tokens} tokens`)

const stream = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages,
  stream: true,
  stream_options: { include_usage: true }, // in the last chunk, which has no choices
})
for await (const chunk of stream) if (chunk.usage) console.log(`${chunk.usage.total_tokens} tokens`)
