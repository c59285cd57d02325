import { call, calls as manyCalls, scriptedModel, scriptedServer, text } from '@toolloop/testing'
import {
  agent,
  and,
  calls,
  Client,
  image,
  outputOf,
  type PrepareStep,
  steps,
  tool,
  type ToolContext,
  user,
} from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const search = tool({
  name: 'search',
  parameters: z.object({ query: z.string() }),
  effects: 'none',
  execute: ({ query }) => `all about ${query}`,
})
const publish = tool({ name: 'publish', parameters: z.object({ text: z.string() }), execute: () => 'published' })

test('context', async () => {
  const model = scriptedModel([])
  const cheap = scriptedModel([call('orders'), text('One: a lamp.')])
  // #region context
  interface Shop {
    readonly customer: string
    readonly orders: (customer: string) => Promise<readonly string[]>
  }

  const orders = tool({
    name: 'orders',
    description: "The customer's orders",
    execute: async (_args, { context }: ToolContext<Shop>) => context.orders(context.customer),
  })

  const clerk = agent({
    name: 'clerk',
    model,
    tools: [orders],
    instructions: ({ customer }) => `You serve ${customer}.`,
    prepareStep: ({ context }: PrepareStep<{ trial: boolean }>) => (context.trial ? { model: cheap } : {}),
  })

  const context = { customer: 'Ada', orders: async () => ['lamp'], trial: true }
  const result = await clerk.run('What did I order?', { context }) // without `context` this does not compile
  // #endregion
  expect(outputOf(result)).toBe('One: a lamp.')
})

test('steps', async () => {
  const model = scriptedModel([call('search', { query: 'owls' }), call('publish', { text: 'Owls.' })])
  const cheap = scriptedModel([])
  // #region steps
  const writer = agent({
    name: 'writer',
    model,
    tools: [search, publish],
    maxSteps: 10,
    stopWhen: and(steps(2), calls('publish')),
    prepareStep: ({ step }) =>
      step === 0 ? { tools: ['search'], toolChoice: 'required' } : step > 5 ? { model: cheap } : {},
  })
  // #endregion
  const result = await writer.run('Write about owls.')
  expect(result).toMatchObject({ status: 'stopped', by: 'and(steps(2), calls(publish))' })
  expect(model.requests[0]?.tools).toHaveLength(1)
})

test('conversation', async () => {
  const chat = agent({ name: 'chat', model: scriptedModel([text('An owl.'), text('In woods.')]) })
  // #region conversation
  const first = await chat.run(user('What is on it?', image('https://example.com/bird.jpg')))
  const second = await chat.run([...first.messages, user('Where does it live?')])
  // #endregion
  expect(second.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'user', 'assistant'])
})

test('output', async () => {
  const model = scriptedModel([text('{"name":"Tawny owl","heightCm":-3}'), text('{"name":"Tawny owl","heightCm":38}')])
  // #region output
  const Bird = z.object({ name: z.string(), heightCm: z.number() })
  const expert = agent({
    name: 'expert',
    model,
    output: {
      schema: Bird,
      validate: ({ heightCm }) => (heightCm > 0 ? undefined : 'heightCm must be positive.'),
      retries: 2,
    },
  })
  const bird = outputOf(await expert.run('Which owl is the most common?'))
  bird.heightCm // number
  // #endregion
  expect(bird).toEqual({ name: 'Tawny owl', heightCm: 38 })
})

test('an answer by the prompt alone, and a header', async () => {
  await using server = await scriptedServer([text('{"name":"Tawny owl","heightCm":38}')])
  const [baseURL, apiKey] = [server.url, 'sk-example-key']
  const Bird = z.object({ name: z.string(), heightCm: z.number() })
  // #region prompt
  const output = { schema: Bird, mode: 'prompt' } as const
  // #endregion
  // #region header
  const client = new Client({ baseURL, apiKey, headers: { 'x-team': 'birds' }, timeout: 60_000 }) // milliseconds
  const watcher = agent({ name: 'watcher', model: 'llama3.3', client, output })
  // #endregion
  expect(outputOf(await watcher.run('Which owl is the most common?')).heightCm).toBe(38)
  expect(server.requests[0]?.headers['x-team']).toBe('birds')
  expect(server.requests[0]?.body).not.toHaveProperty('response_format')
  await client.close()
})

test('limits of an answer', async () => {
  const label = tool({
    name: 'label',
    parameters: z.object({ mail: z.int() }),
    execute: ({ mail }) => (mail % 2 ? 'odd' : 'even'),
  })
  const all = Array.from({ length: 256 }, (_, mail) => ({ name: 'label', args: { mail } }))
  const model = scriptedModel([manyCalls(all), text('Sorted.')])
  // #region limits
  const sorter = agent({ name: 'sorter', model, tools: [label], answerLimits: { maxToolCalls: 256 } })
  // #endregion
  const result = await sorter.run('Sort my mail.')
  expect(outputOf(result)).toBe('Sorted.')
  expect(result.steps[0]?.calls).toHaveLength(256)
})

test('tools that appear during a run', async () => {
  const openProject = tool({ name: 'open_project', effects: 'none', execute: () => 'open' })
  const build = tool({ name: 'build', execute: () => 'built' })
  const toolsOf = (place: string) => (place === 'project' ? [build] : [])
  const model = scriptedModel([call('open_project'), call('build'), text('Done.')])
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  // #region added
  const helper = agent({
    name: 'helper',
    model,
    tools: [openProject],
    prepareStep: ({ state }) => ({ addTools: toolsOf(state.steps.length > 0 ? 'project' : 'none') }),
  })
  const stream = helper.stream('Build it.')
  stream.on('tool.done.dynamic', ({ name, ms }) => tell(`${name}: ${ms} ms`))
  // #endregion
  expect((await stream.result).status).toBe('done')
  expect(lines).toEqual([expect.stringMatching(/^build: \d+ ms$/)])
})
