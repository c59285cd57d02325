// What the README promises of an installed package: a typed tool, a run, a typed result; here against a scripted server.
import { call, scriptedServer, text } from '@toolloop/testing'
import { agent, Client, outputOf, tool, type ToolContext } from 'toolloop'
import { z } from 'zod'

const add = tool({
  name: 'add',
  description: 'Adds two numbers',
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }, { context }: ToolContext<{ unit: string }>) => `${a + b} ${context.unit}`,
})
await using server = await scriptedServer([call('add', { a: 1, b: 2 }), text('{"sum":3}')])
await using client = new Client({ baseURL: server.url, apiKey: 'key' })
const adder = agent({ name: 'adder', model: 'gpt-5.1', client, tools: [add], output: z.object({ sum: z.number() }) })
const stream = adder.stream('What is 1 + 2?', { context: { unit: 'apples' } })
for await (const event of stream)
  if (event.type === 'tool.done' && event.ok && event.name === 'add') console.log(event.args.a.toFixed(), event.output)
const sum: number = outputOf(await stream.result).sum
if (sum !== 3) throw new Error(`The sum is ${sum}`)

// What must not compile.
// @ts-expect-error: the tool's context is required
void (() => adder.run('What is 1 + 2?'))
// @ts-expect-error: the sum is a number
void ((output: string) => output)(sum)
// @ts-expect-error: an argument has the wrong type
void (async () => (await add.parse('{}')).a.length)
console.log('ok')
