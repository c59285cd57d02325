import OpenAI from 'toolloop/openai'

const client = new OpenAI()

const stream = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Count to 5.' }],
  stream: true,
})
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '')
console.log()
