// What clients send to runs: a table with one numbered list for each run.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import { type Command, isOfDecisions, type Rejection } from '@toolloop/engine'
import { inTransaction, type RunsPool, topicOf } from './database.ts'

/**
 * Stores a command, and resolves with its number. A run that waits for decisions gets it by `recv` of DBOS; a live one
 * reads the table. Both know commands by number, so each takes effect once.
 */
export async function storeCommand(
  pool: RunsPool,
  dbos: DBOSClient,
  /** The id is the same when the call is retried: it is stored once. */
  { id, runId, command }: { readonly id: string; readonly runId: string; readonly command: Command },
): Promise<number> {
  return await inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7211042951))', [runId])
    const known = await client.query<{ number: number }>(`SELECT number FROM "${pool.schema}".command WHERE id = $1`, [
      id,
    ])
    if (known.rows[0]) return known.rows[0].number
    const { rows } = await client.query<{ number: number }>(
      `INSERT INTO "${pool.schema}".command (run_id, number, id, command)
       SELECT $1, coalesce(max(number) + 1, 0), $2, $3 FROM "${pool.schema}".command WHERE run_id = $1
       RETURNING number`,
      [runId, id, JSON.stringify(command)],
    )
    const { number } = rows[0]!
    await dbos.sendInTransaction(client, runId, command, topicOf(number))
    return number
  })
}

/** What has become of a command. */
export interface CommandState {
  /** The run has it. */
  readonly isTaken: boolean
  readonly isAnswered: boolean
  readonly rejection: Rejection | undefined
}

export async function stateOf(pool: RunsPool, runId: string, number: number): Promise<CommandState> {
  const { rows } = await pool.query<{ taken: boolean; answered: boolean; rejection: string | null }>(
    `SELECT taken, answered, rejection FROM "${pool.schema}".command WHERE run_id = $1 AND number = $2`,
    [runId, number],
  )
  const { taken = false, answered = false, rejection = null } = rows[0] ?? {}
  return { isTaken: taken || answered, isAnswered: answered, rejection: parsed(rejection) }
}

/** Why a paused run rejected the last decisions. */
export async function lastRejection(pool: RunsPool, runId: string): Promise<Rejection | undefined> {
  const { rows } = await pool.query<{ rejection: string | null }>(
    `SELECT rejection FROM "${pool.schema}".command WHERE run_id = $1 AND answered ORDER BY number DESC LIMIT 1`,
    [runId],
  )
  const rejection = parsed(rows[0]?.rejection ?? null)
  return rejection && isOfDecisions(rejection) ? rejection : undefined
}

export async function storeTaken(pool: RunsPool, runId: string, number: number): Promise<void> {
  await pool.query(`UPDATE "${pool.schema}".command SET taken = true WHERE run_id = $1 AND number = $2 AND NOT taken`, [
    runId,
    number,
  ])
}

export async function storeAnswer(
  pool: RunsPool,
  runId: string,
  number: number,
  rejection: Rejection | undefined,
): Promise<void> {
  await pool.query(
    `UPDATE "${pool.schema}".command SET answered = true, rejection = $3 WHERE run_id = $1 AND number = $2 AND NOT answered`,
    [runId, number, rejection ? JSON.stringify(rejection) : null],
  )
}

const parsed = (text: string | null): Rejection | undefined =>
  text === null ? undefined : (JSON.parse(text) as Rejection)

/** The commands of one live run, in order. */
export class Inbox {
  /** The number of the next command. */
  number = 0
  #next = Promise.withResolvers<Command>()

  next(): Promise<Command> {
    return this.#next.promise
  }

  deliver(number: number, command: Command): void {
    if (number === this.number) this.#next.resolve(command)
  }

  /** The journal has recorded the command. */
  took(): void {
    this.number++
    this.#next = Promise.withResolvers()
  }
}

interface Wanted {
  readonly runId: string
  readonly number: number
}

/** Reads the commands of the live runs of this process, with one query for all. */
export class Inboxes {
  readonly #inboxes = new Map<string, Set<Inbox>>()

  /** Resolves when a command that was stored before is there: a short run would end before the next reading. */
  async open(pool: RunsPool, runId: string): Promise<Inbox & Disposable> {
    const inbox = Object.assign(new Inbox(), { [Symbol.dispose]: () => this.#close(runId, inbox) })
    const all = this.#inboxes.get(runId) ?? new Set()
    this.#inboxes.set(runId, all.add(inbox))
    await this.#readOnce(pool, [{ runId, number: 0 }]).catch(() => {})
    return inbox
  }

  /** Reads every `interval` milliseconds until the signal. Errors are left to the next time. */
  async read(pool: RunsPool, interval: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#readOnce(pool, this.#wanted()).catch(() => {})
      await sleep(interval, undefined, { signal }).catch(() => {})
    }
  }

  #wanted(): readonly Wanted[] {
    return [...this.#inboxes].flatMap(([runId, all]) => [...all].map(({ number }) => ({ runId, number })))
  }

  async #readOnce(pool: RunsPool, wanted: readonly Wanted[]): Promise<void> {
    if (wanted.length === 0) return
    const { rows } = await pool.query<{ run_id: string; number: number; command: string }>(
      `SELECT run_id, number, command FROM "${pool.schema}".command
       WHERE (run_id, number) IN (SELECT * FROM unnest($1::text[], $2::int[]))`,
      [wanted.map(({ runId }) => runId), wanted.map(({ number }) => number)],
    )
    for (const { run_id: runId, number, command } of rows)
      for (const inbox of this.#inboxes.get(runId) ?? []) inbox.deliver(number, JSON.parse(command) as Command)
  }

  #close(runId: string, inbox: Inbox): void {
    const all = this.#inboxes.get(runId)
    all?.delete(inbox)
    if (all?.size === 0) this.#inboxes.delete(runId)
  }
}
