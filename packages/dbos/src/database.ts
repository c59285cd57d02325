// The connection to Postgres, and what Toolloop stores there beside the tables of DBOS.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { EngineError } from '@toolloop/engine'
import { type OptionCheck, UsageError, wholeNumber } from '@toolloop/wire'
import { Client, type ClientConfig, Pool, type PoolClient } from 'pg'
import { json } from './json.ts'

export interface ConnectionSettings {
  /** TLS options of Node.js for the connection. What the connection string says about TLS wins. */
  readonly ssl?: boolean | ConnectionOptions | undefined
  /** The most connections of this process, beside one that listens. @default 10 */
  readonly connections?: number | undefined
  /**
   * Applications with different schemas share a database and nothing else: each has its own runs, queues and workers, also
   * where agents or runs have the same names. Workers and clients of one application pass the same. The tables of DBOS are in
   * a schema of their own, `dbos`, or `NAME_dbos` of another schema than the default. @default toolloop
   */
  readonly schema?: string | undefined
}

export interface DatabaseOptions extends ConnectionSettings {
  /**
   * The connection string of a database that exists: `postgresql://user:password@host:5432/database`. TLS as usual there:
   * `?sslmode=verify-full&sslrootcert=/path/to/root.crt`.
   */
  readonly database: string
}

/** Does not repeat the value, which has a password. @throws UsageError */
export function checkDatabase(who: string, database: unknown): void {
  if (typeof database === 'string' && /^postgres(ql)?:\/\//.test(database) && URL.canParse(database)) return
  throw new UsageError(
    `${who}: \`database\` is no connection string; pass one such as postgresql://user:password@host:5432/database.`,
  )
}

export const databaseChecks: Readonly<Record<keyof ConnectionSettings, OptionCheck>> = {
  ssl: [
    (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
    'true, false or TLS options',
  ],
  connections: wholeNumber(2),
  schema: [
    (value) => typeof value === 'string' && /^(?!pg_)[a-z_][a-z0-9_]{0,49}$/.test(value),
    'a name of 1 to 50 small letters, digits and `_`, not beginning with a digit or `pg_`',
  ],
}

/** Scopes runs in the tables of DBOS: other applications may use the same database. */
export const application = 'toolloop'
/**
 * DBOS gives a run to workers of its version only. The journal of a run does not depend on the agents' code, so all code
 * has one version: new code goes on with old runs as with any log.
 */
export const applicationVersion = 'toolloop-1'
export const workflowName = 'toolloop.run'
/** Each agent has a queue, so that a worker takes only runs that it can serve. */
export const queueOf = (agent: string): string => `toolloop.${agent}`
/** Parts have a queue of their own without a bound: a run that waits for its part would otherwise take the part's place. */
export const partQueueOf = (agent: string): string => `toolloop-parts.${agent}`
/** The topic of a run's command by its number, for `send` and `recv`. */
export const topicOf = (number: number): string => `toolloop.command ${number}`
/** The channel of NOTIFY for a run, in the whole database. Names of channels have at most 63 bytes. */
export const channelOf = (schema: string, runId: string): string =>
  `toolloop_${createHash('sha256').update(`${schema} ${runId}`).digest('hex').slice(0, 40)}`

/** How long a process may leave a transaction open between two statements, in milliseconds. */
const idleLimit = 10_000

const configOf = ({ database, ssl }: DatabaseOptions, idle = idleLimit): ClientConfig => ({
  connectionString: database,
  ...(ssl !== undefined && { ssl }),
  keepAlive: true,
  application_name: application,
  // A process that stands still inside a transaction holds locks on runs, which others wait for: the server ends it.
  idle_in_transaction_session_timeout: idle,
})

export const defaultSchema = 'toolloop'
export const dbosSchemaOf = (schema: string): string => (schema === defaultSchema ? 'dbos' : `${schema}_dbos`)

/** Connections to the database of an application. */
export type RunsPool = Pool & {
  /** Of the tables that Toolloop stores beside those of DBOS: a valid name, to be quoted and not escaped. */
  readonly schema: string
}

export interface PoolOptions {
  /** See `idleLimit`. A worker has its lease here, at least some seconds: its runs cannot be taken over before. */
  readonly idle?: number
  /** Idle connections do not keep the process alive. */
  readonly allowExitOnIdle?: boolean
}

export function poolOf(options: DatabaseOptions, { idle, allowExitOnIdle = false }: PoolOptions = {}): RunsPool {
  const { connections = 10, schema = defaultSchema } = options
  const pool = Object.assign(new Pool({ ...configOf(options, idle), max: connections, allowExitOnIdle }), { schema })
  // A connection broke, idle or in use, also by DBOS. The next query reports it, or opens another one.
  pool.on('error', ignore)
  pool.on('connect', (connection) => connection.on('error', ignore))
  return pool
}

/** A connection of its own, for LISTEN. */
export async function connectionOf(options: DatabaseOptions): Promise<Client> {
  const client = new Client(configOf(options))
  await client.connect()
  return client
}

const tablesOf = (schema: string): string => `
BEGIN;
CREATE SCHEMA IF NOT EXISTS "${schema}";
CREATE TABLE IF NOT EXISTS "${schema}".command (
  run_id text NOT NULL,
  number int NOT NULL,
  id uuid NOT NULL UNIQUE,
  command text NOT NULL,
  taken boolean NOT NULL DEFAULT false,
  answered boolean NOT NULL DEFAULT false,
  rejection text,
  PRIMARY KEY (run_id, number)
);
CREATE TABLE IF NOT EXISTS "${schema}".lease (
  executor_id text PRIMARY KEY,
  beat bigint NOT NULL DEFAULT 0,
  ended boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS "${schema}".takeover (
  run_id text PRIMARY KEY,
  count int NOT NULL DEFAULT 1,
  given_up boolean NOT NULL DEFAULT false
);
COMMIT`

/** A client of DBOS over the pool, which stays open when the client is destroyed. */
export async function dbosOver(pool: RunsPool, database: string): Promise<DBOSClient> {
  return await DBOSClient.create({
    systemDatabaseUrl: database,
    systemDatabasePool: pool,
    systemDatabaseSchemaName: dbosSchemaOf(pool.schema),
    applicationName: application,
    serializer: json,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  })
}

/** Does nothing where the tables exist. */
export async function createTables(pool: RunsPool): Promise<void> {
  await pool.query(tablesOf(pool.schema))
}

const linkOf = (schema: string, table: string): string => `
  IF NOT EXISTS (SELECT FROM pg_constraint
    WHERE conname = 'toolloop_${table}_run' AND conrelid = '"${schema}".${table}'::regclass) THEN
    ALTER TABLE "${schema}".${table} ADD CONSTRAINT toolloop_${table}_run
      FOREIGN KEY (run_id) REFERENCES "${dbosSchemaOf(schema)}".workflow_status (workflow_uuid) ON DELETE CASCADE NOT VALID;
  END IF;`

/**
 * What is stored of a run is deleted with its workflow: a new run of the same id must not get the commands of the old one.
 * The tables of DBOS exist.
 */
export async function linkTables(pool: RunsPool): Promise<void> {
  const links = ['command', 'takeover'].map((table) => linkOf(pool.schema, table))
  await pool.query(`DO $$ BEGIN ${links.join('')} END $$`)
}

/**
 * Runs `work` while no other worker does: the migrations of DBOS deadlock when two workers start together on a new database.
 * The lock ends with its connection. It is polled, because an index that is built concurrently waits for all statements.
 */
export async function exclusively<Value>(pool: Pool, work: () => Promise<Value>): Promise<Value> {
  const client = await pool.connect()
  client.on('error', ignore)
  try {
    for (;;) {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock(7211042951) AS locked')
      if (rows[0]?.locked) break
      await sleep(50)
    }
    return await work()
  } finally {
    client.release(true)
  }
}

/** Runs `work` in a transaction, and rolls it back when it throws. */
export async function inTransaction<Value>(pool: Pool, work: (client: PoolClient) => Promise<Value>): Promise<Value> {
  const client = await pool.connect()
  // A connection that breaks between two queries: the next one reports it.
  client.on('error', ignore)
  let failure: Error | undefined
  try {
    await client.query('BEGIN')
    const value = await work(client)
    await client.query('COMMIT')
    return value
  } catch (error) {
    failure = error as Error
    await client.query('ROLLBACK').catch(ignore)
    throw error
  } finally {
    client.off('error', ignore)
    client.release(failure)
  }
}

const ignore = (): void => {}
const broken = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** Postgres is away, or about to be: the same query may succeed later. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isConnectionError)
  const code = 'code' in error ? String(error.code) : ''
  // Class 08: connection exceptions. 57P0x: the server shuts down or starts. 53300: too many connections. 25P03: `idleLimit`.
  return (
    broken.has(code) ||
    /^08|^57P0|^53300$|^25P03$/.test(code) ||
    /Connection terminated|timeout expired|connection error/.test(error.message)
  )
}

/**
 * Retries while Postgres is away.
 * @throws EngineError `unreachable` after `limit` milliseconds; what `signal` is aborted with; other errors of `work` at once
 */
export async function reaching<Value>(
  work: () => Promise<Value>,
  { limit = 30_000, signal }: { readonly limit?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Value> {
  const begin = performance.now()
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!isConnectionError(error)) throw error
      const waited = performance.now() - begin
      if (waited >= limit)
        throw new EngineError(
          'unreachable',
          `Postgres did not respond for ${Math.round(waited / 1000)} s: ${(error as Error).message}. Check \`database\`, and that the server runs.`,
          { cause: error },
        )
      await sleep(pause, undefined, { signal })
    }
  }
}
