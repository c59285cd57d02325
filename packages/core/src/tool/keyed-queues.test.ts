import { virtualClock } from '@toolloop/testing'
import { expect, it } from 'vitest'
import { KeyedQueues } from './keyed-queues.ts'

const { signal } = new AbortController()

it('keeps a queue for each key that is used, and no other', async () => {
  const clock = virtualClock()
  const queues = new KeyedQueues({ concurrency: 1 })
  const first = await queues.place('a', { clock, signal })
  const second = queues.place('a', { clock, signal })
  const other = await queues.place('b', { clock, signal })
  expect(queues.size).toBe(2)
  other!()
  expect(queues.size).toBe(1)
  first!()
  ;(await second)!()
  expect(queues.size).toBe(0)
})

it('keeps a queue until its interval has ended', async () => {
  const clock = virtualClock()
  const queues = new KeyedQueues({ interval: 1000, intervalCap: 1 })
  for (let key = 0; key < 1000; key++) (await queues.place(`${key}`, { clock, signal }))!()
  expect(queues.size).toBe(1000)
  await clock.advance(2000)
  for (let key = 0; key < 64; key++) (await queues.place(`later ${key}`, { clock, signal }))!()
  expect(queues.size).toBeLessThanOrEqual(64)
})

it('deletes the queue of a call that was aborted while it waited', async () => {
  const clock = virtualClock()
  const queues = new KeyedQueues({ concurrency: 1 })
  const first = await queues.place('a', { clock, signal })
  const aborted = new AbortController()
  const second = queues.place('a', { clock, signal: aborted.signal })
  aborted.abort()
  expect(await second).toBeUndefined()
  first!()
  expect(queues.size).toBe(0)
})
