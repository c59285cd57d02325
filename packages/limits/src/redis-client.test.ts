// Each client of Redis, against one server and against a cluster of three.
import { withMiddleware } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import type { ModelRequest } from '@toolloop/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LimitStore, redisLimits, sharedLimit } from './index.ts'
import { redisClusterMissing } from '../../../scripts/services/redis-cluster.ts'
import { redisMissing } from '../../../scripts/services/redis.ts'
import { clientKinds, type OpenClient, type Servers, startOne, startThree, toEach } from './test/redis-clients.ts'

const request: ModelRequest = { messages: [{ role: 'user', content: 'Go.' }] }
let keys = 0
const many = Number.MAX_SAFE_INTEGER
const limits = {
  requests: many,
  tokens: many,
  concurrency: 1,
  window: 1_000,
  slot: 10,
  delivery: 100,
  lease: 5_000,
}

const places = [
  { place: 'one server', isCluster: false, start: startOne, missing: redisMissing },
  { place: 'a cluster of three', isCluster: true, start: startThree, missing: redisClusterMissing },
]

describe.each(places)('limits over $place', ({ isCluster, start, missing }) => {
  describe.skipIf(missing !== undefined)(`count ${missing ?? ''}`, () => {
    let servers: Servers
    beforeAll(async () => {
      servers = await start()
    }, 60_000)
    afterAll(() => servers.stop(), 60_000)

    describe.each(clientKinds.filter((kind) => kind.isCluster === isCluster))('with $name', (kind) => {
      let opened: OpenClient[] = []
      let stores: LimitStore[] = []
      beforeAll(async () => {
        opened = [await kind.open(servers), await kind.open(servers)]
        stores = opened.map(({ client }) => redisLimits(client))
      }, 60_000)
      afterAll(async () => {
        for (const store of stores) await store.close()
        for (const one of opened) one.close()
      }, 60_000)

      it('reserves, renews, settles and notifies, whichever node has the keys of a limit', async () => {
        const [first, second] = stores as [LimitStore, LimitStore]
        const some = Array.from({ length: 12 }, (_, at) => `key {${at}} ${keys++}`)
        for (const key of some) {
          const { wait, freeAt } = await first.reserve({ key, id: 'a', tokens: 5, limits })
          expect([wait, freeAt > 0]).toEqual([0, true])
          expect((await second.reserve({ key, id: 'b', tokens: 5, limits })).wait).toBeGreaterThan(0)
          const released = Promise.withResolvers<readonly string[] | undefined>()
          const subscription = await second.onRelease(key, (ids) => released.resolve(ids))
          expect(subscription.isLive()).toBe(true)
          await first.renew(key, ['a'], 5_000)
          await first.settle({ key, id: 'a', tokens: 5, countsUntil: freeAt, used: 5, coolDown: 0, limits })
          expect(await released.promise).toEqual(['b'])
          subscription.close()
          expect((await second.reserve({ key, id: 'b', tokens: 5, limits })).wait).toBe(0)
        }
      })

      it('sends a script again to a server that has lost it', async () => {
        await toEach(servers, 'SCRIPT', 'FLUSH')
        const [first] = stores as [LimitStore]
        const key = `flushed ${keys++}`
        await first.reserve({ key, id: 'a', tokens: 5, limits })
        await first.renew(key, ['a'], 5_000)
        await first.settle({ key, id: 'a', tokens: 5, countsUntil: 0, used: 0, coolDown: 0, limits })
        expect((await first.reserve({ key, id: 'b', tokens: 5, limits })).wait).toBe(0)
      })

      it('keeps a limit over two clients, also when all counts are lost in the middle', async () => {
        const key = `model ${keys++}`
        let running = 0
        let most = 0
        let done = 0
        const models = stores.map((store) =>
          withMiddleware(
            scriptedModel(async () => {
              most = Math.max(most, ++running)
              await new Promise((resolve) => setTimeout(resolve, 10))
              running--
              return text('Done.')
            }),
            [sharedLimit(store, { key, concurrency: 2, lease: 1_000 })],
          ),
        )
        const work = async (at: number): Promise<void> => {
          for (let call = 0; call < 10; call++) {
            await models[at % 2]!.create!(request, {})
            done++
          }
        }
        const all = Promise.all([0, 1, 2, 3].map(work))
        await expect.poll(() => done, { timeout: 10_000 }).toBeGreaterThan(10)
        expect(most).toBeLessThanOrEqual(2)
        await toEach(servers, 'FLUSHALL')
        await all
        expect(done).toBe(40)
        expect(most).toBeLessThanOrEqual(4) // those that ran are forgotten until their leases are renewed
      }, 30_000)
    })
  })
})
