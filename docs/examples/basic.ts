import { Client } from 'toolloop'

await using client = new Client() // OPENAI_API_KEY, and OPENAI_BASE_URL for another server

const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [
    { role: 'developer', content: 'Answer in one word.' },
    { role: 'user', content: 'What is the capital of Norway?' },
  ],
})
console.log(completion.choices[0]?.message.content)
