import { tool, type ToolContext } from '@toolloop/schema'
import { call, calls, checkRequest, lastText, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AnyTool,
  calls as called,
  type Fact,
  image,
  isFact,
  memoryLog,
  not,
  or,
  outputOf,
  RunError,
  steps,
  user,
} from './index.ts'

const getWeather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']).default('celsius') }),
  execute: async ({ city, unit }) => ({ city, unit, degrees: city.length }),
})

const check = checkRequest

describe('a run', () => {
  it('calls tools, appends their messages in call order, and ends with the answer', async () => {
    const model = scriptedModel(
      [
        calls([
          { name: 'get_weather', args: { city: 'Oslo', unit: null } },
          { name: 'get_weather', args: { city: 'Rome', unit: 'fahrenheit' } },
        ]),
        (request) =>
          text(
            toolResults(request)
              .map((result) => result.content)
              .join(' and '),
          ),
      ],
      { check },
    )
    const result = await agent({ name: 'forecaster', model, tools: [getWeather] }).run('Compare Oslo and Rome.')
    model.assertUsed()
    expect(result.status).toBe('done')
    expect(outputOf(result)).toBe(
      '{"city":"Oslo","unit":"celsius","degrees":4} and {"city":"Rome","unit":"fahrenheit","degrees":4}',
    )
    expect(result.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant'])
    expect(result.steps).toHaveLength(2)
    expect(result.steps[0]?.calls.map((done) => done.ok)).toEqual([true, true])
    expect(result.usage.reported?.total_tokens).toBeGreaterThan(0)
    expect(result.usage.unreported).toBe(0)
  })

  it('sends strict definitions and, again, the whole conversation', async () => {
    const model = scriptedModel([call('get_weather', { city: 'Oslo', unit: null }), text('Cold.')], { check })
    const result = await agent({ name: 'a', model, tools: [getWeather], instructions: 'Be brief.' }).run('Oslo?')
    const [first, second] = model.requests
    expect(first?.tools).toEqual([getWeather.definition])
    expect(first?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Oslo?' },
    ])
    expect(second?.messages.slice(1)).toEqual(result.messages.slice(0, 3))
    expect(result.request(0)).toEqual(first)
    expect(result.request(1)).toEqual(second)
    expect(result.request(2)).toBeUndefined()
  })

  it('keeps instructions out of the conversation, so that it can be the next input', async () => {
    const model = scriptedModel([text('One.'), text('Two.')], { check })
    const counter = agent({ name: 'counter', model, instructions: () => 'Count.' })
    const one = await counter.run('Start')
    const two = await counter.run([...one.messages, user('Next')])
    expect(two.messages.map((message) => message.content)).toEqual(['Start', 'One.', 'Next', 'Two.'])
    expect(model.requests[1]?.messages[0]).toEqual({ role: 'system', content: 'Count.' })
  })

  it('gives tools the context, and takes instructions and params from it', async () => {
    interface App {
      readonly user: string
    }
    const whoAmI = tool({
      name: 'who_am_i',
      execute: (_args, { context, step, runId, attempt, idempotencyKey, call: made }: ToolContext<App>) => ({
        user: context.user,
        step,
        attempt,
        key: idempotencyKey === `${runId}/${step}/${made.id}`,
      }),
    })
    const model = scriptedModel([call('who_am_i'), (request) => text(toolResults(request)[0]!.content)], { check })
    const one = agent({
      name: 'one',
      model,
      tools: [whoAmI],
      instructions: (context: App) => `You serve ${context.user}.`,
      params: (context: App) => ({ safety_identifier: context.user }),
    })
    const result = await one.run('Who?', { context: { user: 'ada' }, runId: 'r1' })
    expect(outputOf(result)).toBe('{"user":"ada","step":0,"attempt":1,"key":true}')
    expect(model.requests[0]?.messages[0]?.content).toBe('You serve ada.')
    expect(model.requests[0]?.safety_identifier).toBe('ada')
  })

  it('answers with a typed output', async () => {
    const Forecast = z.object({ city: z.string(), sunny: z.boolean() })
    const model = scriptedModel([text('{"city":"Oslo","sunny":false}')], { check })
    const result = await agent({ name: 'a', model, output: Forecast }).run('Oslo?')
    expect(outputOf(result)).toEqual({ city: 'Oslo', sunny: false })
    expect(model.requests[0]?.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: true } })
  })

  it('can be made again with something else', async () => {
    const first = agent({ name: 'a', model: 'gpt-5.1', tools: [getWeather] })
    const model = scriptedModel([text('hi')])
    expect(outputOf(await first.with({ model }).run('hello'))).toBe('hi')
    expect(Object.isFrozen(first)).toBe(true)
  })

  it('is a frozen description: what the caller changes later changes nothing', async () => {
    const tools: (typeof getWeather)[] = [getWeather]
    const params = { temperature: 0 }
    const model = scriptedModel([text('x'), text('y')])
    const one = agent({ name: 'a', model, tools, params })
    tools.length = 0
    params.temperature = 2
    await one.run('go')
    await one.with({ maxSteps: 3 }).run('go')
    expect(model.requests.map((request) => [request.tools?.length, request.temperature])).toEqual([
      [1, 0],
      [1, 0],
    ])
  })

  it('takes text, one message, parts, or a conversation', async () => {
    const model = scriptedModel((request) => text(lastText(request)))
    const echo = agent({ name: 'echo', model })
    expect(outputOf(await echo.run('a'))).toBe('a')
    expect(outputOf(await echo.run({ role: 'user', content: 'b' }))).toBe('b')
    expect(outputOf(await echo.run(user('c', image('https://example.com/c.png'))))).toBe('c')
    expect(outputOf(await echo.run([user('x'), { role: 'assistant', content: 'y' }, user('d')]))).toBe('d')
    expect(model.requests[2]?.messages[0]?.content).toEqual([
      { type: 'text', text: 'c' },
      { type: 'image_url', image_url: { url: 'https://example.com/c.png' } },
    ])
  })

  it('counts what was reported and estimates what was not', async () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 4 },
    }
    const price = { input: 1, output: 10, cachedInput: 0.5 }
    const model = scriptedModel(
      [
        { ...call('get_weather', { city: 'Oslo', unit: null }), usage },
        { ...text('Cold.'), usage },
      ],
      { price },
    )
    const result = await agent({ name: 'a', model, tools: [getWeather] }).run('Oslo?')
    expect(result.usage).toEqual({
      reported: {
        prompt_tokens: 20,
        completion_tokens: 10,
        total_tokens: 30,
        prompt_tokens_details: { cached_tokens: 8 },
      },
      unreported: 0,
      estimated: 0,
    })
    expect(result.cost).toBeCloseTo((2 * (6 + 2 + 50)) / 1_000_000, 12)
    const silent = await agent({ name: 'a', model: scriptedModel([{ ...text('Cold.'), usage: null }], { price }) }).run(
      '?',
    )
    expect(silent.usage).toMatchObject({ reported: null, unreported: 1 })
    expect(silent.usage.estimated).toBeGreaterThan(0)
    expect(silent.cost).toBeUndefined()
  })
})

it('counts what tries that were given up cost', async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
  const model = scriptedModel(
    [
      { ...text(''), usage },
      { ...text('now'), usage },
    ],
    { price: { input: 1, output: 1 } },
  )
  const result = await agent({ name: 'a', model }).run('go')
  expect(result.usage.reported?.total_tokens).toBe(30)
  expect(result.cost).toBeCloseTo(30 / 1_000_000, 12)
})

describe('usage that cannot be true', () => {
  it.each([
    ['negative', { prompt_tokens: -1, completion_tokens: 1, total_tokens: 0 }, null],
    ['textual', { prompt_tokens: '12', completion_tokens: 1, total_tokens: 13 }, null],
    ['missing', { total_tokens: 13 }, null],
    [
      'a wrong total',
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: -9 },
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    ],
    [
      'a wrong detail',
      {
        prompt_tokens: 1,
        completion_tokens: 2,
        total_tokens: 3,
        prompt_tokens_details: { cached_tokens: -4, audio_tokens: 1 },
      },
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, prompt_tokens_details: { audio_tokens: 1 } },
    ],
  ])('is dropped: %s', async (_title, usage, reported) => {
    const model = scriptedModel([{ ...text('x'), usage: usage as never }])
    const result = await agent({ name: 'a', model }).run('go')
    expect(result.usage).toMatchObject({ reported, unreported: reported ? 0 : 1 })
  })
})

describe('what changes in one step', () => {
  it('is model, messages, tools, choice and params, for that step only', async () => {
    const other = scriptedModel([call('get_weather', { city: 'Oslo', unit: null })], { name: 'other' })
    const model = scriptedModel([text('done')], { check })
    const result = await agent({
      name: 'a',
      model,
      tools: [getWeather, tool({ name: 'other_tool', execute: () => 1 })],
      params: { temperature: 0 },
      prepareStep: ({ step }) =>
        step === 0
          ? {
              model: other,
              messages: [user('short')],
              tools: ['get_weather'],
              toolChoice: 'required',
              params: { temperature: 1 },
              instructions: 'now',
            }
          : undefined,
    }).run('long')
    expect(other.requests[0]).toMatchObject({
      messages: [
        { role: 'system', content: 'now' },
        { role: 'user', content: 'short' },
      ],
      tool_choice: 'required',
      temperature: 1,
    })
    expect(other.requests[0]?.tools).toHaveLength(1)
    expect(model.requests[0]?.messages[0]).toEqual({ role: 'user', content: 'long' })
    expect(model.requests[0]?.tools).toHaveLength(2)
    expect(model.requests[0]).not.toHaveProperty('tool_choice')
    expect(result.steps.map((step) => step.model)).toEqual(['other', 'scripted'])
    expect(result.request(0)).toEqual(other.requests[0])
  })

  it.each([
    ['required', 'auto'],
    [{ type: 'function', function: { name: 'get_weather' } }, 'auto'],
    ['auto', 'auto'],
    ['none', 'none'],
  ] as const)('a choice of %j is %j after the first step', async (toolChoice, later) => {
    const model = scriptedModel([call('get_weather', { city: 'Oslo', unit: null }), text('done')], { check })
    await agent({ name: 'a', model, tools: [getWeather], toolChoice }).run('go')
    expect(model.requests.map((request) => request.tool_choice)).toEqual([toolChoice, later])
  })

  it('stays the caller’s: nothing in it is frozen', async () => {
    const toolChoice = { type: 'function', function: { name: 'get_weather' } } as const
    const messages = [user('short')]
    const model = scriptedModel([text('done')], { check })
    const prepareStep = () => ({ toolChoice, messages })
    await agent({ name: 'a', model, tools: [getWeather], prepareStep }).run('go')
    expect([toolChoice, toolChoice.function, messages, messages[0]].map(Object.isFrozen)).toEqual(Array(4).fill(false))
  })

  it('sends the messages as they were when the step began, even if they change later', async () => {
    const messages = [user('short')]
    const model = scriptedModel([text('done')], { check })
    const result = await agent({ name: 'a', model, prepareStep: () => ({ messages }) }).run('go')
    messages[0]!.content = 'changed'
    messages.push(user('more'))
    expect(result.request(0)?.messages).toEqual([user('short')])
  })

  it.each(['short', user('short'), 1])(
    'ends the run with a UsageError when it returns %j as messages',
    async (messages) => {
      const prepareStep = () => ({ messages: messages as never })
      const result = await agent({ name: 'a', model: scriptedModel([]), prepareStep }).run('go')
      expect(result).toMatchObject({ status: 'error', error: { name: 'UsageError' } })
      expect(result.status === 'error' && result.error.message).toContain(`\`messages\` is ${JSON.stringify(messages)}`)
    },
  )

  it('cannot change the conversation behind the log', async () => {
    const model = scriptedModel([call('get_weather', { city: 'Oslo', unit: null }), text('done')], { check })
    const result = await agent({
      name: 'a',
      model,
      tools: [getWeather],
      prepareStep: ({ state }) => {
        ;(state.messages as unknown[]).push(user('smuggled'))
      },
    }).run('go')
    expect(result).toMatchObject({ status: 'error', error: { name: 'TypeError' } })
  })

  it('offers only tools that are enabled, and answers calls of others', async () => {
    const secret = tool({
      name: 'secret',
      enabled: (context: { admin: boolean }) => context.admin,
      execute: () => 'ok',
    })
    const model = scriptedModel([call('secret'), (request) => text(toolResults(request)[0]!.content)], { check })
    const result = await agent({ name: 'a', model, tools: [getWeather, secret] }).run('go', {
      context: { admin: false },
    })
    expect(model.requests[0]?.tools).toEqual([getWeather.definition])
    expect(outputOf(result)).toBe('There is no tool "secret". Available: get_weather.')
  })

  it('runs one after another in call order where `parallel` is false, whatever takes its time before', async () => {
    const ran: number[] = []
    const params = z.object({
      id: z.number().refine(async (id) => {
        await new Promise((resolve) => setTimeout(resolve, id === 1 ? 15 : 0))
        return true
      }),
    })
    const ordered = tool({ name: 'ordered', parameters: params, execute: ({ id }) => void ran.push(id) })
    const script = [calls([1, 2, 3].map((id) => ({ name: 'ordered', args: { id } }))), text('done')]
    await agent({ name: 'a', model: scriptedModel(script), tools: [ordered], parallel: false }).run('go')
    expect(ran).toEqual([1, 2, 3])
  })

  it('asks for one call at a time where `parallel` is false', async () => {
    let running = 0
    let most = 0
    const slow = tool({
      name: 'slow',
      execute: async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 5))
        running--
      },
    })
    const model = scriptedModel([calls([{ name: 'slow' }, { name: 'slow' }, { name: 'slow' }]), text('done')], {
      check,
    })
    await agent({ name: 'a', model, tools: [slow], parallel: false }).run('go')
    expect(model.requests[0]?.parallel_tool_calls).toBe(false)
    expect(most).toBe(1)
  })
})

describe('the facts of a run', () => {
  it('are numbered, stamped, frozen JSON, and fold to the result', async () => {
    const log = memoryLog()
    const model = scriptedModel([call('get_weather', { city: 'Oslo', unit: null }), text('Cold.')])
    const result = await agent({ name: 'a', model, tools: [getWeather] }).run('Oslo?', { log, runId: 'r' })
    expect(log.facts.map((fact) => fact.type)).toEqual([
      'run.start',
      'step.start',
      'step.done',
      'tool.start',
      'tool.done',
      'step.start',
      'step.done',
      'run.done',
    ])
    expect(log.facts.map((fact) => fact.seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(log.facts.every((fact) => fact.run === 'r' && Object.isFrozen(fact) && isFact(fact))).toBe(true)
    const again = await agent({ name: 'a', model, tools: [getWeather] }).run(undefined, {
      from: memoryLog(JSON.parse(JSON.stringify(log.facts))),
    })
    expect(again.messages).toEqual(result.messages)
    expect(again.status).toBe('done')
  })

  it('are logged before the caller sees them', async () => {
    const log = memoryLog()
    const model = scriptedModel([call('get_weather', { city: 'Oslo', unit: null }), text('Cold.')])
    const stream = agent({ name: 'a', model, tools: [getWeather] }).stream('Oslo?', { log })
    let facts = 0
    for await (const event of stream) {
      if (!('seq' in event)) continue
      expect(log.facts[event.seq]).toBe(event)
      facts++
    }
    expect(facts).toBe(8)
  })
})

describe('wrong use is refused before anything is sent', () => {
  const model = scriptedModel([])
  it.each([
    [
      'an agent without a name',
      () => agent({ name: '', model }),
      /Agent ``: `name` is ""; it must be a text that is not empty/,
    ],
    [
      'an agent without a model',
      () => agent({ name: 'a', model: undefined as never }),
      /Agent `a` needs a `model`: a model's id or a ChatModel/,
    ],
    [
      'two tools of one name',
      () => agent({ name: 'a', model, tools: [getWeather, getWeather] }),
      /two tools named `get_weather`/,
    ],
    ['no steps', () => agent({ name: 'a', model, maxSteps: 0 }), /`maxSteps` is 0/],
  ])('%s', (_title, make, message) => {
    expect(make).toThrow(message)
  })

  it.each([
    [{ maxstep: 3 }, /has no option `maxstep`; there are name, model/],
    [{ stepRetries: Number.NaN }, /`stepRetries` is NaN; it must be a whole number of at least 0/],
    [{ stepRetries: -1 }, /`stepRetries` is -1/],
    [
      { limit: { concurrency: 0 } },
      /`limit`: `concurrency` is 0; it must be a whole number of at least 1, or Infinity/,
    ],
    [{ limit: { concurency: 1 } }, /`limit` has no option `concurency`; there are concurrency, interval, intervalCap/],
    [{ limit: { interval: 1000 } }, /`limit`: `interval` needs `intervalCap`: .* Got {"interval":1000}/],
    [{ limit: { intervalCap: 1, concurrency: 1 } }, /`limit`: `intervalCap` needs `interval`/],
    [{ limit: {} }, /`limit` limits nothing: set `concurrency`, .* Got {}/],
    [{ limit: { concurrency: '1' } }, /`limit`: `concurrency` is "1"/],
    [{ client: {} }, /`client` is {}; it must be a client with `create` or `chat.completions.create`/],
    [{ client: { chat: {} } }, /`client` is {"chat":{}}/],
    [
      { model: { chat: { completions: { create() {} } } } },
      /`model` is a client. Pass it as `client`, and the model's id/,
    ],
    [{ model: { create() {} } }, /`model` is a client/],
    [{ model: { name: 'm' } }, /the model `m` has neither `stream` nor `create`/],
    [{ model: {} }, /`model` is an object without `name`; it must be a model's id or a ChatModel/],
    [{ model: 5 }, /`model` is 5/],
    [{ params: [] }, /`params` is \[\]/],
    [{ params: { messages: [] } }, /`params` holds `messages`, which the agent sets itself; pass them to `run`/],
    [{ params: { tools: [] } }, /`params` holds `tools`.*use the option `tools`/],
    [{ params: { response_format: {} } }, /use the option `output`/],
    [{ toolChoice: {} }, /`toolChoice` is {}/],
    [{ toolChoice: { type: 'allowed_tools' } }, /`toolChoice` is {"type":"allowed_tools"}/],
    [{ wire: 'strem' }, /`wire` is "strem"; it must be "stream" or "plain"/],
    [{ toolChoice: 'requird' }, /`toolChoice` is "requird"/],
    [
      { toolChoice: { type: 'function', function: { name: 'nope' } } },
      /`toolChoice` names "nope", which is not offered. Offered tools: get_weather/,
    ],
    [{ onToolError: 'thorw' }, /`onToolError` is "thorw"/],
    [{ stopWhen: 5 }, /`stopWhen` is 5/],
    [{ stopWhen: [undefined] }, /`stopWhen`/],
    [
      { stopWhen: or(steps(3), not(called('get_wether'))) },
      /`stopWhen` waits for the tool "get_wether", which the agent does not have. Its tools: get_weather/,
    ],
    [{ prepareStep: {} }, /`prepareStep` is {}/],
    [{ tools: [{ name: 'x' }] }, /`tools` .*an array of tools made by `tool`/],
    [{ tools: {} }, /`tools` is {}/],
    [{ output: {} }, /`output` is {}; it must be a schema/],
    [{ output: null }, /`output` is null/],
    [{ output: { schema: z.object({}), mode: 'tol' } }, /output: `mode` is "tol"/],
    [{ output: { schema: z.object({}), retries: -1 } }, /output: `retries` is -1/],
    [{ params: 'x' }, /`params` is "x"/],
    [{ model: '' }, /`model` is ""/],
    [{ parallel: 'no' }, /`parallel` is "no"/],
    [{ answerLimits: 256 }, /`answerLimits` is 256; it must be { maxToolCalls, maxArgumentsBytes, … }/],
    [
      { answerLimits: { maxToolCalls: '256' } },
      /Agent `a`: answerLimits: `maxToolCalls` is "256"; it must be a whole number of at least 1/,
    ],
    [{ answerLimits: { maxtoolcalls: 256 } }, /answerLimits has no option `maxtoolcalls`; there are maxToolCalls/],
  ])('an agent with %j', (options, message) => {
    expect(() => agent({ name: 'a', model, tools: [getWeather], ...(options as object) })).toThrow(message)
  })

  it.each([
    [{ model: 5 }, /`prepareStep` of agent `a` returned: `model` is 5/],
    [{ instructions: 5 }, /`instructions` is 5; it must be a text/],
    [{ messages: 'x' }, /`messages` is "x"; it must be an array of messages/],
    [{ tools: 'x' }, /`tools` is "x"; it must be an array of names/],
    [{ toolChoice: 'x' }, /`toolChoice` is "x"/],
    [{ params: { messages: [] } }, /`params` holds `messages`/],
    [{ modl: 'x' }, /has no option `modl`/],
  ])('an answer of prepareStep with %j, which ends the run as error', async (changes, message) => {
    const result = await agent({ name: 'a', model, prepareStep: () => changes as never }).run('go')
    expect(result).toMatchObject({
      status: 'error',
      error: { name: 'UsageError', message: expect.stringMatching(message) },
    })
  })

  it('params from a function that the agent sets itself, which end the run as error', async () => {
    const result = await agent({ name: 'a', model, params: () => ({ messages: [] }) as never }).run('go')
    expect(result).toMatchObject({ error: { message: expect.stringMatching(/`params` holds `messages`/) } })
  })

  it.each<[who: string, option: object]>([
    ['execute', { execute: (_: object, { context }: { context: { user: string } }) => context.user }],
    ['limit.key', { limit: { concurrency: 1, key: (_: object, context: { user: string }) => context.user } }],
  ])('a context that %s of a tool reads and nobody passed', async (_who, option) => {
    const look = tool({ name: 'look', execute: () => 'x', ...option }) as unknown as AnyTool
    const script = () => scriptedModel([call('look'), text('done')])
    const errors: unknown[] = []
    const stream = agent({ name: 'a', model: script(), tools: [look] as readonly AnyTool[] }).stream('go', {})
    stream.on('tool.done', (event) => void errors.push('error' in event && event.error))
    const { messages } = await stream.result
    const words = /^Tool `look` of agent `a` threw: .*was given no `context`.*run\(input, { context }\)/
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringMatching(words) })])
    expect(JSON.stringify(messages)).not.toContain('was given no') // the model reads the tool's own words
    const strict = agent({ name: 'a', model: script(), tools: [look] as readonly AnyTool[], onToolError: 'throw' })
    expect(await strict.run('go', {})).toMatchObject({ error: { message: expect.stringMatching(words) } })
  })

  it('a context that a hook reads and nobody passed', async () => {
    const one = agent({ name: 'a', model, instructions: ({ shop }: { shop: { name: string } }) => shop.name })
    const result = await one.run('go', {} as never)
    expect(result).toMatchObject({
      status: 'error',
      error: {
        name: 'UsageError',
        message: expect.stringMatching(/was given no `context`.*run\(input, { context }\)/),
      },
    })
  })

  it('what is no result, by outputOf', async () => {
    const one = agent({ name: 'a', model: scriptedModel([text('hi')]) })
    const stream = one.stream('x')
    const running = one.run('x')
    for (const [value, message] of [
      [running, 'not a promise of it: outputOf(await agent.run(…)).'],
      [stream, 'not a stream: outputOf(await stream.result).'],
      [undefined, 'not undefined.'],
      ['done', 'not "done".'],
      [{}, 'not another object.'],
    ] as const)
      expect(() => outputOf(value as never)).toThrow(`\`outputOf\` takes the result of a run, ${message}`)
    await running
  })

  it('a listener of an event that does not exist, of no function, or after the end', async () => {
    const stream = agent({ name: 'a', model: scriptedModel([text('one two three', { deltaSize: 4 })]) }).stream('x')
    expect(() => stream.on('contnet.delta' as never, () => {})).toThrow(
      /A run has no event `contnet.delta`. There are `run.start`, .*`content.delta`/,
    )
    expect(() => stream.once('step.finished' as never, () => {})).toThrow('A run has no event `step.finished`.')
    expect(() => stream.on('run.done', undefined as never)).toThrow(
      'A listener of `run.done` must be a function that takes the event, not undefined.',
    )
    stream.on('listener.error', () => {})
    let deltas = 0
    expect(stream.once('content.delta', () => deltas++).on('error', () => {})).toBe(stream)
    await stream.result
    expect(deltas).toBe(1)
    expect(() => stream.on('run.done', () => {})).toThrow(
      'This run has ended: a listener of `run.done` would receive no event. Register it right after the run is made, or use `.result`.',
    )
  })

  it('a log that two runs wrote to at once', async () => {
    const facts: Fact[] = []
    const store = () => ({ load: () => [...facts], append: (more: readonly Fact[]) => void facts.push(...more) })
    const one = agent({ name: 'a', model: scriptedModel([text('hi'), text('hi')]) })
    await one.run('x', { log: store() })
    await Promise.all(
      [one.run('y', { from: store() }), one.run('z', { from: store() })].map((run) => run.catch(() => {})),
    )
    await expect(one.run('now', { from: store() })).rejects.toThrow(
      /Two runs wrote to this log at once: the number \d+ occurs twice/,
    )
  })

  it('an agent of nothing', () => {
    expect(() => agent(undefined as never)).toThrow(/agent\(\) takes an object of options, not undefined/)
  })

  it.each([
    [{ clock: {} }, /`clock` is {}; it must be a clock/],
    [{ signal: {} }, /`signal` is {}/],
    [{ log: {} }, /`log` is {}/],
    [{ from: {} }, /`from` is {}/],
    [{ runId: '' }, /`runId` is ""/],
    [{ runId: 5 }, /`runId` is 5/],
    [{ log: memoryLog(), from: memoryLog() }, /`from` or `log`, not both/],
    [{ singal: 1 }, /no option `singal`/],
  ])('a run with %j', async (options, message) => {
    await expect(agent({ name: 'a', model }).run('x', options as never)).rejects.toThrow(message)
  })

  it.each([
    ['nothing', undefined, /nothing to run/],
    ['an empty conversation', [], /nothing to run/],
    ['a wrong role', [{ role: 'robot', content: 'x' }], /messages\[0\]\.role is "robot"/],
    [
      'an orphaned tool message',
      [user('a'), { role: 'tool', tool_call_id: 'c1', content: 'x' }],
      /messages\[1\] answers the tool call "c1"/,
    ],
    [
      'an unanswered call',
      [
        user('a'),
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        user('b'),
      ],
      /messages\[2\] comes before the tool call "c1" is answered/,
    ],
    ['null', [null], /messages\[0\] is null/],
    ['no content', [{ role: 'user' }], /messages\[0\]\.content is undefined/],
    ['a number as content', [{ role: 'user', content: 5 }], /messages\[0\]\.content is 5/],
    [
      'calls that are no list',
      [user('a'), { role: 'assistant', content: null, tool_calls: { length: 1 } }],
      /messages\[1\]\.tool_calls is .*an array of calls/,
    ],
    [
      'a call that is none',
      [user('a'), { role: 'assistant', content: null, tool_calls: [{}] }],
      /messages\[1\]\.tool_calls\[0\] is {}; a call has an `id`/,
    ],
    ['a function', [{ role: 'user', content: 'x', extra: () => 1 }], /messages\[0\]\.extra is/],
    ['a bigint', [{ role: 'user', content: 'x', at: 1n }], /messages\[0\]\.at is a bigint/],
    ['a date', [{ role: 'user', content: 'x', at: new Date() }], /messages\[0\]\.at is a Date/],
    ['NaN', [{ role: 'user', content: 'x', at: Number.NaN }], /messages\[0\]\.at is NaN/],
  ])('%s', async (_title, input, message) => {
    await expect(agent({ name: 'a', model }).run(input as never)).rejects.toThrow(message)
    expect(model.requests).toHaveLength(0)
  })

  it('a log that another run is using', async () => {
    const log = memoryLog()
    const slow = agent({ name: 'a', model: scriptedModel([text('x')], { delay: 5 }) })
    const [one, two] = await Promise.allSettled([slow.run('x', { log }), slow.run('y', { log })])
    expect(one.status).toBe('fulfilled')
    expect(two).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/log is in use/) } })
    expect((await agent({ name: 'a', model: scriptedModel([text('z')]) }).run('z', { from: log })).status).toBe('done')
  })

  it('a log that another run is using, though one that has ended is disposed of', async () => {
    const log = memoryLog()
    const slow = agent({ name: 'a', model: scriptedModel(() => text('x', { delay: 5 })) })
    const ended = slow.stream('x', { log })
    for await (const event of ended) void event
    const next = slow.run('y', { from: log })
    await ended[Symbol.asyncDispose]()
    await expect(slow.run('z', { from: log })).rejects.toThrow(/log is in use/)
    expect((await next).status).toBe('done')
  })

  it('a log with a hole', async () => {
    const log = memoryLog()
    const one = agent({
      name: 'a',
      model: scriptedModel([call('get_weather', { city: 'Oslo', unit: null }), text('x')]),
      tools: [getWeather],
    })
    await one.run('x', { log })
    const holes = log.facts.filter((fact) => fact.type !== 'step.start')
    await expect(one.run(undefined, { from: memoryLog(holes) })).rejects.toThrow(
      /log is damaged: fact 1 has the number 2; one before it is missing/,
    )
    const renumbered = holes.map((fact, seq) => ({ ...fact, seq }))
    await expect(one.run(undefined, { from: memoryLog(renumbered) })).rejects.toThrow(
      /log is damaged: fact 1 \(`step.done`\) does not fit/,
    )
  })

  it.each([
    ['a cycle', (fact: object) => Object.assign(fact, { self: fact })],
    ['a bigint', (fact: object) => Object.assign(fact, { odd: 1n })],
    ['a function', () => () => 1],
  ])('a log with a fact that is or has %s', async (_what, damage) => {
    const log = memoryLog()
    const one = agent({ name: 'a', model: scriptedModel([text('x')]) })
    await one.run('x', { log })
    const saved = structuredClone(log.facts) as Fact[]
    saved[2] = damage(saved[2]!) as unknown as Fact
    await expect(one.run(undefined, { from: memoryLog(saved) })).rejects.toThrow(
      /log is damaged: fact 2 is not plain JSON/,
    )
  })

  it('a log that answers with no list, or with another time', async () => {
    const log = memoryLog()
    const one = agent({ name: 'a', model: scriptedModel([text('x')]) })
    await one.run('x', { log })
    const dated = log.facts.map((fact) => ({ ...fact, at: new Date(fact.at) }) as unknown as Fact)
    await expect(one.run(undefined, { from: memoryLog(dated) })).rejects.toThrow(
      /log is damaged: fact 0 has the time "2.*Z"; `at` must be milliseconds/,
    )
    const none = { load: () => undefined as unknown as Fact[], append: () => {} }
    await expect(one.run('x', { log: none })).rejects.toThrow(
      /`load` of the log returned undefined; it must return an array of facts/,
    )
  })

  it('a log that is in use, of another agent, or no log at all', async () => {
    const answering = scriptedModel([text('x')])
    const log = memoryLog()
    await agent({ name: 'a', model: answering }).run('x', { log, runId: 'r7' })
    await expect(agent({ name: 'a', model }).run('x', { log })).rejects.toThrow(/holds run `r7` already/)
    await expect(agent({ name: 'b', model }).run('x', { from: log })).rejects.toThrow(/of the agent `a`, not of `b`/)
    await expect(agent({ name: 'b', model }).run('x', { from: memoryLog() })).rejects.toThrow(
      /`from` is empty: there is nothing to resume. To start, pass it as `log`/,
    )
    await expect(
      agent({ name: 'a', model }).run('x', { from: log, decisions: { c9: { approve: true } } }),
    ).rejects.toThrow(/names "c9", which is no pending request; pending: none/)
  })
})

describe('stopWhen', () => {
  const script = (): ReturnType<typeof scriptedModel> =>
    scriptedModel(() => call('get_weather', { city: 'Oslo', unit: null }))
  it.each([
    ['steps(2)', steps(2), 2],
    ['calls(get_weather)', called('get_weather'), 1],
  ])('ends the run as stopped by %s', async (by, stopWhen, count) => {
    const result = await agent({ name: 'a', model: script(), tools: [getWeather], stopWhen }).run('go')
    expect(result).toMatchObject({ status: 'stopped', by })
    expect(result.steps).toHaveLength(count)
  })

  it('may be several, may be resumed, and an error in it is an outcome', async () => {
    const log = memoryLog()
    const one = agent({ name: 'a', model: script(), tools: [getWeather], stopWhen: [steps(9), steps(1)] })
    expect(await one.run('go', { log })).toMatchObject({ status: 'stopped', by: 'steps(1)' })
    const more = await one.run(undefined, { from: log })
    expect(more.status).toBe('stopped')
    expect(more.steps).toHaveLength(2)
    const failing = agent({
      name: 'a',
      model: script(),
      tools: [getWeather],
      stopWhen: () => {
        throw new Error('no idea')
      },
    })
    const result = await failing.run('go')
    expect(result).toMatchObject({ status: 'error', error: { message: 'no idea' } })
    expect(() => outputOf(result)).toThrow(RunError)
  })
})
