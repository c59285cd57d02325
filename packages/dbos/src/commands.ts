// What clients send to runs: a table with one numbered list for each run.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import type { Command, Rejection } from '@toolloop/engine'
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

export interface Answers {
  /** Every command that was stored has been taken by the run. */
  readonly all: boolean
  /** Why the paused run refused the last one. */
  readonly rejection: Rejection | undefined
}

export async function answersOf(pool: RunsPool, runId: string): Promise<Answers> {
  const { rows } = await pool.query<{ all: boolean | null; rejection: string | null }>(
    `SELECT bool_and(answered) AS all, (array_agg(rejection ORDER BY number DESC))[1] AS rejection
     FROM "${pool.schema}".command WHERE run_id = $1`,
    [runId],
  )
  const { all, rejection } = rows[0]!
  return { all: all ?? true, rejection: parsed(rejection) }
}

/** Whether the run has taken a command, and what it objected. */
export async function answerOf(pool: RunsPool, runId: string, number: number): Promise<Answers> {
  const { rows } = await pool.query<{ answered: boolean; rejection: string | null }>(
    `SELECT answered, rejection FROM "${pool.schema}".command WHERE run_id = $1 AND number = $2`,
    [runId, number],
  )
  return { all: rows[0]?.answered ?? false, rejection: parsed(rows[0]?.rejection ?? null) }
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

/** Reads the commands of the live runs of this process, with one query for all. */
export class Inboxes {
  readonly #inboxes = new Map<string, Set<Inbox>>()

  open(runId: string): Inbox & Disposable {
    const inbox = Object.assign(new Inbox(), { [Symbol.dispose]: () => this.#close(runId, inbox) })
    const all = this.#inboxes.get(runId) ?? new Set()
    this.#inboxes.set(runId, all.add(inbox))
    return inbox
  }

  /** Reads every `interval` milliseconds until the signal. Errors are left to the next time. */
  async read(pool: RunsPool, interval: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#readOnce(pool).catch(() => {})
      await sleep(interval, undefined, { signal }).catch(() => {})
    }
  }

  async #readOnce(pool: RunsPool): Promise<void> {
    const wanted = [...this.#inboxes].flatMap(([runId, all]) => [...all].map(({ number }) => ({ runId, number })))
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
