import OpenAI from 'toolloop/openai'

const client = new OpenAI()

const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [
    { role: 'developer', content: 'Answer in one word.' },
    { role: 'user', content: 'What is the capital of Norway?' },
  ],
})
console.log(completion.choices[0]?.message.content)
