// One abort reaches everything, at any moment, and leaves a conversation that can be sent again.
import { tool } from '@toolloop/schema'
import { calls, checkTranscript, reply, scriptedModel, text, toolResults } from '@toolloop/testing'
import type { Chunk, Delta, FinishReason, ModelOptions } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, memoryLog, type RunEvent, steps } from '../index.ts'

const quick = tool({
  name: 'quick',
  parameters: z.object({ id: z.number() }),
  effects: 'none',
  execute: ({ id }) => `quick ${id}`,
})
const slow = tool({
  name: 'slow',
  execute: async (_args, { progress }) => {
    progress('half')
    await Promise.resolve()
    return 'slow'
  },
})
const script = [
  calls([{ name: 'quick', args: { id: 1 } }, { name: 'slow' }, { name: 'quick', args: { id: 2 } }], {
    content: 'Let me look around first.',
  }),
  text('Here is what I found out.'),
]
const make = () => agent({ name: 'a', model: scriptedModel(script), tools: [quick, slow] })

async function all(): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of make().stream('go')) events.push(event)
  return events
}
const kinds = (await all()).map((event) => event.type)
/** From here on the answer is there: only the finish is left. */
const answered = kinds.lastIndexOf('content.done')

describe('an abort', () => {
  it.each(kinds.map((type, index) => [index, type] as const))(
    'at event %i of the run (%s) leaves a conversation that goes on',
    async (index) => {
      const log = memoryLog()
      const stream = make().stream('go', { log })
      let seen = 0
      for await (const event of stream) if (seen++ === index) stream.abort(`at ${event.type}`)
      const result = await stream.result
      // What had arrived counts.
      expect(result).toMatchObject(
        index < answered
          ? { status: 'aborted', reason: expect.stringMatching(/^at /) }
          : { status: 'done', output: 'Here is what I found out.' },
      )
      expect(checkTranscript(result.messages)).toBeUndefined()
      expect(log.facts.at(-1)?.type).toBe('run.done')
      // A step that nobody saw begin has not begun: it counts as no request that told no usage.
      expect(result.steps).toHaveLength(kinds.slice(0, index + 1).filter((type) => type === 'step.start').length)
      expect(result.request(result.steps.length)).toBeUndefined()

      const resumed = await agent({ name: 'a', model: scriptedModel(() => text('fine')), tools: [quick, slow] }).run(
        'And now?',
        { from: log },
      )
      expect(['done', 'approval']).toContain(resumed.status)
      expect(checkTranscript(resumed.messages)).toBeUndefined()
    },
  )

  it('keeps the partial text and the results of calls that were done', async () => {
    const stream = make().stream('go')
    for await (const event of stream) if (event.type === 'content.delta') stream.abort()
    const result = await stream.result
    expect(result.messages.at(-1)).toMatchObject({ role: 'assistant', content: expect.stringMatching(/^Let me/) })
    expect(result.status === 'aborted' && result.partial).toMatch(/^Let me/)
  })

  it('by a signal that is aborted already sends nothing', async () => {
    const model = scriptedModel([])
    const result = await agent({ name: 'a', model }).run('go', { signal: AbortSignal.abort(new Error('too late')) })
    expect(result).toMatchObject({ status: 'aborted', reason: 'too late' })
    expect(model.requests).toHaveLength(0)
  })

  it('ends the run at once though a tool ignores its signal, whose late end is swallowed', async () => {
    const controller = new AbortController()
    let late: (() => void) | undefined
    const deaf = tool({
      name: 'deaf',
      execute: () =>
        new Promise((_, reject) => {
          late = () => reject(new Error('too late'))
          controller.abort('enough')
        }),
    })
    const result = await agent({
      name: 'a',
      model: scriptedModel([calls([{ name: 'deaf', id: 'c1' }])]),
      tools: [deaf],
    }).run('go', { signal: controller.signal })
    expect(result).toMatchObject({ status: 'aborted', reason: 'enough' })
    expect(result.messages.at(-1)).toMatchObject({
      tool_call_id: 'c1',
      content: 'Interrupted: the outcome is unknown.',
    })
    late?.()
    await new Promise((resolve) => setTimeout(resolve, 5))
  })

  it('waits a moment for tools that run: what they give is recorded, of the others the outcome is unknown', async () => {
    const controller = new AbortController()
    const running = Promise.withResolvers<void>()
    let begun = 0
    const begin = (): void => {
      if (++begun === 5) running.resolve()
    }
    let attempts = 0
    const tools = [
      tool({
        name: 'winds_up',
        execute: async () => {
          begin()
          await running.promise
          await new Promise((resolve) => setTimeout(resolve, 150))
          return 'paid'
        },
      }),
      tool({ name: 'deaf', execute: () => (begin(), new Promise(() => {})) }),
      tool({
        name: 'gives_up',
        execute: (_args, { signal }) =>
          new Promise((_, reject) => {
            begin()
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          }),
      }),
      tool({
        name: 'tries_again',
        retries: 3,
        execute: async () => {
          attempts++
          begin()
          await running.promise
          await new Promise((resolve) => setTimeout(resolve, 20))
          throw new Error('busy')
        },
      }),
      tool({
        name: 'aborts',
        execute: async () => {
          begin()
          await running.promise
          controller.abort('enough')
          return 'aborted it'
        },
      }),
    ]
    const model = scriptedModel([calls(tools.map(({ name }) => ({ name, id: name })))])
    const log = memoryLog()
    const result = await agent({ name: 'a', model, tools }).run('go', { signal: controller.signal, log })
    expect(result).toMatchObject({ status: 'aborted', reason: 'enough' })
    expect(result.timing.ms).toBeLessThan(1_000)
    expect(result.messages.slice(2).map(({ content }) => content)).toEqual([
      'paid',
      'Interrupted: the outcome is unknown.',
      'Interrupted: the outcome is unknown.',
      'Interrupted: the outcome is unknown.',
      'aborted it',
    ])
    expect(attempts).toBe(1)
    const ended = log.facts.flatMap((fact) => (fact.type === 'tool.done' ? [[fact.name, fact.ok, fact.content]] : []))
    expect(ended).toEqual([
      ['aborts', true, 'aborted it'],
      ['winds_up', true, 'paid'],
    ])
    expect(log.facts.at(-1)?.type).toBe('run.done')
  })

  it.each([
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('worse')
        },
      }),
      'aborted',
    ],
    [
      'a proxy that allows nothing',
      new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error('worse')
          },
        },
      ),
      'aborted',
    ],
    ['an error without words', new TypeError(''), 'TypeError'],
    ['an object', { code: 7 }, 'aborted'],
    ['a text', 'enough', 'enough'],
  ])('for the reason of %s ends the run as aborted', async (_title, reason, told) => {
    const controller = new AbortController()
    const stop = tool({ name: 'stop', execute: () => controller.abort(reason) })
    const model = scriptedModel([calls([{ name: 'stop' }])])
    const log = memoryLog()
    const result = await agent({ name: 'a', model, tools: [stop] }).run('go', { signal: controller.signal, log })
    expect(result).toMatchObject({ status: 'aborted', reason: told })
    expect(log.facts.at(-1)).toMatchObject({ type: 'run.done', outcome: { status: 'aborted', reason: told } })
  })

  it('is nothing that a call which is over hears of, nor does it hear of the end of its run', async () => {
    const signals: AbortSignal[] = []
    const short = tool({ name: 'short', execute: (_args, { signal }) => void signals.push(signal) })
    const model = scriptedModel([calls([{ name: 'short' }, { name: 'short' }]), text('done')])
    const result = await agent({ name: 'a', model, tools: [short] }).run('go')
    expect(result.status).toBe('done')
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false])
    expect(signals[0]).not.toBe(signals[1])
  })

  it('reaches the tool, a call that waits for its turn, and the pause before another attempt', async () => {
    const reasons: unknown[] = []
    const begun = Promise.withResolvers<void>()
    const waiting = tool({
      name: 'waiting',
      limit: { concurrency: 1 },
      execute: (_args, { signal }) =>
        new Promise((_, reject) => {
          begun.resolve()
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            reject(signal.reason as Error)
          })
        }),
    })
    const failing = tool({
      name: 'failing',
      retries: 9,
      execute: async () => {
        await begun.promise
        throw new Error('again')
      },
    })
    const stream = agent({
      name: 'a',
      model: scriptedModel([calls([{ name: 'waiting' }, { name: 'waiting' }, { name: 'failing' }])]),
      tools: [waiting, failing],
    }).stream('go')
    stream.on('attempt.retry', () => stream.abort('stop'))
    const result = await stream.result
    expect(result).toMatchObject({ status: 'aborted', reason: 'stop' })
    expect(reasons).toEqual(['stop'])
    expect(result.messages.slice(2).map((message) => message.content)).toEqual([
      'Interrupted: the outcome is unknown.',
      'Not run: the run ended first.',
      'Interrupted: the outcome is unknown.',
    ])
  })

  it('keeps a result that had arrived, though nobody had taken it', async () => {
    let finished = 0
    const pay = tool({
      name: 'pay',
      execute: async () => {
        finished++
        return 'paid'
      },
    })
    const log = memoryLog()
    const stream = agent({ name: 'a', model: scriptedModel([calls([{ name: 'pay' }])]), tools: [pay] }).stream('go', {
      log,
    })
    for await (const event of stream) {
      if (event.type !== 'tool.start') continue
      await new Promise((resolve) => setTimeout(resolve, 20))
      stream.abort('stop')
    }
    expect(finished).toBe(1)
    expect((await stream.result).messages.at(-1)).toMatchObject({ role: 'tool', content: 'paid' })
    expect(log.facts.map((fact) => fact.type).slice(-3)).toEqual(['tool.start', 'tool.done', 'run.done'])
  })

  it('logs as many results as there were, wherever it comes, with a slow log', async () => {
    for (let at = 0; at < 12; at++) {
      let finished = 0
      const pay = tool({
        name: 'pay',
        execute: async () => {
          finished++
          return 'paid'
        },
      })
      const facts: string[] = []
      const log = {
        load: () => [],
        append: async (more: readonly { type: string }[]) => {
          await new Promise((resolve) => setTimeout(resolve, 3))
          facts.push(...more.map((fact) => fact.type))
        },
      }
      const stream = agent({
        name: 'a',
        model: scriptedModel([calls([{ name: 'pay' }, { name: 'pay' }]), text('ok')]),
        tools: [pay],
      }).stream('go', { log })
      let seen = 0
      for await (const event of stream) {
        if (seen++ === at) stream.abort()
        else if (event.type === 'tool.start') await new Promise((resolve) => setTimeout(resolve, 8))
      }
      await stream.result
      expect(facts.filter((type) => type === 'tool.done')).toHaveLength(finished)
    }
  })

  it('reaches a model that never waits for anything', async () => {
    const model = {
      name: 'endless',
      async *stream(): AsyncGenerator<never, void> {
        for (;;) yield { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: null }] } as never
      },
    }
    expect(
      await agent({ name: 'a', model, wire: 'stream' }).run('go', { signal: AbortSignal.timeout(30) }),
    ).toMatchObject({ status: 'aborted' })
  })

  it('does not wait for a log that hangs', async () => {
    let appends = 0
    const log = { load: () => [], append: () => (appends++ < 2 ? Promise.resolve() : new Promise<void>(() => {})) }
    const stream = agent({ name: 'a', model: scriptedModel([text('x')]) }).stream('go', { log })
    setTimeout(() => stream.abort('enough'), 30)
    const before = performance.now()
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough' })
    expect(performance.now() - before).toBeLessThan(1_000)
  })

  it('leaves a log in use until a write that hangs has ended', async () => {
    const log = memoryLog()
    const { promise, resolve } = Promise.withResolvers<void>()
    let appends = 0
    const hanging = {
      load: () => log.load(),
      append: async (facts: readonly Fact[]) => {
        if (++appends === 2) await promise
        await log.append(facts)
      },
    }
    const worker = agent({ name: 'a', model: scriptedModel([text('x'), text('y')]) })
    expect(await worker.run('go', { log: hanging, signal: AbortSignal.timeout(30) })).toMatchObject({
      status: 'aborted',
    })
    await expect(worker.run(undefined, { from: hanging })).rejects.toThrow('in use')
    resolve()
    await expect.poll(() => log.facts.length).toBeGreaterThan(1)
    expect(await worker.run(undefined, { from: hanging })).toMatchObject({ status: 'done' })
    expect(log.facts.map(({ seq }) => seq)).toEqual(log.facts.map((_, at) => at))
  })

  it('leaves no start in the log of a call that was not made, however short before it', async () => {
    for (let wait = 0; wait < 60; wait++) {
      const controller = new AbortController()
      const ran: string[] = []
      const note = tool({ name: 'note', execute: (_args, { call }) => void ran.push(call.id) })
      const needsApproval = async () => {
        for (let count = 0; count < wait; count++) await Promise.resolve()
        controller.abort()
        return false
      }
      const last = tool({ name: 'last', needsApproval, execute: () => {} })
      const model = scriptedModel([calls([{ name: 'note' }, { name: 'note' }, { name: 'note' }, { name: 'last' }])])
      const log = memoryLog()
      await agent({ name: 'a', model, tools: [note, last] }).run('go', { log, signal: controller.signal })
      const started = log.facts.flatMap((fact) => (fact.type === 'tool.start' ? [fact.callId] : []))
      expect(started).toEqual(ran)
    }
  })

  it('by a tool, in the batch that ended the step, lets no other call of it begin', async () => {
    const controller = new AbortController()
    const [parsed, finished] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const asked: unknown[] = []
    const quickly = { effects: 'none', parameters: z.object({}) } as const
    const first = tool({ name: 'first', ...quickly, execute: () => 'first' })
    const parameters = z.object({}).refine(() => parsed.promise.then(() => true))
    const killer = tool({ name: 'killer', effects: 'none', parameters, execute: () => controller.abort('by a tool') })
    const other = tool({
      name: 'other',
      parameters: z.object({}).refine(() => asked.push('other') > 0),
      execute: () => {},
    })
    const chunk = (delta: Delta, finish_reason: FinishReason | null = null): Chunk => ({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 0,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason }],
    })
    const model = {
      name: 'm',
      async *stream(): AsyncGenerator<Chunk, void> {
        for (const [index, name] of ['first', 'killer', 'other'].entries())
          yield chunk({ tool_calls: [{ index, id: name, type: 'function', function: { name, arguments: '{}' } }] })
        await finished.promise
        yield chunk({}, 'tool_calls')
      },
    }
    const log = memoryLog()
    const append = async (facts: readonly Fact[]): Promise<void> => {
      await log.append(facts)
      if (!facts.some((fact) => fact.type === 'tool.done')) return
      // Meanwhile both arrive: the end of the step, and the start of the tool that will abort.
      parsed.resolve()
      finished.resolve()
      for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
    }
    const { signal } = controller
    const result = await agent({ name: 'a', model, tools: [first, killer, other] }).run('go', {
      log: { load: () => [], append },
      signal,
    })
    expect(result).toMatchObject({ status: 'aborted', reason: 'by a tool' })
    expect(log.facts.map((fact) => fact.type)).toContain('step.done')
    expect(asked).toEqual([])
    expect(result.messages.at(-1)).toMatchObject({ tool_call_id: 'other', content: 'Not run: the run ended first.' })
  })

  it('is not put off by progress that does not cease', async () => {
    const model = {
      name: 'deaf',
      // oxlint-disable-next-line require-yield -- it says nothing, for ever
      async *stream(_request: unknown, { onRetry }: ModelOptions): AsyncGenerator<Chunk, void> {
        for (let attempt = 1; attempt < 1_000; attempt++) {
          onRetry?.({ attempt, delay: 0, error: new Error('busy') })
          await new Promise((resolve) => setTimeout(resolve, 0))
        }
      },
    }
    const stream = agent({ name: 'a', model }).stream('go')
    let retries = 0
    for await (const event of stream) if (event.type === 'attempt.retry' && ++retries === 3) stream.abort('enough')
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough' })
    expect(retries).toBeLessThan(10)
  })

  it('is what leaving the iterator means', async () => {
    const stream = make().stream('go')
    for await (const event of stream) if (event.type === 'step.done') break
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'The consumer left.' })
  })

  it('is what disposing means, also while the consumer holds the run', async () => {
    const log = memoryLog()
    {
      await using stream = make().stream('go', { log })
      await stream[Symbol.asyncIterator]().next()
    }
    expect(log.facts.at(-1)).toMatchObject({ type: 'run.done', outcome: { status: 'aborted' } })
  })

  it('settles the result of a run that nobody pulls any more', async () => {
    const stream = make().stream('go')
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    stream.abort('no more')
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'no more' })
    const rest: string[] = []
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) rest.push(next.value.type)
    expect(rest.at(-1)).toBe('run.done')
  })
})

describe('a conversation can be sent again after', () => {
  it.each([
    ['a limit', { maxSteps: 1 }],
    ['a stop', { stopWhen: steps(1) }],
    ['a forced choice', { toolChoice: 'required' as const }],
  ])('%s', async (_title, options) => {
    const result = await make()
      .with({ ...options, model: scriptedModel(script) })
      .run('go')
    expect(checkTranscript(result.messages)).toBeUndefined()
    const model = scriptedModel([(request) => reply({ content: `${toolResults(request).length}` })])
    await agent({ name: 'b', model }).run([...result.messages, { role: 'user', content: 'more' }])
    model.assertUsed()
  })
})
