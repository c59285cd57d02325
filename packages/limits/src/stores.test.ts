// What every store does: the same table over memory, Redis and Postgres.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LimitStore, WindowLimits } from './index.ts'
import { Calls, wide } from './test/calls.ts'
import { kinds, missing, openStore, type OpenStore, type Service, startService } from './test/stores.ts'

const brief = { window: 600, slot: 10, delivery: 100, lease: 5_000 }

describe.each(kinds)('limits in %s', (kind) => {
  const why = missing[kind]
  describe.skipIf(why !== undefined)(`count ${why ?? ''}`, () => {
    let service: Service
    let opened: OpenStore
    let keys = 0
    beforeAll(async () => {
      service = await startService(kind)
      opened = await openStore(kind, service.url)
    }, 60_000)
    afterAll(async () => {
      await opened.close()
      await service.stop()
    }, 60_000)
    const begin = (limits: Partial<WindowLimits>): Calls =>
      new Calls(opened.store, `key-${keys++}`, { ...wide, ...limits })

    it('lets the requests of a window start, and the next ones when it has passed', async () => {
      const calls = begin({ ...brief, requests: 3 })
      const began = performance.now()
      expect([await calls.starts('a'), await calls.starts('b'), await calls.starts('c')]).toEqual([true, true, true])
      for (const id of ['a', 'b', 'c']) await calls.settle(id, { early: 80 }) // 20 ms after they started
      const { wait } = await calls.reserve('d')
      expect(wait).toBeLessThanOrEqual(630)
      await sleep(wait)
      expect(await calls.starts('d')).toBe(true)
      expect(performance.now() - began).toBeGreaterThanOrEqual(600)
    })

    it('counts a request from the latest time of its arrival while it runs', async () => {
      const calls = begin({ ...brief, requests: 1, delivery: 300 })
      const began = performance.now()
      expect(await calls.starts('a')).toBe(true)
      const { wait } = await calls.reserve('b')
      expect(wait).toBeLessThanOrEqual(610) // it may turn out to have arrived at once
      for (let next = wait; next > 0; next = (await calls.reserve('b')).wait) await sleep(next)
      expect(performance.now() - began).toBeGreaterThanOrEqual(890)
    })

    it('counts tokens as reserved, and as used when the call is settled', async () => {
      const calls = begin({ tokens: 100 })
      expect([await calls.starts('a', 60), await calls.starts('b', 60)]).toEqual([true, false])
      await calls.settle('a', { used: 10 })
      expect(await calls.starts('b', 60)).toBe(true)
      await calls.settle('b', { used: 90 })
      expect([await calls.starts('c', 1)]).toEqual([false])
    })

    it('bounds running calls, and notifies those who wait of the end of one', async () => {
      const calls = begin({ concurrency: 2 })
      expect([await calls.starts('a'), await calls.starts('b'), await calls.starts('c')]).toEqual([true, true, false])
      const released = Promise.withResolvers<readonly string[] | undefined>()
      const subscription = await opened.store.onRelease(calls.key, (ids) => released.resolve(ids))
      expect(subscription.isLive()).toBe(true)
      await calls.settle('a')
      expect(await released.promise).toEqual(['c'])
      subscription.close()
      expect(await calls.starts('c')).toBe(true)
    })

    it('notifies the first two that wait, and those behind them for whom the released tokens may suffice', async () => {
      const calls = begin({ tokens: 100 })
      await calls.starts('a', 100)
      for (const id of ['b', 'c', 'd', 'e', 'f']) expect(await calls.starts(id, 20)).toBe(false)
      const notified: (readonly string[] | undefined)[] = []
      const subscription = await opened.store.onRelease(calls.key, (ids) => notified.push(ids))
      await calls.settle('a', { used: 50 })
      await expect.poll(() => notified).toEqual([['b', 'c', 'd']])
      await calls.settle('b', { countsUntil: 0, used: 0 })
      await expect
        .poll(() => notified)
        .toEqual([
          ['b', 'c', 'd'],
          ['c', 'd'],
        ])
      subscription.close()
    })

    it('sets aside what those ahead wait for', async () => {
      const calls = begin({ tokens: 100, concurrency: 2 })
      expect([await calls.starts('a', 60), await calls.starts('large', 90)]).toEqual([true, false])
      expect(await calls.starts('small', 20)).toBe(false) // it would fit, but for the one ahead
      await calls.settle('a', { used: 0 })
      expect(await calls.starts('small', 20)).toBe(false)
      expect(await calls.starts('large', 90)).toBe(true)
      expect(await calls.starts('tiny', 5)).toBe(false) // behind `small`
    })

    it('forgets who no longer waits', async () => {
      const calls = begin({ concurrency: 1 })
      expect([await calls.starts('a'), await calls.starts('b'), await calls.starts('c')]).toEqual([true, false, false])
      await calls.settle('a')
      await calls.settle('b')
      expect(await calls.starts('c')).toBe(true)
    })

    it('takes back the unit of a request that was not sent', async () => {
      const calls = begin({ requests: 1, tokens: 100 })
      expect([await calls.starts('a', 100), await calls.starts('b', 100)]).toEqual([true, false])
      await calls.settle('a', { countsUntil: 0, used: 0 })
      expect(await calls.starts('b', 100)).toBe(true)
    })

    it('releases running calls and tickets whose lease has run out, and keeps those that are renewed', async () => {
      const calls = begin({ concurrency: 2, lease: 300 })
      expect([await calls.starts('dead'), await calls.starts('alive'), await calls.starts('gone')]).toEqual([
        true,
        true,
        false,
      ])
      const { wait } = await calls.reserve('next')
      expect(wait).toBeGreaterThan(0)
      expect(wait).toBeLessThanOrEqual(300)
      for (let at = 0; at < 4; at++) {
        await sleep(100)
        await opened.store.renew(calls.key, ['alive'], 300)
      }
      expect([await calls.starts('next'), await calls.starts('other')]).toEqual([true, false])
    })

    it('starts nothing during a cool-down, which a shorter one does not end', async () => {
      const calls = begin({ concurrency: 9 })
      for (const id of ['a', 'b']) await calls.starts(id)
      await calls.settle('a', { coolDown: 400 })
      await calls.settle('b', { coolDown: 50 })
      const { wait } = await calls.reserve('c')
      expect(wait).toBeGreaterThan(300)
      expect(wait).toBeLessThanOrEqual(400)
      await sleep(wait + 5)
      expect(await calls.starts('c')).toBe(true)
    })

    it('answers the same, and counts the same, when a client sends each operation twice', async () => {
      for (let seed = 1; seed <= 4; seed++) {
        const limits = { ...wide, requests: 30, tokens: 300, concurrency: 3 }
        const outcomes = []
        for (const times of [1, 2]) {
          const calls = new Calls(repeating(opened.store, times), `repeated-${keys++}`, limits)
          outcomes.push({ answers: await randomCalls(calls, seed), counted: await calls.counted() })
        }
        expect(outcomes[1]).toEqual(outcomes[0])
      }
    })

    it('reserves once for a call whose answer was lost for longer than its lease', async () => {
      const calls = begin({ requests: 3, tokens: 30, lease: 100 })
      expect(await calls.starts('a', 10)).toBe(true)
      await sleep(110)
      expect(await calls.starts('a', 10)).toBe(true)
      expect(await calls.counted()).toMatchObject({ requests: 1, tokens: 10 })
    })

    it('changes nothing for operations that arrive when their call has been settled', async () => {
      const calls = begin({ requests: 3, tokens: 30, concurrency: 3 })
      const { freeAt } = await calls.reserve('a', 10)
      await calls.settle('a', { used: 7 })
      expect(await calls.reserve('a', 10)).toEqual({ wait: 0, freeAt: 0 })
      await opened.store.renew(calls.key, ['a', 'unknown'], 60_000)
      await calls.settle('a', { countsUntil: freeAt, used: 20, coolDown: 60_000 })
      expect(await calls.counted()).toEqual({ requests: 1, tokens: 7, running: 1 })
    })

    it('keeps keys apart, whatever characters they have', async () => {
      for (const key of ['a', 'a}', '{a', '', "'; --", '€ \u{1F989}', '\uD800', 'x'.repeat(500)]) {
        const calls = new Calls(opened.store, `${keys++}${key}`, { ...wide, requests: 1 })
        expect([await calls.starts('a'), await calls.starts('b')]).toEqual([true, false])
      }
    })

    it('counts numbers up to the largest whole ones exactly', async () => {
      const most = 9_007_199_254_740_991
      const calls = begin({ tokens: most })
      expect([await calls.starts('a', most - 1), await calls.starts('b', 2)]).toEqual([true, false])
      await calls.settle('a', { used: most - 2 })
      expect(await calls.starts('b', 2)).toBe(true)
    })

    it('answers as the store in memory does, over random calls', async () => {
      const memory = await openStore('memory', '')
      for (let seed = 1; seed <= 8; seed++) {
        const limits = { ...wide, requests: 12, tokens: 120, concurrency: 3 }
        const key = `random-${keys++}`
        const answers = await Promise.all(
          [opened.store, memory.store].map((store) => randomCalls(new Calls(store, key, limits), seed)),
        )
        expect(answers[0]).toEqual(answers[1])
        expect(new Set(answers[0])).toEqual(new Set([true, false]))
      }
    })
  })
})

/** Sends each operation several times, and returns the last answer. */
const repeating = (store: LimitStore, times: number): LimitStore => {
  const repeated = async <Answer>(operation: () => Promise<Answer>): Promise<Answer> => {
    for (let at = 1; at < times; at++) await operation()
    return operation()
  }
  return {
    ...store,
    reserve: (reservation) => repeated(() => store.reserve(reservation)),
    settle: (settlement) => repeated(() => store.settle(settlement)),
    renew: (key, ids, lease) => repeated(() => store.renew(key, ids, lease)),
  }
}

async function randomCalls(calls: Calls, seed: number): Promise<boolean[]> {
  let state = seed
  const below = (most: number): number => (state = (state * 48_271) % 2_147_483_647) % most
  const started: boolean[] = []
  const settled = new Map<number, number>()
  for (let at = 0; at < 60; at++) {
    const which = below(8)
    const id = `call-${which}-${settled.get(which) ?? 0}`
    if (below(3) > 0) started.push(await calls.starts(id, below(30)))
    else {
      await calls.settle(id, below(4) === 0 ? { countsUntil: 0, used: 0 } : { used: below(30) })
      settled.set(which, (settled.get(which) ?? 0) + 1)
    }
  }
  return started
}
