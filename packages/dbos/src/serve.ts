// A worker: takes runs from the queues of its agents.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { type AnyRunnable, registryOf, runnableFor, type Start } from '@toolloop/engine'
import { aFunction, aText, checkOptions, milliseconds, type OptionCheck, UsageError, wholeNumber } from '@toolloop/wire'
import { Inboxes } from './commands.ts'
import {
  application,
  applicationVersion,
  checkDatabase,
  createTables,
  databaseChecks,
  type DatabaseOptions,
  dbosOver,
  exclusively,
  linkTables,
  partQueueOf,
  poolOf,
  queueOf,
  dbosSchemaOf,
  reaching,
  type RunsPool,
  workflowName,
} from './database.ts'
import { DbosLink } from './dbos-link.ts'
import { json } from './json.ts'
import { Leases } from './leases.ts'
import { Presence } from './presence.ts'
import { Publisher } from './progress.ts'
import { refusedConnection } from './refused-connection.ts'
import { runOf, type Worker } from './workflow.ts'

export interface ServeOptions extends DatabaseOptions {
  /**
   * Names this worker. No two living workers may share a name. A worker that starts under the name of a dead one goes on
   * with its runs at once; the others wait for `lease`. @default the host's name with a random suffix
   */
  readonly executorId?: string | undefined
  /** The most runs of one agent in this worker, also counting those that wait for decisions. @default no limit */
  readonly concurrency?: number | undefined
  /** Milliseconds without a sign of life after which the others take over a worker's runs. @default 10_000 */
  readonly lease?: number | undefined
  /**
   * How often a run is taken over from workers that died, without a result in between, before it is given up as one that
   * ends its workers. @default 20
   */
  readonly maxTakeovers?: number | undefined
  /** Milliseconds between two looks for new runs and for commands. @default 100 */
  readonly pollInterval?: number | undefined
  /** Makes the run's context of the JSON that the client gave. While it throws, the run waits. @default the JSON itself */
  readonly context?: ((json: unknown, runId: string) => unknown) | undefined
  /** Whether clients get deltas and other progress, over NOTIFY. @default true */
  readonly progress?: boolean | undefined
  /** Gets what DBOS and this worker report, such as a lost connection. @default ignored */
  readonly log?: ((level: 'warn' | 'error', message: string) => void) | undefined
}

/** A worker that takes runs. */
export interface Served extends AsyncDisposable {
  readonly executorId: string
  /**
   * Leaves: takes no more runs, waits at most `drain` milliseconds for those that are active, breaks the others off, and
   * hands them over to the other workers at once. An unsafe call that is broken off is a question to a person, so drain for
   * as long as your calls take. @default { drain: 0 }
   */
  stop(options?: { readonly drain?: number }): Promise<void>
}

const yesOrNo: OptionCheck = [(value) => typeof value === 'boolean', 'true or false']
const checks: Readonly<Record<keyof ServeOptions, OptionCheck>> = {
  ...databaseChecks,
  database: aText,
  executorId: aText,
  concurrency: wholeNumber(1),
  lease: milliseconds,
  maxTakeovers: wholeNumber(0),
  pollInterval: milliseconds,
  context: aFunction,
  progress: yesOrNo,
  log: aFunction,
}

/** DBOS is one for each process, and keeps its workflows when it is shut down. */
let serving: Worker | 'starting' | undefined
let isRegistered = false

/**
 * Serves agents and pipelines: their runs are DBOS workflows in Postgres. Resolves when the worker takes runs. It listens on
 * no port, and sends no telemetry.
 * @throws UsageError for invalid options and a second worker in one process; EngineError `unreachable`
 */
export async function serve(agents: readonly AnyRunnable[], options: ServeOptions): Promise<Served> {
  if (serving || DBOS.isInitialized())
    throw new UsageError(
      'DBOS runs in this process already. Serve all agents with one `serve`, or stop the other one first.',
    )
  checkOptions('serve', { ...options, database: '' }, checks)
  checkDatabase('serve', options.database)
  const registry = registryOf(agents)
  const {
    lease = 10_000,
    maxTakeovers = 20,
    pollInterval = 100,
    progress = true,
    concurrency,
    log = () => {},
  } = options
  const executorId = options.executorId ?? `${hostname()}-${randomUUID().slice(0, 8)}`
  const pool = poolOf(options, { idle: Math.max(lease, 5000) })
  const presence = new Presence()
  const inboxes = new Inboxes()
  const parts = new LazyLink(options)
  const dbos = await dbosOver(pool, options.database)
  const leases = new Leases(pool, dbos, { executorId, lease, maxTakeovers, log })
  const worker: Worker = {
    leases,
    link: parts,
    runnableOf: (name) => runnableFor(registry, name),
    contextOf: options.context ?? ((given) => given),
    log,
    pool,
    inboxes,
    publisher: new Publisher(pool),
    sendsProgress: progress,
    presence,
  }
  serving = 'starting'
  try {
    await reaching(() => pool.query('SELECT 1'))
    serving = worker
    await exclusively(pool, async () => {
      await createTables(pool)
      await leases.begin()
      await launch(pool, { database: options.database, executorId, log }, [...registry.keys()])
      await linkTables(pool)
    })
    for (const agent of registry.keys())
      await DBOS.registerQueue(queueOf(agent), {
        ...(concurrency !== undefined && { workerConcurrency: concurrency }),
        minPollingIntervalMs: pollInterval,
        onConflict: 'always_update',
      })
    for (const agent of registry.keys())
      await DBOS.registerQueue(partQueueOf(agent), { minPollingIntervalMs: pollInterval, onConflict: 'always_update' })
  } catch (error) {
    serving = undefined
    await presence.end(0)
    await DBOS.shutdown().catch(() => {})
    await dbos.destroy()
    await pool.end()
    throw refusedConnection(error, options.database) ?? error
  }
  const stopping = new AbortController()
  const loops = [leases.keep(stopping.signal), inboxes.read(pool, pollInterval, stopping.signal)]
  const stop = async ({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> => {
    if (serving !== worker) return
    await presence.end(drain)
    stopping.abort()
    await Promise.all(loops)
    await parts.close()
    await DBOS.shutdown()
    await leases.end().catch((error: unknown) => log('warn', `The others wait for the lease: ${String(error)}`))
    await dbos.destroy()
    await pool.end()
    serving = undefined
  }
  return { executorId, stop, [Symbol.asyncDispose]: () => stop() }
}

const anHour = 3_600_000

/** Connects when the first run has parts. */
class LazyLink {
  readonly #options: ServeOptions
  #link: DbosLink | undefined

  constructor(options: ServeOptions) {
    this.#options = options
  }

  get #opened(): DbosLink {
    const { database, schema, ssl } = this.#options
    return (this.#link ??= new DbosLink({ database, schema, ssl, connections: 4, patience: anHour }))
  }

  start(...call: Parameters<DbosLink['start']>): ReturnType<DbosLink['start']> {
    return this.#opened.start(...call)
  }

  read(...call: Parameters<DbosLink['read']>): ReturnType<DbosLink['read']> {
    return this.#opened.read(...call)
  }

  send(...call: Parameters<DbosLink['send']>): ReturnType<DbosLink['send']> {
    return this.#opened.send(...call)
  }

  async close(): Promise<void> {
    await this.#link?.close()
  }
}

interface LaunchOptions {
  readonly database: string
  readonly executorId: string
  readonly log: NonNullable<ServeOptions['log']>
}

async function launch(
  pool: RunsPool,
  { database, executorId, log }: LaunchOptions,
  agents: readonly string[],
): Promise<void> {
  if (!isRegistered) DBOS.registerWorkflow(workflow, { name: workflowName, maxRecoveryAttempts: 1_000_000 })
  isRegistered = true
  DBOS.setConfig({
    name: application,
    systemDatabaseUrl: database,
    systemDatabasePool: pool,
    systemDatabaseSchemaName: dbosSchemaOf(pool.schema),
    applicationVersion,
    executorID: executorId,
    serializer: json,
    listenQueues: agents.flatMap((agent) => [queueOf(agent), partQueueOf(agent)]),
    enableOTLP: false,
    tracingEnabled: false,
    logger: {
      debug: () => {},
      info: () => {},
      warn: (entry) => log('warn', text(entry)),
      error: (entry) => log('error', text(entry)),
    },
  })
  await DBOS.launch()
}

async function workflow(start: Start): Promise<{ readonly facts: number }> {
  if (!serving || serving === 'starting') throw new UsageError('No worker runs in this process.')
  return await runOf(serving, start)
}

const text = (entry: unknown): string => (entry instanceof Error ? entry.message : String(entry))
