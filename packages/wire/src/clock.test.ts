import { expect, test } from 'vitest'
import { sleep, systemClock } from './index.ts'

test('the system clock sleeps in real time', async () => {
  const before = systemClock.now()
  await sleep(systemClock, 20)
  expect(systemClock.now() - before).toBeGreaterThanOrEqual(15)
})

test('a sleep that is aborted leaves no timer', async () => {
  const cleared: unknown[] = []
  const clock = {
    ...systemClock,
    setTimeout: () => 'timer',
    clearTimeout: (timer: unknown) => void cleared.push(timer),
  }
  const controller = new AbortController()
  const sleeping = sleep(clock, 1000, controller.signal)
  controller.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
  await expect(sleep(clock, 1000, controller.signal)).rejects.toThrow('enough')
  expect(cleared).toEqual(['timer'])
})
