// The model can recover: every failure of a tool is a message for the model, siblings survive, nothing leaks.
import { tool, ToolRetry } from '@toolloop/schema'
import { calls, checkTranscript, scriptedModel, text, virtualClock } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type AnyTool, outputOf, type RunEvent } from '../index.ts'

const fine = tool({ name: 'fine', execute: () => 'fine' })
const typed = tool({ name: 'typed', parameters: z.object({ n: z.number() }), execute: ({ n }) => n })
const secret = 'sk-secret-cause'

const hostileProxy = new Proxy(
  {},
  {
    get: () => {
      throw new Error('trap')
    },
    has: () => {
      throw new Error('trap')
    },
    getPrototypeOf: () => {
      throw new Error('trap')
    },
  },
)
const throwing = (value: unknown): AnyTool =>
  tool({
    name: 'bad',
    execute: () => {
      throw value
    },
  })
const returning = (value: unknown): AnyTool => tool({ name: 'bad', execute: () => value })
const cycle: Record<string, unknown> = { a: 1 }
cycle['self'] = cycle

async function runWith(bad: AnyTool, args: Record<string, unknown> | string = {}, name = bad.name) {
  const model = scriptedModel([calls([{ name: 'fine' }, { name, args }, { name: 'fine' }]), text('done')])
  const result = await agent({ name: 'a', model, tools: [fine, bad] }).run('go')
  expect(result.status).toBe('done')
  expect(checkTranscript(result.messages)).toBeUndefined()
  const [first, second, third] = result.steps[0]!.calls
  expect([first?.content, third?.content]).toEqual(['fine', 'fine'])
  expect(JSON.stringify(result.messages)).not.toContain(secret)
  expect(JSON.stringify(result.messages)).not.toContain('.test.ts')
  return second!
}

describe('the tool message reports', () => {
  it.each([
    ['an unknown tool', typed, {}, 'nope', 'unknown_tool', /There is no tool "nope". Available: fine, typed\./],
    ['arguments that are no JSON', typed, '{"n": 1', 'typed', 'arguments', /typed/],
    ['arguments that are no object', typed, '[1]', 'typed', 'arguments', /object/],
    ['arguments that do not fit', typed, { n: 'one' }, 'typed', 'arguments', /n: .*number/],
    ['an Error', throwing(new Error('boom', { cause: new Error(secret) })), {}, 'bad', 'failed', /boom/],
    ['a string', throwing('plain words'), {}, 'bad', 'failed', /plain words/],
    ['undefined', throwing(undefined), {}, 'bad', 'failed', /./],
    ['a frozen object', throwing(Object.freeze({ message: 'cold' })), {}, 'bad', 'failed', /./],
    ['a Proxy that throws', throwing(hostileProxy), {}, 'bad', 'failed', /./],
    [
      'an object whose toString throws',
      throwing({
        toString: () => {
          throw new Error('x')
        },
      }),
      {},
      'bad',
      'failed',
      /./,
    ],
    [
      'a rejection',
      tool({ name: 'bad', execute: () => Promise.reject(new Error('later')) }),
      {},
      'bad',
      'failed',
      /later/,
    ],
    [
      'a generator that throws',
      tool({
        name: 'bad',
        execute: async function* () {
          yield 1
          throw new Error('midway')
        },
      }),
      {},
      'bad',
      'failed',
      /midway/,
    ],
    ['a ToolRetry', throwing(new ToolRetry('Use a shorter range.')), {}, 'bad', 'retry', /^Use a shorter range\.$/],
  ] as const)('%s', async (_title, bad, args, name, reason, content) => {
    const done = await runWith(bad as AnyTool, args, name)
    expect(done).toMatchObject({ ok: false, reason })
    expect(done.content).toMatch(content)
    expect(done.content.length).toBeLessThan(4096)
  })

  it.each([
    ['a cycle', cycle, /it holds itself/],
    ['a function', () => 1, /it is a function/],
    ['a symbol', Symbol('s'), /it is a symbol/],
    ['a Response', new Response('x'), /JSON shows nothing of a `Response`/],
    ['a part without its payload', { type: 'image_url' }, /`image_url` needs/],
  ])('that the tool failed when it returns %s', async (_title, value, content) => {
    const done = await runWith(returning(value))
    expect(done).toMatchObject({ ok: false, reason: 'failed' })
    expect(done.content).toMatch(/The tool's result cannot be sent to the model: /)
    expect(done.content).toMatch(content)
  })

  it.each([
    ['undefined', undefined, 'null'],
    ['a bigint', 10n, /10/],
    [
      'a throwing toJSON',
      {
        toJSON: () => {
          throw new Error('x')
        },
      },
      /./,
    ],
    ['a date', new Date(0), /1970-01-01T00:00:00.000Z/],
    ['a map', new Map([['k', 1]]), '{"k":1}'],
    ['10 MiB', 'x'.repeat(10 * 1024 * 1024), /truncated/],
  ])('something defined when a tool returns %s', async (_title, value, content) => {
    const done = await runWith(returning(value))
    expect(done.ok).toBe(true)
    if (typeof content === 'string') expect(done.content).toBe(content)
    else expect(done.content).toMatch(content)
    expect(done.content.length).toBeLessThan(1_100_000)
  })

  it('in the words of the tool or of the agent', async () => {
    const bad = tool({
      name: 'bad',
      execute: () => {
        throw new Error('internal')
      },
      onError: () => 'Try later.',
    })
    const worse = tool({
      name: 'worse',
      execute: () => {
        throw new Error('internal')
      },
    })
    const model = scriptedModel([calls([{ name: 'bad' }, { name: 'worse' }]), text('done')])
    const result = await agent({
      name: 'a',
      model,
      tools: [bad, worse],
      onToolError: (error) => `Sorry: ${(error as Error).message}`,
    }).run('go')
    expect(result.steps[0]?.calls.map((done) => done.content)).toEqual(['Try later.', 'Sorry: internal'])
  })
})

describe('words for the model that are cut', () => {
  const long = `${'x'.repeat(16_383)}\u{1F600}`
  it.each([
    ['the name of an unknown tool', `${'x'.repeat(63)}\u{1F600}`, {}],
    [
      'a retry',
      'odd',
      {
        execute: () => {
          throw new ToolRetry(long)
        },
      },
    ],
    [
      "the user's words",
      'odd',
      {
        execute: () => {
          throw new Error('x')
        },
        onError: () => long,
      },
    ],
  ])('stay well formed: %s', async (_title, name, options) => {
    const odd = tool({ name: 'odd', execute: () => 'x', ...options })
    const model = scriptedModel([calls([{ name }]), text('done')])
    const result = await agent({ name: 'a', model, tools: [odd] }).run('go')
    const { content } = result.steps[0]!.calls[0]!
    expect(content).toMatch(/xxx/)
    expect((content as string).isWellFormed()).toBe(true)
  })

  it('say that a call has no name, and which tools there are', async () => {
    const odd = tool({ name: 'odd', execute: () => 'x' })
    const model = scriptedModel([calls([{ name: '' }]), text('done')])
    const result = await agent({ name: 'a', model, tools: [odd], wire: 'plain' }).run('go')
    expect(result).toMatchObject({ status: 'done' })
    expect(result.steps.flatMap((step) => step.calls.map(({ content }) => content))).toEqual([
      'The call has no name. Available: odd.',
    ])
  })
})

describe('words for the model that are no words', () => {
  it.each([
    ['a number', () => 5],
    ['nothing', () => undefined],
    ['a promise of a number', async () => 5],
    [
      'an error',
      () => {
        throw new Error('worse')
      },
    ],
  ])('%s is replaced', async (_title, onError) => {
    const bad = tool({
      name: 'bad',
      execute: () => {
        throw new Error('original')
      },
      onError: onError as never,
    })
    const result = await agent({
      name: 'a',
      model: scriptedModel([calls([{ name: 'bad' }]), text('done')]),
      tools: [bad],
    }).run('go')
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(result.steps[0]?.calls[0]?.content).toMatch(/original|worse/)
  })
})

describe('other generators', () => {
  it.each([
    [
      'plain',
      function* () {
        yield 1
        return 'out'
      },
    ],
    [
      'promised',
      async () =>
        (function* () {
          yield 1
          return 'out'
        })(),
    ],
  ])('%s ones give their result', async (_title, execute) => {
    const odd = tool({ name: 'odd', execute })
    const result = await agent({
      name: 'a',
      model: scriptedModel([calls([{ name: 'odd' }]), text('done')]),
      tools: [odd],
    }).run('go')
    expect(result.steps[0]?.calls[0]?.content).toBe('out')
  })
})

it('an iterator that is no generator is no progress', async () => {
  const told: unknown[] = []
  const values = [1, 2].values() as unknown as { map(change: (one: number) => number): unknown }
  const odd = tool({ name: 'odd', execute: () => values.map((one) => one * 2) as never })
  const model = scriptedModel([calls([{ name: 'odd' }]), text('done')])
  const stream = agent({ name: 'a', model, tools: [odd] }).stream('go')
  stream.on('tool.progress', ({ data }) => told.push(data))
  await stream.result
  expect(told).toEqual([])
})

describe('a tool that takes too long', () => {
  it('is given up at its timeout, attempts and pauses included, even if it ignores its signal', async () => {
    const clock = virtualClock()
    const signals: AbortSignal[] = []
    const stuck = tool({
      name: 'stuck',
      timeout: 1000,
      retries: 5,
      execute: (_args, { signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      },
    })
    const model = scriptedModel([calls([{ name: 'stuck' }, { name: 'fine' }]), text('done')])
    const running = agent({ name: 'a', model, tools: [stuck, fine] }).run('go', { clock })
    await clock.advance(999)
    expect(signals.map((signal) => signal.aborted)).toEqual([false])
    await clock.advance(1)
    const result = await running
    expect(result.steps[0]?.calls).toMatchObject([
      { ok: false, reason: 'timeout', content: 'The tool `stuck` did not finish within 1000 ms.', ms: 1000 },
      { ok: true },
    ])
    expect(signals.map((signal) => signal.aborted)).toEqual([true])
    expect(clock.pending).toBe(0)
  })

  it('is tried again under the same key until one attempt succeeds', async () => {
    const clock = virtualClock()
    const seen: { attempt: number; key: string }[] = []
    const events: RunEvent[] = []
    const flaky = tool({
      name: 'flaky',
      retries: 2,
      execute: (_args, { attempt, idempotencyKey }) => {
        seen.push({ attempt, key: idempotencyKey })
        if (attempt < 3) throw new Error(`attempt ${attempt}`)
        return 'at last'
      },
    })
    const model = scriptedModel([calls([{ name: 'flaky', id: 'c1' }]), text('done')])
    const stream = agent({ name: 'a', model, tools: [flaky] }).stream('go', { clock, runId: 'r' })
    stream.on('attempt.retry', (event) => events.push(event))
    const running = stream.result
    await clock.runAll()
    const result = await running
    expect(outputOf(result)).toBe('done')
    expect(result.steps[0]?.calls[0]).toMatchObject({ ok: true, content: 'at last' })
    expect(seen).toEqual([1, 2, 3].map((attempt) => ({ attempt, key: 'r/0/c1' })))
    expect(events).toMatchObject([
      { attempt: 1, delay: 250, callId: 'c1' },
      { attempt: 2, delay: 500, callId: 'c1' },
    ])
  })
})

describe('what a tool mutates', () => {
  it('changes nothing in the transcript', async () => {
    const kept = { list: [1] }
    const vandal = tool({
      name: 'vandal',
      parameters: z.object({ list: z.array(z.number()) }),
      execute: (args, { call }) => {
        args.list.push(99)
        Reflect.set(call, 'id', 'other')
        return kept
      },
    })
    const model = scriptedModel([
      calls([{ name: 'vandal', args: { list: [1] }, id: 'c1' }]),
      () => {
        kept.list.push(2)
        return text('done')
      },
    ])
    const input = [{ role: 'user' as const, content: 'go' }]
    const running = agent({ name: 'a', model, tools: [vandal] }).run(input)
    input[0]!.content = 'changed'
    const result = await running
    expect(result.messages).toMatchObject([
      { content: 'go' },
      { tool_calls: [{ id: 'c1', function: { arguments: '{"list":[1]}' } }] },
      { tool_call_id: 'c1', content: '{"list":[1]}' },
      { content: 'done' },
    ])
  })
})
