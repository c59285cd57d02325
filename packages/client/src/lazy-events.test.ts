import { describe, expect, it, vi } from 'vitest'
import { UsageError } from '@toolloop/wire'
import { LazyEvents } from './index.ts'

interface Tick {
  readonly type: 'tick'
  readonly n: number
}
const ticks = (...numbers: number[]): Tick[] => numbers.map((n) => ({ type: 'tick', n }))

/** A handle over batches given in advance; `pulls` counts how many were asked for. */
function handle(batches: readonly Tick[][], result: string | Error = 'the end') {
  const state = { opened: 0, pulls: 0, aborted: [] as unknown[] }
  const events = new LazyEvents<Tick, string>(
    async () => {
      state.opened++
      const ticking = source()
      return { next: () => ticking.next(), abort: (reason) => void state.aborted.push(reason) }
    },
    { noun: 'clock', result: '.time' },
  )
  async function* source(): AsyncGenerator<Tick[], string, void> {
    for (const batch of batches) {
      state.pulls++
      if (state.aborted.length > 0) throw new Error(`aborted: ${String(state.aborted[0])}`)
      yield batch
    }
    if (result instanceof Error) throw result
    return result
  }
  return { events, state }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('lazy events', () => {
  it('are not opened before a consumer reads them', async () => {
    const { events, state } = handle([ticks(1)])
    events.off('tick', () => {})
    await turn()
    await events[Symbol.asyncDispose]()
    expect(state.opened).toBe(0)
  })

  it('are drained when the result is read', async () => {
    const { events, state } = handle([ticks(1, 2), ticks(3)])
    expect(await events.result).toBe('the end')
    expect(state).toMatchObject({ opened: 1, pulls: 2 })
  })

  it('reach listeners that are added in one turn, all from the first on', async () => {
    const { events } = handle([ticks(1, 2), ticks(3)])
    const heard: [string, number][] = []
    for (const name of ['a', 'b']) events.on('tick', ({ n }: Tick) => heard.push([name, n]))
    await events.result
    expect(heard).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['b', 2],
      ['a', 3],
      ['b', 3],
    ])
  })

  it('are handed out one by one, and a batch is asked for only when the last one was taken', async () => {
    const { events, state } = handle([ticks(1, 2), ticks(3)])
    const iterator = events[Symbol.asyncIterator]()
    const seen: unknown[] = []
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      seen.push([next.value, state.pulls])
    expect(seen).toEqual([
      [{ type: 'tick', n: 1 }, 1],
      [{ type: 'tick', n: 2 }, 1],
      [{ type: 'tick', n: 3 }, 2],
    ])
  })

  it('reach listeners as the iterator yields them', async () => {
    const { events } = handle([ticks(1, 2)])
    const iterator = events[Symbol.asyncIterator]()
    const heard: number[] = []
    events.on('tick', ({ n }: Tick) => heard.push(n))
    await iterator.next()
    await turn()
    expect(heard).toEqual([1])
    await iterator.next()
    expect(heard).toEqual([1, 2])
  })

  it('never flow for the result while an iterator is open', async () => {
    const { events, state } = handle([ticks(1)])
    const iterator = events[Symbol.asyncIterator]()
    const result = events.result
    await turn()
    expect(state.opened).toBe(0)
    for (let next = await iterator.next(); !next.done; next = await iterator.next());
    expect(await result).toBe('the end')
  })

  it.each<[string, (events: LazyEvents<Tick, string>) => unknown, RegExp]>([
    ['a second time', (events) => events[Symbol.asyncIterator](), /This clock has a reader already/],
    [
      'after they began to be drained',
      (events) => events.result,
      /This clock has started: `\.on` or `\.time` drain it/,
    ],
  ])('are not iterated %s', async (_, before, said) => {
    const { events } = handle([ticks(1)])
    void before(events)
    await turn()
    expect(() => events[Symbol.asyncIterator]()).toThrow(said)
  })

  it('are aborted when the iterator leaves, and the result rejects', async () => {
    const { events, state } = handle([ticks(1), ticks(2)])
    for await (const _ of events) break
    expect(state.aborted).toContain('The consumer left.')
    await expect(events.result).rejects.toThrow('aborted: The consumer left.')
  })

  it('go on to the iterator after an abort, up to the failure it caused', async () => {
    const { events } = handle([ticks(1), ticks(2)])
    const iterator = events[Symbol.asyncIterator]()
    await iterator.next()
    events.abort('enough')
    await turn()
    await expect(iterator.next()).rejects.toThrow('aborted: enough')
    expect(await iterator.next().catch((error: Error) => error.message)).toBe('aborted: enough')
  })

  it('are opened aborted after an earlier abort', async () => {
    const { events, state } = handle([ticks(1)])
    events.abort('never mind')
    expect(state.opened).toBe(0)
    await expect(events.result).rejects.toThrow('aborted: never mind')
  })

  it('settle the result of an iterator that was aborted and never comes back', async () => {
    const { events } = handle([ticks(1)])
    events[Symbol.asyncIterator]()
    const result = events.result
    events.abort('enough')
    await expect(result).rejects.toThrow('aborted: enough')
  })

  it('are over when disposing of them is, also while they are drained', async () => {
    const { events, state } = handle([ticks(1), ticks(2), ticks(3)])
    events.on('tick', () => {})
    await events[Symbol.asyncDispose]()
    expect(state.aborted.length).toBeGreaterThan(0)
    await expect(events.result).rejects.toThrow('aborted')
  })

  it('emit a failure to listeners once, and none for an abort', async () => {
    const failing = handle([ticks(1)], new Error('broken'))
    const heard = vi.fn<(event: unknown) => void>()
    failing.events.on('error', heard)
    await expect(failing.events.result).rejects.toThrow('broken')
    expect(heard.mock.calls).toEqual([[{ type: 'error', error: new Error('broken') }]])

    const aborted = handle([ticks(1)])
    const unheard = vi.fn<(event: unknown) => void>()
    aborted.events.on('error', unheard)
    aborted.events.abort()
    await expect(aborted.events.result).rejects.toThrow('aborted')
    expect(unheard).not.toHaveBeenCalled()
  })

  it('call a listener of `once` once', async () => {
    const { events } = handle([ticks(1, 2), ticks(3)])
    const seen: unknown[] = []
    events.once('tick', (event: unknown) => seen.push(event))
    const removed = (event: unknown): unknown => seen.push(event)
    events.once('tick', removed)
    events.off('tick', removed)
    await events.result
    expect(seen).toEqual(ticks(1))
  })

  it.each(['on', 'once'] as const)('reject `%s` after the end', async (method) => {
    const done = handle([ticks(1)])
    await done.events.result
    expect(() => done.events[method]('tick', () => {})).toThrow(/clock has ended.* use `\.time`/)
    const failed = handle([], new Error('lost'))
    await expect(failed.events.result).rejects.toThrow('lost')
    expect(() => failed.events[method]('tick', () => {})).toThrow(UsageError)
  })

  it.each(['on', 'once'] as const)('reject a listener of `%s` that is no function', (method) => {
    const { events } = handle([ticks(1)])
    expect(() => events[method]('tick', undefined as never)).toThrow(
      new UsageError('A listener of `tick` must be a function that takes the event, not undefined.'),
    )
  })

  it('survive listeners that throw, which is an event too', async () => {
    const { events } = handle([ticks(1, 2)])
    const problems: unknown[] = []
    events.on('tick', ({ n }: Tick) => {
      if (n === 1) throw new Error('mine')
    })
    events.on('listener.error', (event: unknown) => {
      problems.push(event)
      throw new Error('again')
    })
    expect(await events.result).toBe('the end')
    expect(problems).toEqual([{ type: 'listener.error', event: 'tick', error: new Error('mine') }])
  })

  it('reject where they cannot be opened', async () => {
    const events = new LazyEvents<Tick, string>(() => Promise.reject(new Error('locked')), {
      noun: 'clock',
      result: '.time',
    })
    const iterator = events[Symbol.asyncIterator]()
    await expect(iterator.next()).rejects.toThrow('locked')
    await expect(events.result).rejects.toThrow('locked')
    await events[Symbol.asyncDispose]()
  })
})
