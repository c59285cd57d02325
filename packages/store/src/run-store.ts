// Many runs in one place: what file and SQLite stores have in common.
import type { Fact, FactOf, Outcome, RunLog } from '@toolloop/core'
import { UsageError } from '@toolloop/wire'

/** Where runs are kept. */
export interface RunStore {
  /** The log of a run, new or old. Opens nothing yet. */
  log(runId: string): RunLog
  /** Runs, the newest first. */
  list(query?: RunQuery): Promise<Page<RunSummary>>
  /**
   * Forgets a run. Resolves to `false` where there was none.
   * @throws LogError `log_owned` while a process runs it
   */
  delete(runId: string): Promise<boolean>
}

export interface RunQuery {
  readonly status?: RunStatus | undefined
  /** The agent's name. */
  readonly agent?: string | undefined
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** Runs on a page. @default 100 */
  readonly limit?: number | undefined
}

export interface Page<Item> {
  readonly data: readonly Item[]
  /** Pass it as `after` for the next page; absent on the last. */
  readonly next?: string
}

/**
 * How a run stands. `running`: a process owns it. `interrupted`: it has not ended, and nobody owns it: its process
 * died, or its log failed. `approval`: it waits for a decision. `damaged`: its log cannot be read. Else how it ended.
 */
export type RunStatus = 'running' | 'interrupted' | 'approval' | 'damaged' | Outcome['status']

export interface RunSummary {
  /** As it was given to `log`. */
  readonly id: string
  /** The agent's name. */
  readonly agent: string
  readonly status: RunStatus
  /** Milliseconds since 1970, of the first and of the last fact. */
  readonly startedAt: number
  readonly updatedAt: number
  /** How many facts the log holds. */
  readonly facts: number
}

/** A summary as it is stored: whether an unfinished run is running is seen when somebody looks. */
export type StoredSummary = Omit<RunSummary, 'id'>

/** Of a log whose first or last fact cannot be read: it is listed, so that somebody sees it. */
export const damagedSummary: StoredSummary = { agent: '', status: 'damaged', startedAt: 0, updatedAt: 0, facts: 0 }

/** A log's summary from its first and its last fact: no fold needed. */
export function summaryOf(first: Fact, last: Fact): StoredSummary {
  const { agent } = first as FactOf<'run.start'>
  return {
    agent: agent?.name ?? '',
    status: statusAfter(last),
    startedAt: first.at,
    updatedAt: last.at,
    facts: last.seq + 1,
  }
}

/** `running` until somebody sees that nobody owns it. */
export function statusAfter(last: Fact): RunStatus {
  if (last.path !== '') return 'running' // of a run inside the run
  if (last.type === 'run.done') return last.outcome.status
  return last.type === 'run.pause' ? 'approval' : 'running'
}

/** Where a run stands in the list. Runs are listed by when they started, which never changes, so that pages neither repeat nor skip. */
export interface Place {
  readonly startedAt: number
  readonly key: string
}

export const compare = (a: Place, b: Place): number => b.startedAt - a.startedAt || (a.key < b.key ? -1 : 1)
export const cursorOf = ({ startedAt, key }: Place): string => `${startedAt}:${key}`

export function readCursor(after: string): Place {
  const [, startedAt, key] = /^(\d+):(.+)$/.exec(after) ?? []
  if (startedAt === undefined || key === undefined)
    throw new UsageError(`\`after\` is ${JSON.stringify(after)}; pass the \`next\` of the page before.`)
  return { startedAt: Number(startedAt), key }
}

export function limitOf({ limit = 100 }: RunQuery): number {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new UsageError(`\`limit\` is ${String(limit)}; it must be a whole number of at least 1.`)
  return limit
}
