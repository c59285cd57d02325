// The testing package on its own: a script over HTTP, asked by plain fetch.
import { call, scriptedServer, text } from '@toolloop/testing'
import type { Completion } from '@toolloop/wire'

await using server = await scriptedServer([call('add', { a: 1, b: 2 }), text('3')])
const ask = async (): Promise<Completion> => {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'What is 1 + 2?' }] })
  return (await fetch(`${server.url}/chat/completions`, { method: 'POST', body })).json()
}
const calls = (await ask()).choices[0]?.message.tool_calls ?? []
const answer = (await ask()).choices[0]?.message.content
if (calls[0]?.id !== 'call_1_1' || answer !== '3') throw new Error(JSON.stringify([calls, answer]))
// @ts-expect-error: a reply is not a string
if (false) await scriptedServer(['3'])
console.log('ok')
