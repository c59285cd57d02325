import {
  memoryLimits,
  postgresLimits,
  postgresLimitsSql,
  redisLimits,
  sharedLimit,
  SharedLimitError,
} from '@toolloop/limits'
import { calls, scriptedModel, text } from '@toolloop/testing'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { agent, cache, fallback, retry, tool, withMiddleware } from 'toolloop'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { postgresMissing, startPostgres } from '../../scripts/services/postgres.ts'
import { redisMissing, startRedis } from '../../scripts/services/redis.ts'

const answering = () => scriptedModel([text('About 250 species.')])
const search = tool({ name: 'search', parameters: z.object({ q: z.string() }), execute: ({ q }) => q })

describe.skipIf(redisMissing !== undefined)(`Redis ${redisMissing ?? ''}`, () => {
  test('limits a model', async () => {
    const server = await startRedis()
    const { url } = server
    const chat = answering()
    // #region redis
    const client = createClient({ url })
    client.on('error', console.warn) // without a listener a lost connection ends the process
    await client.connect()
    const limits = redisLimits(client)

    const model = withMiddleware(chat, [
      sharedLimit(limits, { key: 'openai', requestsPerMinute: 500, tokensPerMinute: 200_000, concurrency: 40 }),
    ])
    const clerk = agent({ name: 'clerk', model })
    const result = await clerk.run('How many owls are there?')
    // #endregion
    expect(result.status).toBe('done')
    await limits.close()
    await client.close()
    await server.stop()
  })
})

describe.skipIf(postgresMissing !== undefined)(`Postgres ${postgresMissing ?? ''}`, () => {
  test('limits a model', async () => {
    const server = await startPostgres()
    const { url } = server
    // #region postgres
    const pool = new Pool({ connectionString: url })
    pool.on('error', console.warn) // without a listener a lost connection ends the process
    const limits = postgresLimits(pool)
    // #endregion
    const model = withMiddleware(answering(), [sharedLimit(limits, { key: 'openai', concurrency: 2 })])
    expect((await agent({ name: 'clerk', model }).run('How many owls are there?')).status).toBe('done')
    await limits.close()
    await pool.end()
    await server.stop()
  })
})

test('limits tools', async () => {
  const limits = memoryLimits()
  const model = scriptedModel([calls([{ name: 'search', args: { q: 'owls' } }]), text('Done.')])
  // #region tools
  const searches = sharedLimit(limits, { key: 'search-api', requestsPerMinute: 60, concurrency: 5, tools: ['search'] })
  const clerk = agent({ name: 'clerk', model, tools: [search], middleware: [searches] })
  // #endregion
  expect((await clerk.run('Search.')).status).toBe('done')
})

test('the place among other middlewares, and a limit for each tenant', async () => {
  const limits = memoryLimits()
  const large = { ...answering(), name: 'large' }
  const small = { ...answering(), name: 'small' }
  // #region order
  const limited = (key: string, requestsPerMinute: number) => [
    cache(), // an answer from the cache takes nothing
    retry(), // each attempt takes a unit of its own
    sharedLimit(limits, { key, requestsPerMinute }),
  ]
  const model = fallback([withMiddleware(large, limited('large', 500)), withMiddleware(small, limited('small', 5_000))])
  // #endregion
  // #region tenant
  const perTenant = sharedLimit(limits, {
    key: ({ context }) => `tenant:${(context as { tenant: string }).tenant}`,
    requestsPerMinute: 30,
  })
  const clerk = agent({ name: 'clerk', model, middleware: [perTenant] })
  // #endregion
  expect((await clerk.run('How many?', { context: { tenant: 'zoo' } })).status).toBe('done')
})

test('a store that fails', async () => {
  const limits = { ...memoryLimits(), reserve: () => Promise.reject(new Error('connection refused')) }
  const told: string[] = []
  // #region unavailable
  const limit = sharedLimit(limits, { key: 'openai', concurrency: 40, onUnavailable: 'fail' })
  const result = await agent({ name: 'clerk', model: answering(), middleware: [limit] }).run('How many?')
  if (result.status === 'error' && result.error.cause instanceof SharedLimitError) told.push(result.error.cause.code)
  // #endregion
  expect(told).toEqual(['limit_store'])
})

test('the SQL for an administrator', () => {
  expect(postgresLimitsSql('limits')).toContain('CREATE SCHEMA IF NOT EXISTS "limits"')
})
