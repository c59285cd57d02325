import type { Clock } from '@toolloop/wire'
import type { Approver } from '../approval/desk.ts'
import type { Decision } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'

/** The options of one run. */
export interface RunOptions {
  /** Aborts the run; it ends as `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** The log that stores the run's facts. If it holds an unfinished run of the same input, that run is resumed. @default in memory */
  readonly log?: RunLog | undefined
  /** The log of an earlier run of this agent, to resume it. */
  readonly from?: RunLog | undefined
  /** Decisions on the requests of a run that ended as `approval`, by the id of the request or its call. Only for a resumed run. */
  readonly decisions?: Readonly<Record<string, Decision>> | undefined
  /** Decides on requests while the run waits, without a time limit. If it throws, the run ends as `error`. */
  readonly approver?: Approver | undefined
  /**
   * `pause`: the run ends as `approval` when only undecided calls are left. `wait`: it waits for `stream.approve`,
   * `.reject` and `.answer`. @default 'pause'
   */
  readonly approvals?: 'pause' | 'wait' | undefined
  /** @default a random UUID */
  readonly runId?: string | undefined
  /** @default the system clock */
  readonly clock?: Clock | undefined
}

/** Options with the agent's context: required exactly when its tools or hooks declare one. */
export type RunArguments<Context> = unknown extends Context
  ? [options?: RunOptions & { readonly context?: Context }]
  : [options: RunOptions & { readonly context: Context }]
