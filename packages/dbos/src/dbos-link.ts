// A database with runs, as an engine's link.
import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { DBOSClient, WorkflowStatus } from '@dbos-inc/dbos-sdk'
import {
  type Command,
  endedRun,
  EngineError,
  type EngineLink,
  type ProgressBatch,
  type Rejection,
  type RunPage,
  type Start,
} from '@toolloop/engine'
import { UsageError } from '@toolloop/wire'
import { Bell } from './bell.ts'
import { lastRejection, stateOf, storeCommand } from './commands.ts'
import {
  applicationVersion,
  connectionOf,
  type DatabaseOptions,
  dbosOver,
  partQueueOf,
  poolOf,
  queueOf,
  reaching,
  type RunsPool,
  workflowName,
} from './database.ts'
import { refusedConnection } from './refused-connection.ts'
import { Subscriber } from './progress.ts'
import { RecordedFacts } from './recorded-facts.ts'
import { deathsOf } from './takeovers.ts'

export interface LinkOptions extends DatabaseOptions {
  readonly patience?: number | undefined
  readonly pollInterval?: number | undefined
}

/** How long a reader waits for new facts, and a start for the agent's first worker, in milliseconds. */
const longestWait = 5000

export class DbosLink implements EngineLink {
  readonly #pool: RunsPool
  readonly #made: Promise<DBOSClient>
  readonly #facts: RecordedFacts
  readonly #subscriber: Subscriber
  readonly #pollInterval: number
  readonly #patience: number
  readonly #pages = new Map<string, Promise<RunPage | undefined>>()
  readonly #database: string
  #wasReached = false
  #isClosed = false

  constructor(options: LinkOptions) {
    this.#database = options.database
    this.#pool = poolOf(options, { allowExitOnIdle: true })
    this.#made = dbosOver(this.#pool, options.database)
    this.#facts = new RecordedFacts(this.#made)
    this.#subscriber = new Subscriber(this.#pool.schema, () => connectionOf(options))
    this.#pollInterval = options.pollInterval ?? longestWait
    this.#patience = options.patience ?? 30_000
  }

  async start(runId: string, start: Start, signal?: AbortSignal): Promise<void> {
    const dbos = await this.#made
    await this.#isServed(start.agent, signal)
    await dbos.enqueue(
      {
        workflowName,
        queueName: (start.part ? partQueueOf : queueOf)(start.agent),
        workflowID: runId,
        appVersion: applicationVersion,
      },
      start,
    )
  }

  async read(
    runId: string,
    from: number,
    { wait, signal }: { readonly wait?: 'facts' | 'end'; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<RunPage | undefined> {
    if (!wait) return await this.#page(runId, from, signal)
    const end = performance.now() + longestWait
    const bell = new Bell()
    const leave = await this.#subscriber.listen(runId, (heard) => {
      if (heard === 'settled' || (heard === 'facts' && wait === 'facts')) bell.ring()
    })
    try {
      for (;;) {
        const page = await this.#page(runId, from, signal)
        const isEnough = page?.status !== 'running' || (wait === 'facts' && page.facts.length > 0)
        if (isEnough || performance.now() >= end) return page
        await bell.rung(this.#pause, signal)
      }
    } finally {
      leave()
    }
  }

  async send(runId: string, command: Command, signal?: AbortSignal): Promise<Rejection | undefined> {
    const bell = new Bell()
    const leave = await this.#subscriber.listen(runId, (heard) => {
      if (heard === 'settled') bell.ring()
    })
    try {
      const id = randomUUID()
      const number = await this.#onTables(signal, async () =>
        storeCommand(this.#pool, await this.#made, { id, runId, command }),
      )
      const began = performance.now()
      for (let hasEnded = false; ;) {
        const { isTaken, isAnswered, rejection } = await this.#onTables(signal, () =>
          stateOf(this.#pool, runId, number),
        )
        if (isAnswered) return rejection
        // A workflow ends when the answers to the commands that it has taken are stored.
        if (hasEnded) return endedRun(runId)
        hasEnded = await this.#onTables(signal, () => this.#hasEnded(runId))
        const waited = performance.now() - began
        if (!isTaken && !hasEnded && waited >= this.#patience) throw notTaken(runId, command.type, this.#patience)
        if (!hasEnded) await bell.rung(waited < longestWait ? Math.min(this.#pause, 500) : this.#pause, signal)
      }
    } finally {
      leave()
    }
  }

  async *progress(runId: string, signal: AbortSignal): AsyncGenerator<ProgressBatch, void, void> {
    const arrived: ProgressBatch[] = []
    const bell = new Bell()
    const leave = await this.#subscriber.listen(runId, (heard) => {
      if (typeof heard === 'string') return
      arrived.push(...heard)
      bell.ring()
    })
    const ring = (): void => bell.ring()
    signal.addEventListener('abort', ring)
    try {
      while (!signal.aborted) {
        yield* arrived.splice(0)
        await bell.rung()
      }
    } finally {
      signal.removeEventListener('abort', ring)
      leave()
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#subscriber.close()
    await (await this.#made).destroy()
    await this.#pool.end()
  }

  /** A run that is read needs no queries while its worker is silent: a lost notification is rare. */
  get #pause(): number {
    return this.#subscriber.isConnected ? this.#pollInterval : Math.min(this.#pollInterval, 500)
  }

  /** Readers that wait for the same facts of a run are woken together, and share one query: one that has not begun. */
  #page(runId: string, from: number, signal: AbortSignal | undefined): Promise<RunPage | undefined> {
    const key = `${from} ${runId}`
    let page = this.#pages.get(key)
    if (!page) {
      page = nextTurn().then(() => {
        this.#pages.delete(key)
        return this.#onTables(undefined, () => this.#readPage(runId, from))
      })
      this.#pages.set(key, page)
    }
    return unlessAborted(page, signal)
  }

  async #readPage(runId: string, from: number): Promise<RunPage | undefined> {
    const workflow = await (await this.#made).getWorkflow(runId)
    if (workflow?.workflowName !== workflowName) return undefined
    const [{ agent }] = workflow.input as [Start]
    const { facts, last } = await this.#facts.read(runId, from)
    if (last === 'run.done') return { agent, status: 'ended', facts }
    const failure = await this.#failureOf(workflow)
    if (failure) return { agent, status: 'failed', facts, error: failure }
    if (last !== 'run.pause') return { agent, status: 'running', facts }
    const error = await lastRejection(this.#pool, runId)
    return { agent, status: 'paused', facts, ...(error && { error }) }
  }

  async #failureOf(workflow: WorkflowStatus): Promise<RunPage['error']> {
    if (workflow.status !== 'CANCELLED') return failureOf(workflow)
    const deaths = await deathsOf(this.#pool, workflow.workflowID)
    return { name: 'Error', message: deaths === undefined ? cancelled : givenUp(deaths) }
  }

  /** Workers and clients may be started together: waits for the first worker of the agent. */
  async #isServed(agent: string, signal: AbortSignal | undefined): Promise<void> {
    for (const end = performance.now() + longestWait; ;) {
      const missing = await this.#onTables(signal, () => this.#hasQueue(agent)).then(
        (isServed) => (isServed ? undefined : notServed(agent, this.#pool.schema)),
        (error: unknown) => {
          if (error instanceof EngineError && error.problem === 'rejected') return error
          throw error
        },
      )
      if (!missing) return
      if (performance.now() >= end) throw missing
      await sleep(100, undefined, { signal })
    }
  }

  async #hasEnded(runId: string): Promise<boolean> {
    const workflow = await (await this.#made).getWorkflow(runId)
    return workflow != null && !['ENQUEUED', 'DELAYED', 'PENDING'].includes(workflow.status)
  }

  async #hasQueue(agent: string): Promise<boolean> {
    return (await (await this.#made).retrieveQueue(queueOf(agent))) !== null
  }

  /** DBOS retries without a limit while Postgres is away. */
  async #within<Value>(query: () => Promise<Value>): Promise<Value> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      reject(
        new EngineError(
          'unreachable',
          `Postgres did not respond for ${this.#patience} ms. Check \`database\`, and that the server runs.`,
        ),
      )
    }, this.#patience)
    try {
      return await Promise.race([query(), promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Workers make the tables. */
  async #onTables<Value>(signal: AbortSignal | undefined, query: () => Promise<Value>): Promise<Value> {
    try {
      const limits = { limit: this.#patience, signal }
      // DBOS would retry a connection that can never succeed.
      if (!this.#wasReached) await reaching(() => this.#within(() => this.#pool.query('SELECT 1')), limits)
      this.#wasReached = true
      return await reaching(() => this.#within(query), limits)
    } catch (error) {
      if (this.#isClosed)
        throw new UsageError('This client is closed. Runs go on: make another client.', { cause: error })
      // A schema, a table or a column that does not exist: the first worker may be making them.
      const isNew =
        error instanceof Error && 'code' in error && ['3F000', '42P01', '42703'].includes(String(error.code))
      if (!isNew) throw refusedConnection(error, this.#database) ?? error
      throw new EngineError(
        'rejected',
        `No worker has ever served in the schema \`${this.#pool.schema}\` of this database. Call \`serve\` first.`,
        {
          cause: error,
        },
      )
    }
  }
}

async function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return await value
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([value, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const notServed = (agent: string, schema: string): EngineError =>
  new EngineError(
    'rejected',
    `No worker has ever served \`${agent}\` in the schema \`${schema}\` of this database. Call \`serve\` with it, under this name.`,
  )

const notTaken = (runId: string, command: string, patience: number): EngineError =>
  new EngineError(
    'unreachable',
    `No worker took the command \`${command}\` of the run ${JSON.stringify(runId)} within ${patience} ms. Start one that serves its agent: the command is stored, and may still take effect.`,
  )

const howToResume =
  'resume it in DBOS (`resumeWorkflows` of its client, with the queue `toolloop.` and the agent’s name)'
const cancelled = `Its workflow was cancelled in DBOS. To go on, ${howToResume}.`
const givenUp = (deaths: number): string =>
  `${deaths} workers died with it, one after the other, without a result in between: it may be what ends them. When that is mended, ${howToResume}.`

function failureOf({ status, error }: WorkflowStatus): RunPage['error'] {
  switch (status) {
    case 'ERROR':
      return error instanceof Error
        ? { name: error.name, message: error.message }
        : { name: 'Error', message: JSON.stringify(error) }
    case 'MAX_RECOVERY_ATTEMPTS_EXCEEDED':
      return { name: 'Error', message: 'It was recovered too often: it seems to end its workers. DBOS keeps it.' }
    default:
      return undefined
  }
}
