import { expect, test } from 'vitest'
import { SharedSync } from './shared-sync.ts'

/** A disk whose syncs end when the test releases them. */
function slowDisk() {
  const syncs: PromiseWithResolvers<void>[] = []
  const shared = new SharedSync(() => {
    const sync = Promise.withResolvers<void>()
    syncs.push(sync)
    return sync.promise
  })
  return { syncs, shared }
}

test('whoever asks while a sync runs shares the next one, and none that began before', async () => {
  const { syncs, shared } = slowDisk()
  const order: string[] = []
  const flush = (name: string): Promise<unknown> => shared.flush().then(() => order.push(name))
  const all = [flush('first'), ...['a', 'b', 'c'].map(flush)]
  expect(syncs.length).toBe(1)
  syncs[0]!.resolve()
  await all[0]
  expect(order).toEqual(['first'])
  const late = flush('late')
  expect(syncs.length).toBe(2)
  syncs[1]!.resolve()
  await Promise.all(all)
  expect(order).toEqual(['first', 'a', 'b', 'c'])
  syncs[2]!.resolve()
  await late
  expect([syncs.length, shared.isIdle]).toEqual([3, true])
})

test('a sync that fails fails those who shared it, and the next one is tried', async () => {
  const { syncs, shared } = slowDisk()
  const first = shared.flush()
  const second = shared.flush()
  syncs[0]!.reject(new Error('EIO'))
  await expect(first).rejects.toThrow('EIO')
  syncs[1]!.resolve()
  await expect(second).resolves.toBeUndefined()
  await shared.idle()
  expect(shared.isIdle).toBe(true)
})
