// The handle of a run: lazy, read once, listened to by many, and in nobody's way.
import { tool } from '@toolloop/schema'
import { call, calls, scriptedModel, text } from '@toolloop/testing'
import type { Chunk } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { agent, memoryLog, outputOf, type RunEvent } from '../index.ts'

const add = tool({ name: 'add', execute: () => 3 })
const make = () => {
  const model = scriptedModel([call('add'), text('Three, I think.')])
  return { model, stream: agent({ name: 'a', model, tools: [add] }).stream('1 + 2?') }
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('a stream', () => {
  it('sends nothing until somebody looks', async () => {
    const { model } = make()
    await turn()
    expect(model.requests).toHaveLength(0)
  })

  it('tells everything in order, deltas as they come', async () => {
    const { stream } = make()
    const seen: string[] = []
    let said = ''
    for await (const event of stream) {
      if (seen.at(-1) !== event.type) seen.push(event.type)
      if (event.type === 'content.delta') said += event.delta
    }
    expect(said).toBe('Three, I think.')
    expect(seen).toEqual([
      'run.start',
      'step.start',
      'tool_calls.function.arguments.delta',
      'tool_calls.function.arguments.done',
      'step.done',
      'tool.start',
      'tool.done',
      'step.start',
      'content.delta',
      'content.done',
      'step.done',
      'run.done',
    ])
    expect(outputOf(await stream.result)).toBe('Three, I think.')
  })

  it('drains itself for listeners and for its result', async () => {
    const { stream } = make()
    const names: string[] = []
    stream.on('tool.done', (event) => names.push(event.name)).on('run.done', () => names.push('end'))
    expect((await stream.result).status).toBe('done')
    expect(names).toEqual(['add', 'end'])
    expect(outputOf(await make().stream.result)).toBe('Three, I think.')
  })

  it('calls listeners beside an iterator, as its events are handed out', async () => {
    const { stream } = make()
    const order: string[] = []
    stream.on('step.done', () => order.push('listener'))
    for await (const event of stream) if (event.type === 'step.done') order.push('iterator')
    expect(order).toEqual(['listener', 'iterator', 'listener', 'iterator'])
  })

  it('survives a listener that throws, and says so', async () => {
    const { stream } = make()
    const events: RunEvent[] = []
    stream.on('tool.done', () => {
      throw new Error('my listener')
    })
    for await (const event of stream) events.push(event)
    expect((await stream.result).status).toBe('done')
    const at = events.findIndex((event) => event.type === 'listener.error')
    expect(events[at]).toMatchObject({ event: 'tool.done', error: new Error('my listener') })
    expect(events[at - 1]?.type).toBe('tool.done')

    const drained = make().stream
    const problems: unknown[] = []
    drained
      .on('tool.done', () => {
        throw new Error('again')
      })
      .on('listener.error', (event) => problems.push(event.error))
    expect((await drained.result).status).toBe('done')
    expect(problems).toEqual([new Error('again')])
  })

  it('survives a listener that rejects, and says so', async () => {
    const problems: unknown[] = []
    const { stream } = make()
    stream
      // oxlint-disable-next-line typescript/no-misused-promises -- that is what people write
      .on('tool.done', async () => {
        throw new Error('async')
      })
      .on('listener.error', (event) => problems.push(event.error))
    expect((await stream.result).status).toBe('done')
    await turn()
    expect(problems).toEqual([new Error('async')])
  })

  it('can be left alone by a listener again', async () => {
    const { stream } = make()
    let count = 0
    const listener = () => void count++
    stream.on('step.start', listener).off('step.start', listener)
    await stream.result
    expect(count).toBe(0)
  })

  it('is iterated once, and not after it began to drain', async () => {
    const { stream } = make()
    const iterator = stream[Symbol.asyncIterator]()
    expect(() => stream[Symbol.asyncIterator]()).toThrow(/iterated once.*\.on\(type, listener\)/)
    await iterator.return?.()
    const other = make().stream
    void other.result
    await turn()
    expect(() => other[Symbol.asyncIterator]()).toThrow(/Start the iteration before/)
  })

  it('rejects its result, and its iterator, only when it could not be started', async () => {
    const one = agent({ name: 'a', model: scriptedModel([]) })
    expect(() => one.stream([])).not.toThrow()
    await expect(one.stream([]).result).rejects.toThrow(/nothing to run/)
    await expect(one.stream([])[Symbol.asyncIterator]().next()).rejects.toThrow(/nothing to run/)
    expect(() => one.stream([{ role: 'tool', content: '', tool_call_id: 'x' }])).toThrow(/messages\[0\]/)
  })

  it('is paused by a consumer that pauses, while tools that run finish', async () => {
    const finished: string[] = []
    const late = tool({
      name: 'late',
      execute: async () => {
        await turn()
        finished.push('late')
        return 'ok'
      },
    })
    const model = scriptedModel([calls([{ name: 'late' }]), text('done')])
    const stream = agent({ name: 'a', model, tools: [late] }).stream('go')
    const iterator = stream[Symbol.asyncIterator]()
    for (let next = await iterator.next(); next.value?.type !== 'tool.start'; next = await iterator.next());
    await turn()
    await turn()
    expect(finished).toEqual(['late'])
    expect(model.requests).toHaveLength(1)
    const rest: string[] = []
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) rest.push(next.value.type)
    expect(rest[0]).toBe('tool.done')
    expect(rest.at(-1)).toBe('run.done')
  })

  it('holds the model back: the source is never more than one batch ahead of a slow consumer', async () => {
    let produced = 0
    const model = {
      name: 'endless',
      async *stream(): AsyncGenerator<Chunk[], void> {
        for (; produced < 5_000; produced++)
          yield [
            {
              id: 'c',
              object: 'chat.completion.chunk',
              created: 1,
              model: 'm',
              choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }],
            },
          ]
      },
    }
    const stream = agent({ name: 'a', model }).stream('go')
    let consumed = 0
    for await (const event of stream) {
      if (event.type !== 'content.delta') continue
      consumed++
      if (consumed % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      expect(produced - consumed).toBeLessThanOrEqual(2)
      if (consumed === 2_000) break
    }
    expect(produced).toBeLessThan(2_005)
  })

  it('does not ask for a stream when nobody looks at deltas', async () => {
    const wires: string[] = []
    const watched = {
      name: 'm',
      create: async () => {
        wires.push('plain')
        return scriptedModel([text('x')]).create({ messages: [] })
      },
      stream: () => {
        wires.push('stream')
        return scriptedModel([text('x')]).stream({ messages: [] })
      },
    }
    await agent({ name: 'a', model: watched }).run('go')
    await agent({ name: 'a', model: watched }).stream('go').result
    await agent({ name: 'a', model: watched, wire: 'plain' }).stream('go').result
    await agent({ name: 'a', model: watched, wire: 'stream' }).run('go')
    await agent({ name: 'a', model: watched, tools: [tool({ name: 't', effects: 'none', execute: () => 1 })] }).run(
      'go',
    )
    expect(wires).toEqual(['plain', 'stream', 'plain', 'stream', 'stream'])
  })

  it('shows the same events when the answer comes whole', async () => {
    const seen: string[] = []
    for await (const event of agent({ name: 'a', model: scriptedModel([text('Hello there')]), wire: 'plain' }).stream(
      'go',
    ))
      seen.push(event.type === 'content.delta' ? event.delta : event.type)
    expect(seen).toEqual(['run.start', 'step.start', 'Hello there', 'content.done', 'step.done', 'run.done'])
  })

  it('tells the rest in order when the iterator is asked while an abort ends the run', async () => {
    const model = () => scriptedModel([calls([{ name: 'add' }, { name: 'add' }, { name: 'add' }]), text('Nine.')])
    for (let before = 1; before < 16; before++)
      for (const wait of [0, 1, 2, 5, 10, 20]) {
        const log = memoryLog()
        const stream = agent({ name: 'a', model: model(), tools: [add] }).stream('go', { log })
        const iterator = stream[Symbol.asyncIterator]()
        const told: RunEvent[] = []
        for (let asked = 0; asked < before; asked++) told.push((await iterator.next()).value as RunEvent)
        stream.abort()
        for (let job = 0; job < wait; job++) await Promise.resolve()
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) told.push(next.value)
        expect(told.filter((event) => 'seq' in event)).toEqual(log.facts)
      }
  })

  it('keeps the newest of what a tool tells while nobody takes it, between its start and its end', async () => {
    const count = 5_000
    const chatty = tool({
      name: 'chatty',
      execute: (_args, { progress }) => {
        for (let at = 0; at < count; at++) progress(at)
      },
    })
    const model = scriptedModel([call('chatty'), text('done')])
    const told: unknown[] = []
    const order: string[] = []
    for await (const event of agent({ name: 'a', model, tools: [chatty] }).stream('go')) {
      if (event.type === 'tool.progress') told.push(event.data)
      if (event.type.startsWith('tool.') && order.at(-1) !== event.type) order.push(event.type)
    }
    expect(order).toEqual(['tool.start', 'tool.progress', 'tool.done'])
    expect(told.slice(-1024)).toEqual(Array.from({ length: 1024 }, (_, at) => count - 1024 + at))
    expect(told.length).toBeLessThan(count)
  })

  it('tells retries while the answer is still awaited', async () => {
    const goOn = Promise.withResolvers<void>()
    const model = scriptedModel([text('x')])
    const retrying = {
      name: 'm',
      create: async (
        request: Parameters<typeof model.create>[0],
        options: { onRetry?: ((retry: { attempt: number; delay: number; error: Error }) => void) | undefined },
      ) => {
        options.onRetry?.({ attempt: 1, delay: 10, error: new Error('429') })
        await goOn.promise
        return model.create(request)
      },
    }
    const stream = agent({ name: 'a', model: retrying }).stream('go')
    const seen: string[] = []
    for await (const event of stream) {
      seen.push(event.type)
      if (event.type === 'attempt.retry') goOn.resolve()
    }
    expect(seen.slice(0, 3)).toEqual(['run.start', 'step.start', 'attempt.retry'])
  })
})

describe('a generator tool', () => {
  it('tells its progress and returns its result', async () => {
    const counting = tool({
      name: 'counting',
      execute: async function* () {
        yield 1
        yield { two: 2 }
        return 'three'
      },
    })
    const data: unknown[] = []
    const stream = agent({ name: 'a', model: scriptedModel([call('counting'), text('ok')]), tools: [counting] }).stream(
      'go',
    )
    for await (const event of stream) {
      if (event.type === 'tool.progress') data.push(event.data)
      if (event.type === 'tool.done') data.push(event.content)
    }
    expect(data).toEqual([1, { two: 2 }, 'three'])
  })
})
