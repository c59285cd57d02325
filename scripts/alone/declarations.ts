// What programs export. The compiler must be able to write every inferred type with names that `toolloop` exports.
import * as toolloop from 'toolloop'
import { agent, chatModel, Client, customTool, memoryLog, responseFormat, tool, toolResult, user } from 'toolloop'
import { jsonSchema } from 'toolloop/json-schema'
import { z } from 'zod'

export const now = tool({ name: 'now', execute: () => '12:00' })
export const lookup = tool({
  name: 'lookup',
  parameters: z.object({ city: z.string() }),
  output: z.object({ found: z.boolean() }),
  limit: { concurrency: 1 },
  execute: ({ city }) => ({ found: city !== '' }),
})
export const parts = tool({ name: 'parts', execute: () => toolResult({ model: 'x', details: { a: 1 } }) })
export const foreign = tool({
  name: 'foreign',
  parameters: jsonSchema<{ a: string }>({ type: 'object', properties: { a: { type: 'string' } } }),
})
export const sql = customTool({ name: 'sql', execute: (query) => query.length })
export const client = new Client({ apiKey: 'k', baseURL: 'http://127.0.0.1:1' })
export const model = chatModel(client, 'm')
export const helper = agent({ name: 'helper', model, tools: [now, lookup, parts, sql] })
export const writer = agent({ name: 'writer', model, output: z.object({ text: z.string() }) })
export const format = responseFormat(z.object({ total: z.number() }), { name: 'invoice' })
export const log = memoryLog()
export const message = user('x')
export const result = () => helper.run('x')
export const written = () => writer.run('x')
export const stream = () => helper.stream('x')
export const events = async function* () {
  yield* stream()
}
export const completion = () => client.chat.completions.create({ model: 'm', messages: [] })
export const streamed = () => client.chat.completions.stream({ model: 'm', messages: [], tools: [lookup] })
export const parsed = () => client.chat.completions.parse({ model: 'm', messages: [], response_format: format })
export const findings = toolloop.diagnose(z.object({}))
export const all = { ...toolloop }
