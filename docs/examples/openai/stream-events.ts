import OpenAI from 'toolloop/openai'

const client = new OpenAI()

const stream = client.chat.completions
  .stream({ model: 'gpt-5.1', messages: [{ role: 'user', content: 'Tell me of an owl.' }] })
  .on('content.delta', ({ delta, snapshot }) => console.log(delta.length, snapshot.length))
  .on('content.done', ({ content }) => console.log('done:', content))
const completion = await stream.finalChatCompletion()
console.log(completion.choices[0]?.finish_reason)
