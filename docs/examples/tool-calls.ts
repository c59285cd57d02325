import { Client, type Message } from 'toolloop'

await using client = new Client()

// Tool calls by hand, as on the wire. An agent does all of this: see "Agents".
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Current weather in a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
      strict: true,
    },
  },
]
const messages: Message[] = [{ role: 'user', content: 'Do I need an umbrella in Oslo?' }]

const first = await client.chat.completions.create({ model: 'gpt-5.1', messages, tools })
const message = first.choices[0]!.message
messages.push(message)
for (const call of message.tool_calls ?? []) {
  if (call.type !== 'function') continue
  console.log(call.function.name, call.function.arguments)
  messages.push({ role: 'tool', tool_call_id: call.id, content: 'rain' })
}
const second = await client.chat.completions.create({ model: 'gpt-5.1', messages, tools })
console.log(second.choices[0]?.message.content)
