// The onion around model calls and tool calls.
import { tool, ToolRetry } from '@toolloop/schema'
import { call, calls, checkTranscript, failure, fault, scriptedModel, text } from '@toolloop/testing'
import { type ChatModel, type Chunk, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type Fact,
  fallback,
  isFact,
  memoryLog,
  type Middleware,
  MiddlewareError,
  type RunEvent,
  withMiddleware,
} from '../index.ts'

const parameters = z.object({ id: z.string() })
const echo = tool({ name: 'echo', parameters, effects: 'none', execute: ({ id }) => `ran ${id}` })
const script = () => scriptedModel([call('echo', { id: 'a' }, { id: 'c1' }), text('done')])

function noting(name: string, lines: string[]): Middleware {
  return {
    name,
    async *model(_call, next) {
      lines.push(`${name} > model`)
      yield* next()
      lines.push(`${name} < model`)
    },
    async tool({ args }, next) {
      lines.push(`${name} > tool ${JSON.stringify(args)}`)
      const result = await next()
      lines.push(`${name} < tool ${result as string}`)
      return result
    },
  }
}

const ways = [
  ['run, streamed', 'run', 'stream'],
  ['run, plain', 'run', 'plain'],
  ['stream, streamed', 'stream', 'stream'],
  ['stream, plain', 'stream', 'plain'],
] as const

describe.each(ways)('%s', (_title, verb, wire) => {
  const run = async (model: ChatModel, middleware: readonly Middleware[], options: object = {}) => {
    const worker = agent({ name: 'x', model, tools: [echo], middleware, wire, ...options })
    const log = memoryLog()
    const result =
      verb === 'run'
        ? await worker.run('go', { log, runId: 'r' })
        : await worker.stream('go', { log, runId: 'r' }).result
    expect(checkTranscript(result.messages)).toBeUndefined()
    return { result, facts: log.facts }
  }

  it('passes in order: the first one is the outermost', async () => {
    const lines: string[] = []
    const { result } = await run(script(), [noting('a', lines), noting('b', lines)], { earlyDispatch: false })
    expect(result).toMatchObject({ status: 'done', output: 'done' })
    const around = ['a > model', 'b > model', 'b < model', 'a < model']
    expect(lines).toEqual([
      ...around,
      'a > tool {"id":"a"}',
      'b > tool {"id":"a"}',
      'b < tool ran a',
      'a < tool ran a',
      ...around,
    ])
  })

  it('changes nothing in the log when it only passes on', async () => {
    const plain = await run(script(), [])
    const passed = await run(script(), [noting('a', []), { name: 'b', model: (_call, next) => next() }])
    const strip = (facts: readonly Fact[]) => facts.map((fact) => ({ ...fact, at: 0, agent: 0, ms: 0 }))
    expect(strip(passed.facts)).toEqual(strip(plain.facts))
  })

  it('changes the request, also as `result.request` tells it, and not the next one', async () => {
    const model = script()
    const cold: Middleware = {
      name: 'cold',
      model: ({ request, step }, next) => (step === 0 ? next({ ...request, temperature: 0 }) : next()),
    }
    const { result } = await run(model, [cold])
    expect(model.requests.map(({ temperature }) => temperature)).toEqual([0, undefined])
    expect(result.request(0)).toEqual(model.requests[0])
    expect(result.request(1)).toEqual(model.requests[1])
  })

  it('gives a frozen request', async () => {
    const careless: Middleware = {
      name: 'careless',
      model: ({ request }, next) => {
        request.messages.push({ role: 'user', content: 'more' })
        return next()
      },
    }
    const { result } = await run(script(), [careless])
    expect(result).toMatchObject({
      status: 'error',
      error: { middleware: 'careless', cause: expect.any(TypeError) as Error },
    })
  })

  it('answers by itself, with a completion or with chunks, and the fact names it', async () => {
    const answers: readonly Middleware['model'][] = [
      () => completion('short'),
      async () => completion('short'),
      async function* () {
        yield chunk({ content: 'sho' })
        yield [chunk({ content: 'rt' }, 'stop')]
      },
    ]
    for (const model of answers) {
      const inner = scriptedModel([])
      const { result } = await run(inner, [noting('outer', []), { name: 'short', model }])
      expect(result).toMatchObject({ status: 'done', output: 'short', steps: [{ servedBy: 'short' }] })
      expect(inner.requests).toEqual([])
    }
  })

  it('answers a tool call by itself, changes arguments and results', async () => {
    const seen: unknown[] = []
    const middleware: Middleware = {
      name: 'm',
      tool: async ({ name, args, step, runId, idempotencyKey }, next) => {
        seen.push([name, args, step, idempotencyKey === `${runId}/${step}/c1`])
        return `${String(await next({ id: 'other' }))}!`
      },
    }
    const changed = await run(script(), [middleware])
    expect(changed.result.steps[0]?.calls).toMatchObject([{ ok: true, content: 'ran other!' }])
    expect(seen).toEqual([['echo', { id: 'a' }, 0, true]])
    const own = await run(script(), [{ name: 'm', tool: () => 'mine' }])
    expect(own.result.steps[0]?.calls).toMatchObject([{ ok: true, content: 'mine' }])
  })

  it('ends the run with its own name when it fails around a model call', async () => {
    const failing: readonly [string, Middleware['model']][] = [
      ['before', () => expect.unreachable('boom')],
      ['as a promise', () => Promise.reject(new Error('boom'))],
      [
        'behind the answer',
        async function* (_call, next) {
          yield* next()
          throw new Error('boom')
        },
      ],
      ['with nothing', () => undefined as never],
      ['with a text', () => 'text' as never],
      ['by a wrong request', (_call, next) => next(5 as never)],
      ['by a request without messages', (_call, next) => next({} as never)],
    ]
    for (const [when, model] of failing) {
      const { result } = await run(scriptedModel([text('hi')]), [noting('outer', []), { name: 'broken', model }])
      const { status, error } = result as unknown as { status: string; error: MiddlewareError }
      const named = /^The middleware `broken` (threw: .*boom|returned|called `next` with)/.test(error.message)
      expect([when, status, error instanceof MiddlewareError, named]).toEqual([when, 'error', true, true])
    }
  })

  it('ends the run with its own name when it fails around a tool call', async () => {
    const broken: Middleware = { name: 'broken', tool: () => Promise.reject(new Error('boom')) }
    const { result } = await run(script(), [noting('outer', []), broken])
    expect(result).toMatchObject({ status: 'error', error: { message: 'The middleware `broken` threw: boom' } })
    expect(result.messages.at(-1)).toMatchObject({ role: 'tool', tool_call_id: 'c1' })
  })

  it('leaves the errors of the model and the tool as they are', async () => {
    const { result } = await run(scriptedModel([failure(418)]), [noting('outer', []), noting('inner', [])])
    expect(result).toMatchObject({ status: 'error', error: { status: 418 } })
    const bad = tool({ name: 'echo', parameters, execute: () => Promise.reject(new Error('tool broke')) })
    const tools = await run(script(), [noting('outer', []), noting('inner', [])], { tools: [bad] })
    expect(tools.result).toMatchObject({ status: 'done' })
    expect(tools.result.steps[0]?.calls).toMatchObject([{ ok: false, reason: 'failed', content: 'tool broke' }])
  })

  it('lets the model read a `ToolRetry`', async () => {
    const strict: Middleware = { name: 'strict', tool: () => Promise.reject(new ToolRetry('Not today.')) }
    const { result } = await run(script(), [strict])
    expect(result).toMatchObject({ status: 'done' })
    expect(result.steps[0]?.calls).toMatchObject([{ ok: false, reason: 'retry', content: 'Not today.' }])
  })

  it('passes through in the same way in a run that is resumed from every prefix', async () => {
    const upper: Middleware = {
      name: 'upper',
      async *model(_call, next) {
        for await (const batch of next())
          yield batch.map((one) => ({
            ...one,
            choices: one.choices.map((choice) =>
              typeof choice.delta.content === 'string'
                ? { ...choice, delta: { ...choice.delta, content: choice.delta.content.toUpperCase() } }
                : choice,
            ),
          }))
      },
      tool: async (_call, next) => `<${String(await next())}>`,
    }
    const byHistory = () =>
      scriptedModel(({ messages }) =>
        messages.some(({ role }) => role === 'tool') ? text('done') : call('echo', { id: 'a' }, { id: 'c1' }),
      )
    const whole = await run(byHistory(), [upper])
    expect(whole.result).toMatchObject({ status: 'done', output: 'DONE' })
    for (let length = 1; length < whole.facts.length; length++) {
      const prefix = JSON.parse(JSON.stringify(whole.facts.slice(0, length))) as Fact[]
      const worker = agent({ name: 'x', model: byHistory(), tools: [echo], middleware: [upper], wire })
      const resumed =
        verb === 'run'
          ? await worker.run(undefined, { from: memoryLog(prefix) })
          : await worker.stream(undefined, { from: memoryLog(prefix) }).result
      expect(resumed.messages, `fact ${length}`).toEqual(whole.result.messages)
    }
  })
})

describe('the stream', () => {
  const words = (count: number, sent: { count: number }): ChatModel => ({
    name: 'words',
    async *stream() {
      for (sent.count = 0; sent.count < count; sent.count++) yield chunk({ content: `${sent.count} ` })
      yield chunk({}, 'stop')
    },
  })

  it('is held back without reading ahead: the source waits', async () => {
    const sent = { count: 0 }
    let mayGo = (): void => {}
    const gate = new Promise<void>((resolve) => (mayGo = resolve))
    const holding: Middleware = {
      name: 'holding',
      async *model(_call, next) {
        let at = 0
        for await (const batch of next()) {
          if (++at === 5) await gate
          yield batch
        }
      },
    }
    const model = words(1000, sent)
    const stream = agent({ name: 'x', model, middleware: [noting('outer', []), holding] }).stream('go')
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of stream) if (event.type === 'content.delta') seen.push(event.delta)
    })()
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(seen.length).toBe(4)
    expect(sent.count).toBe(4)
    mayGo()
    await reading
    expect(seen.length).toBe(1000)
  })

  it('waits for a consumer that does not read', async () => {
    const sent = { count: 0 }
    const middleware = [noting('a', []), noting('b', [])]
    const stream = agent({ name: 'x', model: words(1000, sent), middleware }).stream('go')
    for await (const event of stream) {
      if (event.type !== 'content.delta') continue
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      expect(sent.count).toBeLessThan(5)
      break
    }
  })

  it('is closed through the onion when the consumer leaves, and when the run is aborted', async () => {
    for (const way of ['leave', 'abort']) {
      let closed = 0
      const lines: string[] = []
      const model: ChatModel = {
        name: 'endless',
        async *stream(_request, { signal }) {
          try {
            for (;;) {
              await new Promise((resolve) => setImmediate(resolve))
              signal?.throwIfAborted()
              yield chunk({ content: '.' })
            }
          } finally {
            closed++
          }
        },
      }
      const controller = new AbortController()
      const closing: Middleware = {
        name: 'closing',
        async *model(_call, next) {
          try {
            yield* next()
          } finally {
            lines.push('closed')
          }
        },
      }
      const worker = agent({ name: 'x', model, middleware: [closing, noting('inner', [])] })
      const stream = worker.stream('go', { signal: controller.signal })
      for await (const event of stream) {
        if (event.type !== 'content.delta') continue
        if (way === 'leave') break
        controller.abort(new Error('enough'))
      }
      expect(await stream.result).toMatchObject({ status: 'aborted' })
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      expect([way, closed, lines]).toEqual([way, 1, ['closed']])
    }
  })

  it('does not keep an aborted run that a middleware never returns from', async () => {
    const controller = new AbortController()
    const never: Middleware = {
      name: 'never',
      model: () => new Promise<never>(() => {}),
      tool: () => new Promise<never>(() => {}),
    }
    const { model, ...onlyTool } = never
    for (const middleware of [[{ name: 'never', model }], [onlyTool]]) {
      const running = agent({ name: 'x', model: script(), tools: [echo], middleware }).run('go', {
        signal: controller.signal,
      })
      setTimeout(() => controller.abort(), 10)
      const began = Date.now()
      expect(await running).toMatchObject({ status: 'aborted' })
      expect(Date.now() - began).toBeLessThan(1500)
    }
  })

  it('lets calls start early that come through it', async () => {
    const model = scriptedModel([
      calls([
        { name: 'echo', args: { id: 'a' } },
        { name: 'echo', args: { id: 'b' } },
      ]),
      text('done'),
    ])
    const stream = agent({ name: 'x', model, tools: [echo], middleware: [noting('a', [])] }).stream('go')
    const types: string[] = []
    for await (const event of stream) if (isFact(event)) types.push(event.type)
    expect(types.indexOf('tool.start')).toBeLessThan(types.indexOf('step.done'))
  })
})

describe('around a model alone', () => {
  it('passes streams and plain answers, also inside a fallback', async () => {
    for (const wire of ['stream', 'plain'] as const) {
      const lines: string[] = []
      const wrapped = withMiddleware(scriptedModel([text('hi')], { name: 'm' }), [noting('a', lines)])
      const down = withMiddleware(scriptedModel([failure(503)], { name: 'down' }), [noting('b', lines)])
      const result = await agent({ name: 'x', model: fallback([down, wrapped]), wire }).run('go')
      expect(result).toMatchObject({ status: 'done', output: 'hi', steps: [{ servedBy: 'm' }] })
      expect(lines).toEqual(['b > model', 'a > model', 'a < model'])
    }
  })

  it('names a middleware without a `model` part', () => {
    expect(() => withMiddleware(script(), [{ name: 'tools', tool: () => 1 }])).toThrow(/`tools` has no `model` part/)
  })
})

it('is part of what an agent is: another onion is a drift of a resumed run', async () => {
  const log = memoryLog()
  const worker = agent({ name: 'x', model: script(), tools: [echo], middleware: [noting('a', [])], maxSteps: 1 })
  await worker.run('go', { log, runId: 'r' })
  const events: RunEvent[] = []
  const other = agent({ name: 'x', model: scriptedModel([text('done')]), tools: [echo], middleware: [noting('b', [])] })
  for await (const event of other.stream(undefined, { from: log })) events.push(event)
  expect(events.map(({ type }) => type)).toContain('resume.drift')
})

it('rejects what is no middleware, by its place', () => {
  const wrong: readonly [unknown, string][] = [
    [{}, 'it must be an array'],
    [[null], 'middleware[0] is null'],
    [[{ name: 'a' }], 'middleware[0] is {"name":"a"}'],
    [[{ name: '', model: () => completion('') }], 'middleware[0]'],
    [[{ name: 'a', tool: 1 }], 'middleware[0]'],
  ]
  for (const [middleware, words] of wrong) {
    const make = () => agent({ name: 'x', model: script(), middleware: middleware as readonly Middleware[] })
    expect(make).toThrow(UsageError)
    expect(make).toThrow(words)
  }
})

it('keeps a stream that breaks behind a call, like a model without middleware', async () => {
  const ids = ['a', 'b'.repeat(80)]
  for (let cut = 600; cut < 3000; cut += 300) {
    const first = fault.cutAt(calls(ids.map((id) => ({ name: 'echo', args: { id } }))), cut)
    const messagesWith = async (middleware: readonly Middleware[]) => {
      const model = scriptedModel(({ messages }) => (messages.length > 1 ? text('done') : first))
      const worker = agent({ name: 'x', model, tools: [echo], wire: 'stream', middleware })
      return (await worker.run('go', { runId: 'r' })).messages
    }
    expect(await messagesWith([noting('a', []), noting('b', [])])).toEqual(await messagesWith([]))
  }
})

function chunk(delta: Chunk['choices'][number]['delta'], finish_reason: string | null = null): Chunk {
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  }
}

function completion(content: string) {
  const message = { role: 'assistant' as const, content, refusal: null }
  const choices = [{ index: 0, message, finish_reason: 'stop' as const, logprobs: null }]
  return { id: 'c', object: 'chat.completion' as const, created: 1, model: 'm', choices }
}
