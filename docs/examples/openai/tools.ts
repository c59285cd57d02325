import OpenAI from 'toolloop/openai'

const client = new OpenAI()
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Weather in a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Do I need an umbrella in Oslo?' }]

const first = await client.chat.completions.create({ model: 'gpt-5.1', messages, tools, tool_choice: 'auto' })
const { message } = first.choices[0]!
messages.push(message)
for (const call of message.tool_calls ?? []) {
  if (call.type !== 'function') continue
  console.log(call.function.name, call.function.arguments)
  messages.push({ role: 'tool', tool_call_id: call.id, content: 'rain' })
}
const second = await client.chat.completions.create({ model: 'gpt-5.1', messages, tools })
console.log(second.choices[0]?.message.content)
