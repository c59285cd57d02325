// A store of runs as it is checked, and a case of the check.
import type { CheckedLog } from './checked-log.ts'

/** A store as it is checked: the `RunStore` of `@toolloop/store` is one. */
export interface CheckedStore {
  log(runId: string): CheckedLog
  list(query?: CheckedQuery): Promise<{ readonly data: readonly CheckedSummary[]; readonly next?: string }>
  summary(runId: string): Promise<CheckedSummary | undefined>
  delete(runId: string): Promise<boolean>
}

export interface CheckedQuery {
  readonly status?: string | undefined
  readonly agent?: string | undefined
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

export interface CheckedSummary {
  readonly id: string
  readonly agent: string
  readonly status: string
  readonly startedAt: number
  readonly updatedAt: number
  readonly facts: number
}

/** The stores of a case: new handles on the same runs. */
export interface StoreCase {
  readonly store: CheckedStore
  /** Another handle. Without `reopen`, the same. */
  readonly again: () => Promise<CheckedStore>
}

export type StoreBody = readonly [name: string, body: (opened: StoreCase) => Promise<void>]
