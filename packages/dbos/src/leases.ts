// Which workers live: each renews its lease, and takes over the runs of one that does not.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DBOSClient, WorkflowStatus } from '@dbos-inc/dbos-sdk'
import type { PoolClient } from 'pg'
import { application, inTransaction, type RunsPool } from './database.ts'
import { countTakeovers } from './takeovers.ts'

export interface LeaseOptions {
  readonly executorId: string
  /** Milliseconds without a sign of life after which a worker counts as dead. */
  readonly lease: number
  /** The most takeovers of a run without a result in between. */
  readonly maxTakeovers: number
  readonly log: (level: 'warn' | 'error', message: string) => void
}

interface Seen {
  readonly beat: string
  /** On this process's own clock. */
  readonly since: number
}

export class Leases {
  readonly #pool: RunsPool
  readonly #dbos: DBOSClient
  readonly #options: LeaseOptions
  readonly #seen = new Map<string, Seen>()
  #lastLook = -Infinity
  /** Before the last renewal that succeeded. */
  #renewed = { wall: -Infinity, monotonic: -Infinity }

  constructor(pool: RunsPool, dbos: DBOSClient, options: LeaseOptions) {
    this.#pool = pool
    this.#dbos = dbos
    this.#options = options
  }

  /** This worker begins. DBOS is about to give it the runs of a dead one of its name. */
  async begin(): Promise<void> {
    const { executorId } = this.#options
    await inTransaction(this.#pool, async (client) => {
      const { rowCount } = await client.query(
        `SELECT 1 FROM "${this.#pool.schema}".lease WHERE executor_id = $1 AND NOT ended FOR UPDATE`,
        [executorId],
      )
      if (rowCount === 1) await this.#countTakeovers(client, await this.#runsOf(executorId))
    })
    await this.renew()
  }

  /** This worker lives. */
  async renew(): Promise<void> {
    const now = { wall: Date.now(), monotonic: performance.now() }
    await this.#pool.query(
      `INSERT INTO "${this.#pool.schema}".lease (executor_id) VALUES ($1)
       ON CONFLICT (executor_id) DO UPDATE SET beat = lease.beat + 1, ended = false`,
      [this.#options.executorId],
    )
    this.#renewed = now
  }

  /** `false`: others may have taken the runs of this worker over. The monotonic clock may stand still while a machine sleeps. */
  get isHeld(): boolean {
    const { wall, monotonic } = this.#renewed
    return Math.max(Date.now() - wall, performance.now() - monotonic) < this.#options.lease
  }

  /** This worker leaves: the others take its runs over at once. */
  async end(): Promise<void> {
    await this.#pool.query(`UPDATE "${this.#pool.schema}".lease SET ended = true WHERE executor_id = $1`, [
      this.#options.executorId,
    ])
  }

  /** Renews and looks at the others, five times per lease, until the signal. */
  async keep(signal: AbortSignal): Promise<void> {
    const { lease, log } = this.#options
    while (!signal.aborted) {
      try {
        await this.renew()
        await this.#look(signal)
      } catch (error) {
        if (!signal.aborted) log('warn', `The leases of the workers cannot be read: ${String(error)}`)
        this.#seen.clear()
      }
      await sleep(lease / 5, undefined, { signal }).catch(() => {})
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { executorId, lease } = this.#options
    const { rows } = await this.#pool.query<{ executor_id: string; beat: string; ended: boolean }>(
      `SELECT executor_id, beat, ended FROM "${this.#pool.schema}".lease WHERE executor_id <> $1`,
      [executorId],
    )
    const now = performance.now()
    // This process was suspended, or Postgres was away: the others may just have come back too.
    if (now - this.#lastLook > lease / 2) this.#seen.clear()
    this.#lastLook = now
    for (const { executor_id: other, beat, ended } of rows) {
      const seen = this.#seen.get(other)
      if (seen?.beat !== beat) this.#seen.set(other, { beat, since: now })
      const isDead = seen?.beat === beat && now - seen.since >= lease
      if ((ended || isDead) && !signal.aborted) await this.#takeOver(other, beat)
    }
    const all = new Set(rows.map((row) => row.executor_id))
    for (const other of this.#seen.keys()) if (!all.has(other)) this.#seen.delete(other)
  }

  /**
   * Puts the runs of a dead worker back into their queues. DBOS gives a run to one owner at a time, and refuses to record
   * steps of the one before: a worker that was only slow does no harm.
   */
  async #takeOver(executorId: string, beat: string): Promise<void> {
    await inTransaction(this.#pool, async (client) => {
      // One survivor takes over: the row is locked until it is deleted, which happens when the runs are in their queues.
      const { rows } = await client.query<{ ended: boolean }>(
        `SELECT ended FROM "${this.#pool.schema}".lease WHERE executor_id = $1 AND beat = $2 FOR UPDATE SKIP LOCKED`,
        [executorId, beat],
      )
      if (rows[0]) await this.#requeue(client, executorId, rows[0].ended)
    })
  }

  async #requeue(client: PoolClient, executorId: string, ended: boolean): Promise<void> {
    const all = await this.#runsOf(executorId)
    const left = ended ? all : await this.#countTakeovers(client, all)
    for (const [queueName, runs] of Map.groupBy(left, (run) => run.queueName))
      await this.#dbos.resumeWorkflows(
        runs.map((run) => run.workflowID),
        queueName === undefined ? {} : { queueName },
      )
    await client.query(`DELETE FROM "${this.#pool.schema}".lease WHERE executor_id = $1`, [executorId])
    this.#seen.delete(executorId)
    if (left.length > 0 && !ended)
      this.#options.log('warn', `Worker ${executorId} died: ${left.length} runs go on elsewhere.`)
  }

  async #runsOf(executorId: string): Promise<readonly WorkflowStatus[]> {
    return await this.#dbos.listWorkflows({
      executorId,
      applicationName: application,
      status: 'PENDING',
      loadInput: false,
      loadOutput: false,
    })
  }

  /** The runs that are not given up. */
  async #countTakeovers(client: PoolClient, runs: readonly WorkflowStatus[]): Promise<readonly WorkflowStatus[]> {
    const { maxTakeovers, log } = this.#options
    const runIds = runs.map((run) => run.workflowID)
    const givenUp = await countTakeovers(client, this.#dbos, { schema: this.#pool.schema, runIds, most: maxTakeovers })
    for (const runId of givenUp)
      log('error', `The run ${runId} is given up: its workers died ${maxTakeovers + 1} times, one after the other.`)
    return runs.filter((run) => !givenUp.has(run.workflowID))
  }
}
