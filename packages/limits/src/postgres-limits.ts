// Limits in Postgres.
import { systemClock } from '@toolloop/wire'
import { namesIn, postgresLimitsSql, purgeSql } from './postgres-sql.ts'
import { type PostgresClient, postgresOf, type Query } from './postgres-client.ts'
import { Releases } from './releases.ts'
import { knownFor, lasting, type LimitStore, releases, storedKey } from './store.ts'

export interface PostgresLimitsOptions {
  /** The schema of the tables and functions, created at the first use where it is missing. @default 'toolloop' */
  readonly schema?: string | undefined
}

/**
 * Shared by all processes that use the same database and schema. Each operation is one function of the database; the clock
 * is the server's.
 * @throws UsageError for an object that is neither a pool of `pg` nor what `postgres()` returns
 */
export function postgresLimits(
  client: PostgresClient,
  { schema = 'toolloop' }: PostgresLimitsOptions = {},
): LimitStore {
  const { query, openChannel } = postgresOf(client)
  const names = namesIn(schema)
  const channel = `${schema}_released`
  let ready: Promise<void> | undefined
  let purgeAt = 0
  const purge = (): void => {
    const now = systemClock.now()
    if (purgeAt > now) return
    if (purgeAt > 0) query(purgeSql(schema)).catch(() => {}) // the next one will do
    purgeAt = now + purgeEvery
  }
  const call = async (name: string, values: unknown[]): Promise<Record<string, unknown> | undefined> => {
    ready ??= install(query, schema).catch((error: unknown) => {
      ready = undefined
      throw error
    })
    try {
      await ready
      purge()
      const places = values.map((_, at) => `$${at + 1}`).join(', ')
      const rows = await query(`SELECT * FROM ${name}(${places})`, values)
      return rows[0] as Record<string, unknown> | undefined
    } catch (error) {
      if (isGone(error)) ready = undefined
      throw lasting(error, isLasting)
    }
  }
  const notifications = new Releases(openChannel(channel))
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
async function install(query: Query, schema: string): Promise<void> {
  const { reserve } = namesIn(schema)
  const rows = await query('SELECT FROM pg_proc WHERE oid = to_regproc($1)', [reserve])
  if (rows.length === 0) await query(`SELECT pg_advisory_xact_lock(7001); ${postgresLimitsSql(schema)}`)
  await query(purgeSql(schema)) // of keys that nobody uses any more
}
