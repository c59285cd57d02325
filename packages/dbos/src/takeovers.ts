// Runs that were taken over from workers that died: one that ends its workers is given up after some.
import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import type { Fact } from '@toolloop/core'
import type { PoolClient } from 'pg'
import type { RunsPool } from './database.ts'

/**
 * Counts a takeover for each run, and cancels those that had more than `most` without a result in between; returns these.
 * The count of DBOS does not serve: it also counts runs that only wait, and begins at zero when a run is resumed.
 */
export async function countTakeovers(
  client: PoolClient,
  dbos: DBOSClient,
  { schema, runIds, most }: { readonly schema: string; readonly runIds: readonly string[]; readonly most: number },
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ run_id: string; given_up: boolean }>(
    `INSERT INTO "${schema}".takeover (run_id) SELECT unnest($1::text[])
     ON CONFLICT (run_id) DO UPDATE SET count = takeover.count + 1, given_up = takeover.count >= $2
     RETURNING run_id, given_up`,
    [runIds, most],
  )
  const givenUp = rows.filter((row) => row.given_up).map((row) => row.run_id)
  if (givenUp.length > 0) await dbos.cancelWorkflows(givenUp)
  return new Set(givenUp)
}

/** How many workers died with a run that was given up for that. */
export async function deathsOf(pool: RunsPool, runId: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count FROM "${pool.schema}".takeover WHERE run_id = $1 AND given_up`,
    [runId],
  )
  return rows[0]?.count
}

/** Whether the takeovers of a run still count. A run that was given up and resumed by a person begins anew. */
export async function isSuspected(pool: RunsPool, runId: string): Promise<boolean> {
  const { rows } = await pool.query<{ given_up: boolean }>(
    `SELECT given_up FROM "${pool.schema}".takeover WHERE run_id = $1`,
    [runId],
  )
  if (rows[0]?.given_up) await clearTakeovers(pool, runId)
  return rows[0]?.given_up === false
}

export async function clearTakeovers(pool: RunsPool, runId: string): Promise<void> {
  await pool.query(`DELETE FROM "${pool.schema}".takeover WHERE run_id = $1`, [runId])
}

const results: ReadonlySet<string> = new Set<Fact['type']>([
  'step.done',
  'tool.done',
  'tool.done.dynamic',
  'stage.done',
  'run.pause',
  'run.done',
])

/** A run that makes such a fact does not end its workers again and again: there is one less left to make. */
export const isResult = ({ type }: Fact): boolean => results.has(type)
