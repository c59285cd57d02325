// Faults of a store that waiting does not mend, and counts that are lost or left behind.
import { withMiddleware } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import type { ModelRequest } from '@toolloop/wire'
import pg from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LimitStore, postgresLimits, redisLimits, sharedLimit, SharedLimitError } from './index.ts'
import { missing, type Service, startService } from './test/stores.ts'

const request: ModelRequest = { messages: [{ role: 'user', content: 'Go.' }] }
const limits = {
  requests: 10,
  tokens: 100,
  concurrency: 5,
  window: 100,
  slot: 1,
  delivery: 3,
  lease: 100,
}

/** The error of a call under a limit of that store, which waits where waiting may help. */
async function errorOver(store: LimitStore): Promise<unknown> {
  const model = withMiddleware(scriptedModel([text('Done.')]), [sharedLimit(store, { key: 'k', concurrency: 1 })])
  const signal = AbortSignal.timeout(10_000)
  const error: unknown = await model.create!(request, { signal }).catch((one: unknown) => one)
  return (error as Error).cause
}

const failure = (message: string): object => ({
  code: 'limit_store',
  key: 'k',
  retryable: false,
  message: expect.stringContaining(message) as string,
})

describe.skipIf(missing.redis !== undefined)(`limits in Redis ${missing.redis ?? ''}`, () => {
  let service: Service
  beforeAll(async () => {
    service = await startService('redis')
  }, 60_000)
  afterAll(() => service.stop(), 60_000)

  it.each([
    ['without a right to the keys', ['~other:*', '+@all'], 'NOPERM'],
    ['without a right to run scripts', ['~*', '+@all', '-@scripting'], 'NOPERM'],
  ])('fail at once %s', async (_name, rights, message) => {
    const admin = createClient({ url: service.url })
    await admin.connect()
    await admin.sendCommand(['ACL', 'SETUSER', 'weak', 'reset', 'on', 'nopass', '&*', ...rights])
    const weak = createClient({ url: service.url, username: 'weak', password: 'any' })
    await weak.connect()
    const error = await errorOver(redisLimits(weak))
    expect(error).toBeInstanceOf(SharedLimitError)
    expect(error).toMatchObject(failure(message))
    await Promise.all([admin.close(), weak.close()])
  })

  it('leave no keys behind', async () => {
    const client = createClient({ url: service.url })
    await client.connect()
    const store = redisLimits(client)
    for (let at = 0; at < 50; at++) {
      const call = { key: `tenant ${at}`, id: 'a', tokens: 1, limits }
      const { freeAt } = await store.reserve(call)
      const settled = { ...call, countsUntil: freeAt, used: 3, coolDown: 20 }
      if (at % 2 === 0) await store.settle(settled)
      await store.renew(call.key, ['b'], 100)
    }
    expect(await client.dbSize()).toBeGreaterThan(0)
    await expect.poll(() => client.dbSize(), { timeout: 5_000 }).toBe(0)
    await client.close()
  })
})

describe.skipIf(missing.postgres !== undefined)(`limits in Postgres ${missing.postgres ?? ''}`, () => {
  let service: Service
  let pool: pg.Pool
  beforeAll(async () => {
    service = await startService('postgres')
    pool = new pg.Pool({ connectionString: service.url })
  }, 60_000)
  afterAll(async () => {
    await pool.end()
    await service.stop()
  }, 60_000)

  it('fail at once without the rights that they need', async () => {
    await pool.query(`CREATE ROLE weak LOGIN PASSWORD 'weak'`)
    const url = new URL(service.url)
    url.username = 'weak'
    url.password = 'weak'
    const weak = new pg.Pool({ connectionString: url.href })
    expect(await errorOver(postgresLimits(weak, { schema: 'of weak' }))).toMatchObject(failure('permission denied'))
    await weak.end()
  })

  it('fail at once in transactions of another isolation level', async () => {
    const other = new pg.Pool({
      connectionString: service.url,
      options: '-c default_transaction_isolation=serializable',
    })
    expect(await errorOver(postgresLimits(other))).toMatchObject(failure('isolation level "read committed"'))
    await other.end()
  })

  it('create their tables again where somebody dropped them', async () => {
    const store = postgresLimits(pool, { schema: 'dropped' })
    const model = withMiddleware(scriptedModel([text('One.'), text('Two.')]), [
      sharedLimit(store, { key: 'k', concurrency: 1 }),
    ])
    await model.create!(request, {})
    await pool.query('DROP SCHEMA dropped CASCADE')
    await model.create!(request, {})
    expect((await pool.query('SELECT FROM dropped.limit_running')).rows.length).toBeLessThanOrEqual(1)
  })

  it('delete what has expired of keys that nobody uses any more, while a process lives', async () => {
    const store = postgresLimits(pool, { schema: 'purged' })
    const rows = async (): Promise<number> => {
      const tables = ['used', 'running', 'waiting', 'cooling'].map(
        (name) => `(SELECT count(*) FROM purged.limit_${name})`,
      )
      const { rows: found } = await pool.query<{ sum: string }>(`SELECT ${tables.join(' + ')} AS sum`)
      return Number(found[0]!.sum)
    }
    for (let at = 0; at < 20; at++) await store.reserve({ key: `tenant ${at}`, id: 'a', tokens: 1, limits })
    expect(await rows()).toBe(40)
    await new Promise((resolve) => setTimeout(resolve, 250)) // their window
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    try {
      await store.reserve({ key: 'last', id: 'a', tokens: 1, limits })
      await expect.poll(rows).toBeLessThanOrEqual(2)
    } finally {
      vi.useRealTimers()
    }
  })
})
