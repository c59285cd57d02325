import type { Clock } from '@toolloop/wire'
import type { Approver } from '../approval/desk.ts'
import type { Decision } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'

/** How one run is run. */
export interface RunOptions {
  /** Aborts the run; it ends as `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** Where the facts of a new run are kept. @default in memory */
  readonly log?: RunLog | undefined
  /** The log of an earlier run of this agent, which then goes on. */
  readonly from?: RunLog | undefined
  /** Answers to the requests of a run that ended as `approval`, by the request's id (or its call's). Only for a run that goes on. */
  readonly decisions?: Readonly<Record<string, Decision>> | undefined
  /** Decides on requests while the run waits for it, on nobody's time limit. What it throws ends the run as `error`. */
  readonly approver?: Approver | undefined
  /**
   * `pause`: the run ends as `approval` when only undecided calls are left. `wait`: it waits for `stream.approve`,
   * `.reject` and `.answer`. @default 'pause'
   */
  readonly approvals?: 'pause' | 'wait' | undefined
  /** @default a random UUID */
  readonly runId?: string | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Options with the agent's context: required exactly when its tools or hooks ask for one. */
export type RunArguments<Context> = unknown extends Context
  ? [options?: RunOptions & { readonly context?: Context }]
  : [options: RunOptions & { readonly context: Context }]
