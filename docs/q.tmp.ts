import { agent, tool, toResponse, Client } from 'toolloop'
import { call, scriptedModel, scriptedServer, text, virtualClock } from '@toolloop/testing'
const t = tool({ name: 't', needsApproval: true, execute: () => undefined })
const a = agent({ name: 'a', model: scriptedModel([call('t')]), tools: [t] })
const clock = virtualClock(5000)
console.log((await toResponse(a.stream('x', { clock })).text()).slice(-700))
const f = agent({ name: 'a', model: { name: 'm', async *stream() { yield 1 as never; throw new Error('no') } } })
await using server = await scriptedServer([text('a')])
const client = new Client({ apiKey: 'k', baseURL: server.url, headers: { 'x-a': '1' } })
await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] }, { headers: { 'x-a': undefined, 'x-b': undefined } })
console.log(server.requests[0]?.headers['x-a'], server.requests[0]?.headers['x-b'])
await client.close()
