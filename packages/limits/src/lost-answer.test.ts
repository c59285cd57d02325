// A connection to Redis that breaks when an operation has been executed and before its answer has arrived. Clients like
// `ioredis` connect again and send the operation a second time.
import { Redis as IoRedis } from 'ioredis'
import * as iovalkey from 'iovalkey'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Redis, redisMissing, startRedis } from '../../../scripts/services/redis.ts'
import { type RedisClient, redisLimits } from './index.ts'
import { Calls, wide } from './test/calls.ts'
import { type CuttingProxy, startCuttingProxy } from './test/cutting-proxy.ts'

const clients = [
  { name: 'ioredis', open: (port: number) => new IoRedis({ host: '127.0.0.1', port, retryStrategy: () => 10 }) },
  {
    name: 'iovalkey',
    open: (port: number) => new iovalkey.Redis({ host: '127.0.0.1', port, retryStrategy: () => 10 }),
  },
]

describe.skipIf(redisMissing !== undefined)(`an answer of Redis that is lost ${redisMissing ?? ''}`, () => {
  let server: Redis
  let proxy: CuttingProxy
  beforeAll(async () => {
    server = await startRedis()
    proxy = await startCuttingProxy(server.port)
  }, 60_000)
  afterAll(async () => {
    await proxy.stop()
    await server.stop()
  }, 60_000)

  it.each(clients)('changes no counts with $name, which sends the operation again', async ({ name, open }) => {
    const client = open(proxy.port)
    client.on('error', () => {})
    const store = redisLimits(client satisfies RedisClient)
    await execute(new Calls(store, `${name} warm`, wide), (operation) => operation())
    const key = `${name} cut`
    const calls = new Calls(store, key, wide)
    const executedBefore = await executions(client)
    await execute(calls, async (operation) => {
      const [answer] = await Promise.all([operation(), proxy.cutNext()])
      return answer
    })
    expect((await executions(client)) - executedBefore).toBe(2 * 5)
    // One settled with 7 tokens, one that runs with 20.
    expect(await calls.counted()).toEqual({ requests: 2, tokens: 27, running: 1 })
    client.disconnect()
  })
})

async function execute(
  calls: Calls,
  run: <Answer>(operation: () => Promise<Answer>) => Promise<Answer>,
): Promise<void> {
  const first = await run(() => calls.reserve('a', 10))
  const second = await run(() => calls.reserve('b', 20))
  expect([first, second]).toEqual([first, second].map(() => ({ wait: 0, freeAt: expect.any(Number) as number })))
  expect(Math.min(first.freeAt, second.freeAt)).toBeGreaterThan(0)
  await run(() => calls.renew(['a', 'b']))
  await run(() => calls.settle('a', { used: 7 }))
  await run(() => calls.settle('c', { countsUntil: 0, used: 0 })) // a place in the queue
}

/** How many scripts the server has executed. */
async function executions(client: Pick<IoRedis, 'info'>): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1])
}
