import { describe, expect, test, vi } from 'vitest'
import { sleep, systemClock } from '@toolloop/wire'
import { virtualClock } from './index.ts'

describe('a virtual clock', () => {
  test('stands still until it is moved', async () => {
    const clock = virtualClock(1000)
    let woke = false
    void clock.sleep(50).then(() => (woke = true))
    await clock.advance(49)
    expect([clock.now(), woke, clock.pending]).toEqual([1049, false, 1])
    await clock.advance(1)
    expect([clock.now(), woke, clock.pending]).toEqual([1050, true, 0])
  })

  test('runs timers by time, then by age, and shows each its own time', async () => {
    const clock = virtualClock()
    const ran: string[] = []
    for (const [name, ms] of [
      ['c', 30],
      ['a', 10],
      ['b', 10],
    ] as const)
      clock.setTimeout(() => ran.push(`${name}${clock.now()}`), ms)
    await clock.advance(100)
    expect(ran).toEqual(['a10', 'b10', 'c30'])
    expect(clock.now()).toBe(100)
  })

  test('lets promises react between two timers, and runs what they add', async () => {
    const clock = virtualClock()
    const at: number[] = []
    void (async () => {
      for (let round = 0; round < 3; round++) {
        await clock.sleep(10)
        at.push(clock.now())
      }
    })()
    await clock.advance(30)
    expect(at).toEqual([10, 20, 30])
  })

  test('forgets a cleared timer', async () => {
    const clock = virtualClock()
    let ran = false
    clock.clearTimeout(clock.setTimeout(() => (ran = true), 1))
    clock.clearTimeout(undefined)
    await clock.runAll()
    expect(ran).toBe(false)
  })

  test('moves under the fake timers of a test framework', async () => {
    vi.useFakeTimers()
    try {
      const clock = virtualClock()
      const sleeping = clock.sleep(10)
      await clock.advance(10)
      await sleeping
      expect(clock.now()).toBe(10)
    } finally {
      vi.useRealTimers()
    }
  })

  test('tells of a timer that re-arms itself for ever', async () => {
    const clock = virtualClock()
    const again = (): void => void clock.setTimeout(again, 1)
    again()
    await expect(clock.runAll(5)).rejects.toThrow('runAll ran 5 timers')
  })
})

describe.each([
  ['virtual', virtualClock()],
  ['system', systemClock],
])('a sleep on the %s clock', (_name, clock) => {
  test('ends with the signal’s reason', async () => {
    const controller = new AbortController()
    const sleeping = sleep(clock, 60_000, controller.signal)
    controller.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    await expect(sleep(clock, 1, controller.signal)).rejects.toThrow('enough')
  })
})
