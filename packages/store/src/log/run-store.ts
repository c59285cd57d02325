// The interface of stores, and what file and SQLite stores share.
import type { Fact, FactOf, Outcome, RunLog } from '@toolloop/core'
import { UsageError } from '@toolloop/wire'

/** Stores the logs of many runs. `checkRunStore` of `@toolloop/testing` tests a store for what runs and sessions rely on. */
export interface RunStore {
  /** The log of a run, new or existing. Opens nothing yet. */
  log(runId: string): RunLog
  /**
   * Lists runs, newest first. A run that exists from the first page to the last is on exactly one of them, with its status
   * at that moment. A run that starts or is deleted in between is on one page or on none.
   */
  list(query?: RunQuery): Promise<Page<RunSummary>>
  /** The summary of one run; `undefined` when there is none. Does not read the whole log. */
  summary(runId: string): Promise<RunSummary | undefined>
  /**
   * Deletes a run. Resolves to `false` when there was none. Of a delete and an append at the same moment one wins.
   * @throws LogError `log_owned` while a process owns it
   */
  delete(runId: string): Promise<boolean>
}

export interface RunQuery {
  readonly status?: RunStatus | undefined
  /** The agent's name. */
  readonly agent?: string | undefined
  /** The `next` of the previous page. */
  readonly after?: string | undefined
  /** The maximum number of runs on a page. @default 100 */
  readonly limit?: number | undefined
}

export interface Page<Item> {
  readonly data: readonly Item[]
  /** Pass it as `after` for the next page; absent on the last. */
  readonly next?: string
}

/**
 * The status of a run. `running`: a process owns it. `interrupted`: it has not ended and has no owner: its process died,
 * or its log failed. `approval`: it waits for a decision. `damaged`: its log cannot be read. Else its outcome.
 */
export type RunStatus = 'running' | 'interrupted' | 'approval' | 'damaged' | Outcome['status']

export interface RunSummary {
  /** The id that was passed to `log`. */
  readonly id: string
  /** The agent's name. */
  readonly agent: string
  readonly status: RunStatus
  /** Milliseconds since 1970, of the first and of the last fact. */
  readonly startedAt: number
  readonly updatedAt: number
  /** The number of facts in the log. */
  readonly facts: number
}

/** A stored summary. `running` and `interrupted` are only distinguished when it is read. */
export type StoredSummary = Omit<RunSummary, 'id'>

/** The summary of a log whose first or last fact cannot be read. It is listed, so that the damage is noticed. */
export const damagedSummary: StoredSummary = { agent: '', status: 'damaged', startedAt: 0, updatedAt: 0, facts: 0 }

/** Makes a summary from the first and the last fact of a log. */
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

/** The status after a log's last fact. `running` also stands for a run without an owner. */
export function statusAfter(last: Fact): RunStatus {
  if (last.path !== '') return 'running' // of a nested run
  if (last.type === 'run.done') return last.outcome.status
  return last.type === 'run.pause' ? 'approval' : 'running'
}

/** A run's position in the list: by its start, then by its key. Neither changes, so pages neither repeat nor skip a run. */
export interface Place {
  readonly startedAt: number
  readonly key: string
}

/** Negative when `a` comes first. No two runs have the same key. */
export const compare = (a: Place, b: Place): number =>
  b.startedAt - a.startedAt || (a.key === b.key ? 0 : a.key < b.key ? -1 : 1)

/** The place of the last run on a page. `order`: the order that the page was read from, in a store without an index. */
export interface Cursor extends Place {
  readonly order?: string | undefined
}

export const cursorOf = ({ startedAt, key }: Place, order?: string): string =>
  `${startedAt}:${key}${order === undefined ? '' : `:${order}`}`

export function readCursor(after: string): Cursor {
  const [, startedAt, key, order] = /^(-?[\d.]+):([^:]+)(?::([0-9a-f]+\.\d+))?$/.exec(after) ?? []
  if (key === undefined || !Number.isFinite(Number(startedAt)))
    throw new UsageError(`\`after\` is ${JSON.stringify(after)}; pass the \`next\` of the previous page.`)
  return { startedAt: Number(startedAt), key, order }
}

export const matches = (summary: RunSummary, { agent, status }: RunQuery): boolean =>
  (agent === undefined || agent === summary.agent) && (status === undefined || status === summary.status)

export function limitOf({ limit = 100 }: RunQuery): number {
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new UsageError(`\`limit\` is ${String(limit)}; it must be a whole number of at least 1.`)
  return limit
}
