// Lists sessions from the list of runs: a session stands where its last run stands.
import { UsageError } from '@toolloop/wire'
import { limitOf, type Page, type RunQuery, type RunStore, type RunSummary } from '../log/run-store.ts'
import { existsInChange } from './claim.ts'
import type { SessionSummary } from './session-types.ts'
import { runOf, turnOf } from './turn-id.ts'

/** A place in the list of runs: a page, and the last run on it that was looked at. */
interface Cursor {
  readonly page: string | undefined
  readonly startedAt: number
  readonly run: string
}

/** Reads the runs from the newest on, until the page is full. A run with a later turn costs one look-up. */
export async function listSessions(runs: RunStore, query: RunQuery): Promise<Page<SessionSummary>> {
  const limit = limitOf(query)
  const data: SessionSummary[] = []
  const listed = new Set<string>()
  const from = query.after === undefined ? undefined : readCursor(query.after)
  let last: Cursor | undefined
  for (let page = from?.page, seen = from; ; seen = undefined) {
    const { data: rows, next } = await runs.list({ limit: pageSize, after: page })
    for (const row of seen ? behind(rows, seen) : rows) {
      const session = turnOf(row.id)?.session
      if (session === undefined || listed.has(session)) continue // an earlier turn
      const summary = await sessionOf(runs, row, query)
      if (summary) listed.add(session)
      if (summary && data.length === limit && last) return { data, next: JSON.stringify(last) }
      if (summary) data.push(summary)
      if (data.length <= limit && summary) last = { page, startedAt: row.startedAt, run: row.id }
    }
    if (next === undefined) return { data }
    page = next
  }
}

const pageSize = 200

/** The session whose last run this is. */
async function sessionOf(runs: RunStore, row: RunSummary, query: RunQuery): Promise<SessionSummary | undefined> {
  const place = turnOf(row.id)
  if (!place) return undefined
  const { session, turn } = place
  if (query.status !== undefined && query.status !== row.status) return undefined
  if (query.agent !== undefined && query.agent !== row.agent) return undefined
  if (await runs.summary(runOf(session, turn + 1))) return undefined
  if ((await existsInChange(runs, session)) === false) return undefined
  const first = await runs.summary(runOf(session, 0))
  if (!first) return undefined // it was deleted since the page was read
  const { agent, status, updatedAt } = row
  return { id: session, turns: turn + 1, status, agent, startedAt: first.startedAt, updatedAt }
}

/** The rows after the cursor, also when rows before it came or went. */
function behind(rows: readonly RunSummary[], { startedAt, run }: Cursor): readonly RunSummary[] {
  const at = rows.findIndex(({ id }) => id === run)
  return at >= 0 ? rows.slice(at + 1) : rows.filter((row) => row.startedAt < startedAt)
}

function readCursor(after: string): Cursor {
  try {
    const { page, startedAt, run } = JSON.parse(after) as Cursor
    if (typeof run === 'string' && typeof startedAt === 'number') return { page, startedAt, run }
  } catch {
    // The error is thrown below.
  }
  throw new UsageError(`\`after\` is ${JSON.stringify(after)}; pass the \`next\` of the previous page.`)
}
