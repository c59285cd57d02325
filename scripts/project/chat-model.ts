// A model over HTTP against a scripted server, as an installed program would write it.
import { call, scriptedServer, text, type Step } from '@toolloop/testing'
import { chatModel, Transport } from '@toolloop/transport'
import type { ModelRequest } from '@toolloop/wire'

const script: Step[] = [call('add', { a: 1, b: 2 }), text('3')]
await using server = await scriptedServer(script)
await using transport = new Transport({ baseURL: server.url, apiKey: 'key' })
const model = chatModel(transport, 'gpt-5.1')
const request: ModelRequest = { messages: [{ role: 'user', content: 'What is 1 + 2?' }] }
const calls = (await model.create?.(request, {}))?.choices[0]?.message.tool_calls ?? []
let answer = ''
for await (const batch of model.stream?.(request, {}) ?? [])
  for (const chunk of Array.isArray(batch) ? batch : [batch]) answer += chunk.choices[0]?.delta.content ?? ''
if (calls[0]?.id !== 'call_1_1' || answer !== '3') throw new Error(JSON.stringify([calls, answer]))
// @ts-expect-error: a reply is not a string
script.push('3')
console.log('ok')
