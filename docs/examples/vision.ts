import { Client } from 'toolloop'

await using client = new Client()

const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is on these pictures?' },
        { type: 'image_url', image_url: { url: 'https://example.com/owl.jpg', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' } },
      ],
    },
  ],
})
console.log(completion.choices[0]?.message.content)
