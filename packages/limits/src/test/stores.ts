// The three stores with their real servers, for tests.
import pg from 'pg'
import postgres from 'postgres'
import { createClient } from 'redis'
import { postgresMissing, startPostgres } from '../../../../scripts/services/postgres.ts'
import { redisMissing, startRedis } from '../../../../scripts/services/redis.ts'
import { type LimitStore, memoryLimits, postgresLimits, redisLimits } from '../index.ts'

/** `postgres.js`: the package `postgres` in place of `pg`. */
export const kinds = ['memory', 'redis', 'postgres', 'postgres.js'] as const
export type Kind = (typeof kinds)[number]

/** Why a kind of store cannot be tested here. */
export const missing: Readonly<Record<Kind, string | undefined>> = {
  memory: undefined,
  redis: redisMissing,
  postgres: postgresMissing,
  'postgres.js': postgresMissing,
}

export interface Service {
  /** Where other processes connect. */
  readonly url: string
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startService(kind: Kind): Promise<Service> {
  switch (kind) {
    case 'memory':
      return { url: '', kill: nothing, restart: nothing, stop: nothing }
    case 'redis':
      return startRedis()
    case 'postgres':
    case 'postgres.js':
      return startPostgres()
  }
}

const nothing = async (): Promise<void> => {}

/** A store with a connection of its own, as a process has one. */
export interface OpenStore {
  readonly store: LimitStore
  close(): Promise<void>
}

export async function openStore(kind: Kind, url: string): Promise<OpenStore> {
  switch (kind) {
    case 'memory':
      return { store: memoryLimits(), close: async () => {} }
    case 'redis': {
      const client = createClient({ url, socket: { reconnectStrategy: 50 } })
      client.on('error', () => {}) // it connects again by itself
      await client.connect()
      const store = redisLimits(client)
      return {
        store,
        async close() {
          await store.close()
          client.destroy()
        },
      }
    }
    case 'postgres': {
      const pool = new pg.Pool({ connectionString: url })
      pool.on('error', () => {}) // an idle connection broke; the pool makes another one
      const store = postgresLimits(pool)
      return {
        store,
        async close() {
          await store.close()
          await pool.end()
        },
      }
    }
    case 'postgres.js': {
      const sql = postgres(url, { onnotice: () => {}, backoff: () => 0.1 })
      const store = postgresLimits(sql)
      return {
        store,
        async close() {
          await store.close()
          await sql.end({ timeout: 1 }) // seconds: without it, it waits forever for queries of a lost connection
        },
      }
    }
  }
}
