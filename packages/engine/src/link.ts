// What an engine gives to its client.
import type { Fact, RunEvent } from '@toolloop/core'
import type { Command, Start } from './command.ts'
import type { Rejection } from './errors.ts'

/** A run as its engine knows it. JSON. */
export interface RunPage {
  /** `undefined`: no worker has taken the run yet. */
  readonly agent?: string | undefined
  readonly status: 'running' | 'paused' | 'ended' | 'failed'
  /** The facts from the number that was given. */
  readonly facts: readonly Fact[]
  /** Why it failed, or why a paused run rejected the last decisions. */
  readonly error?: Rejection | undefined
}

/** Progress of a run. `after`: how many facts were recorded before it. */
export interface ProgressBatch {
  readonly after: number
  readonly events: readonly RunEvent[]
}

/** The calls that an engine has to offer: `engineClient(link)` makes the client of them. */
export interface EngineLink {
  /** Starts a run. Changes nothing when there is one with this id. */
  start(runId: string, start: Start, signal?: AbortSignal): Promise<void>
  /**
   * The run with its facts from the number `from` on; `undefined` when no run has this id. A run that no worker has taken
   * yet is `running`. `wait`: returns when the status is not `running`, or, with `facts`, when there are such facts; else
   * after some seconds.
   */
  read(
    runId: string,
    from: number,
    options?: { readonly wait?: 'facts' | 'end'; readonly signal?: AbortSignal | undefined },
  ): Promise<RunPage | undefined>
  /**
   * Gives a command to the run, once and after those that were sent before. Resolves when the run has answered it, however
   * long that takes: with a rejection, or `undefined`. A run that ends without an answer rejects it as `endedRun`.
   */
  send(runId: string, command: Command, signal?: AbortSignal): Promise<Rejection | undefined>
  /** Progress of the run while a worker has it, best effort. Ends with the signal, or earlier. */
  progress?(runId: string, signal: AbortSignal): AsyncIterable<ProgressBatch>
  close(): Promise<void>
}
