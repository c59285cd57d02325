import OpenAI from 'toolloop/openai'

const client = new OpenAI()

const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is on this picture?' },
        { type: 'image_url', image_url: { url: 'https://example.com/owl.png', detail: 'low' } },
      ],
    },
  ],
})
console.log(completion.choices[0]?.message.content)
