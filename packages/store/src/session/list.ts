// Lists sessions from the list of runs: a session stands where its last run stands.
import { UsageError } from '@toolloop/wire'
import { limitOf, matches, type Page, type RunQuery, type RunStore, type RunSummary } from '../log/run-store.ts'
import { existsInChange } from './claim.ts'
import type { SessionSummary } from './session-types.ts'
import { runOf, turnOf } from './turn-id.ts'

/** How far the list of runs was read. */
interface Cursor {
  /** The `after` of the page of runs; absent for the first one. */
  readonly page?: string | undefined
  /** The start of the last run that was read. */
  readonly startedAt: number
  /** All runs of that moment that were read on this page. */
  readonly read: readonly string[]
  /** The start of the newest run when the first page of sessions was read. */
  readonly newest: number
}

/** Reads the runs from the newest on, until the page is full. A run with a later turn costs one look-up. */
export async function listSessions(runs: RunStore, query: RunQuery): Promise<Page<SessionSummary>> {
  const limit = limitOf(query)
  const data: SessionSummary[] = []
  const listed = new Set<string>()
  let cursor = query.after === undefined ? undefined : readCursor(query.after)
  let page = cursor?.page
  // Small pages first: what is left of a page of runs is read again for the next page of sessions.
  for (let size = Math.min(limit + 1, pageSize); ; size = Math.min(size * 2, pageSize)) {
    const { data: rows, next } = await runs.list({ limit: size, after: page })
    for (const row of behind(rows, cursor)) {
      const before = cursor
      cursor = advance(cursor, page, row)
      const session = turnOf(row.id)?.session
      if (session === undefined || listed.has(session)) continue // an earlier turn
      const summary = await sessionOf(runs, row, query, cursor.newest)
      if (!summary) continue
      if (data.length === limit) return { data, next: JSON.stringify(before) }
      listed.add(session)
      data.push(summary)
    }
    if (next === undefined) return { data }
    page = next
  }
}

const pageSize = 200

/** The session of this run, unless another run is its last one. */
async function sessionOf(
  runs: RunStore,
  row: RunSummary,
  query: RunQuery,
  newest: number,
): Promise<SessionSummary | undefined> {
  const place = turnOf(row.id)
  if (!place || !matches(row, query)) return undefined
  const { session } = place
  let { turn } = place
  let last = row
  for (let next; (next = await runs.summary(runOf(session, turn + 1))); turn++) {
    // A turn that was there when the first page was read has a row of its own; a newer one has moved to the front.
    if (next.startedAt <= newest) return undefined
    last = next
  }
  if (!matches(last, query) || (await existsInChange(runs, session)) === false) return undefined
  const first = await runs.summary(runOf(session, 0))
  if (!first) return undefined // it was deleted since the page was read
  const { agent, status, updatedAt } = last
  return { id: session, turns: turn + 1, status, agent, startedAt: first.startedAt, updatedAt }
}

function advance(cursor: Cursor | undefined, page: string | undefined, { id, startedAt }: RunSummary): Cursor {
  const isSameMoment = cursor?.page === page && cursor?.startedAt === startedAt
  const read = isSameMoment ? [...cursor.read, id] : [id]
  return { page, startedAt, read, newest: cursor?.newest ?? startedAt }
}

/** The rows behind the cursor, also when rows before it came or went. */
function behind(rows: readonly RunSummary[], cursor: Cursor | undefined): readonly RunSummary[] {
  if (!cursor) return rows
  const { read, startedAt } = cursor
  const at = rows.findLastIndex(({ id }) => read.includes(id))
  return at >= 0 ? rows.slice(at + 1) : rows.filter((row) => row.startedAt <= startedAt)
}

function readCursor(after: string): Cursor {
  try {
    const { page, startedAt, read, newest } = JSON.parse(after) as Cursor
    const isWhole = typeof startedAt === 'number' && typeof newest === 'number' && Array.isArray(read)
    if (isWhole && (page === undefined || typeof page === 'string')) return { page, startedAt, read, newest }
  } catch {
    // The error is thrown below.
  }
  throw new UsageError(`\`after\` is ${JSON.stringify(after)}; pass the \`next\` of the previous page.`)
}
