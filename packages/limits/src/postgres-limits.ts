// Limits in Postgres, through a pool of the package `pg`.
import { systemClock } from '@toolloop/wire'
import { namesIn, postgresLimitsSql, purgeSql } from './postgres-sql.ts'
import { type Channel, Releases } from './releases.ts'
import { knownFor, lasting, type LimitStore, releases, storedKey } from './store.ts'

/** A pool of the package `pg`. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  /** What the pool makes its connections of; the one for notifications is made in the same way, beside the pool. */
  readonly options: object
  readonly Client?: new (options: object) => PostgresClient
}

export interface PostgresClient {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  on(event: string, listener: (value: { readonly payload?: string }) => void): unknown
  end(): Promise<void>
  unref?(): void
}

export interface PostgresLimitsOptions {
  /** The schema of the tables and functions, created at the first use where it is missing. @default 'toolloop' */
  readonly schema?: string | undefined
}

/**
 * Shared by all processes that use the same database and schema. Each operation is one function of the database; the clock
 * is the server's.
 */
export function postgresLimits(pool: PostgresPool, { schema = 'toolloop' }: PostgresLimitsOptions = {}): LimitStore {
  const names = namesIn(schema)
  const channel = `${schema}_released`
  let ready: Promise<void> | undefined
  let purgeAt = 0
  const purge = (): void => {
    const now = systemClock.now()
    if (purgeAt > now) return
    if (purgeAt > 0) pool.query(purgeSql(schema)).catch(() => {}) // the next one will do
    purgeAt = now + purgeEvery
  }
  const call = async (name: string, values: unknown[]): Promise<Record<string, unknown> | undefined> => {
    ready ??= install(pool, schema).catch((error: unknown) => {
      ready = undefined
      throw error
    })
    try {
      await ready
      purge()
      const places = values.map((_, at) => `$${at + 1}`).join(', ')
      const { rows } = await pool.query(`SELECT * FROM ${name}(${places})`, values)
      return rows[0] as Record<string, unknown> | undefined
    } catch (error) {
      if (isGone(error)) ready = undefined
      throw lasting(error, isLasting)
    }
  }
  const notifications = new Releases((onMessage, onLost) => listen(pool, names.channel, onMessage, onLost))
  return {
    async reserve({ key, id, tokens, limits }) {
      const { concurrency, delivery, lease, requests, slot, window } = limits
      const values = [storedKey(key), id, tokens, requests, limits.tokens, concurrency, window, slot, delivery, lease]
      const row = await call(names.reserve, [...values, knownFor(limits)])
      return { wait: Number(row?.['wait']), freeAt: Number(row?.['freed']) }
    },
    async settle(settlement) {
      const { coolDown, countsUntil, id, key, limits, tokens, used } = settlement
      const values = [storedKey(key), id, tokens, countsUntil, used, coolDown, limits.window, limits.slot]
      await call(names.settle, [...values, knownFor(limits), releases(settlement), channel])
    },
    async renew(key, ids, lease) {
      await call(names.renew, [storedKey(key), ids, lease])
    },
    onRelease: (key, listener) => notifications.subscribe(storedKey(key), listener),
    close: () => notifications.close(),
  }
}

/** Milliseconds. What has expired is deleted at the next operation on its key, and for all keys as often as this. */
const purgeEvery = 60_000

/** The schema, a table or a function was dropped: it is created again. */
const isGone = (error: unknown): boolean =>
  ['3F000', '42P01', '42883'].includes((error as { readonly code?: string }).code ?? '')

/** By the class of its SQLSTATE: missing rights, no such database, an error that a function raised. */
const isLasting = (error: { readonly code?: unknown }): boolean =>
  !isGone(error) && ['28', '3D', '42', '0A', 'P0'].includes(String(error.code).slice(0, 2))

/** One process at a time: concurrent `CREATE`s of the same thing fail in Postgres. The statements are one transaction. */
async function install(pool: PostgresPool, schema: string): Promise<void> {
  const { reserve } = namesIn(schema)
  const { rows } = await pool.query('SELECT FROM pg_proc WHERE oid = to_regproc($1)', [reserve])
  if (rows.length === 0) await pool.query(`SELECT pg_advisory_xact_lock(7001); ${postgresLimitsSql(schema)}`)
  await pool.query(purgeSql(schema)) // of keys that nobody uses any more
}

async function listen(
  { Client, options }: PostgresPool,
  channel: string,
  onMessage: (message: string) => void,
  onLost: () => void,
): Promise<Channel> {
  if (!Client) throw new Error('The pool has no `Client`.')
  const client = new Client(options)
  let isOpen = true
  const end = (): void => {
    if (!isOpen) return
    isOpen = false
    client.end().catch(() => {})
  }
  const lost = (): void => {
    end()
    onLost()
  }
  client.on('error', lost)
  client.on('end', lost)
  client.on('notification', ({ payload }) => onMessage(payload ?? ''))
  try {
    await client.connect()
    await client.query(`LISTEN ${channel}`)
    client.unref?.()
    return { close: end }
  } catch (error) {
    end()
    throw error
  }
}
