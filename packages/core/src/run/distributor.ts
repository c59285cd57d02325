// What a durable engine gives to a run, so that parts of it are runs of their own.
import type { Decision, Fact } from '../facts/events.ts'
import type { Part } from '../facts/part.ts'

/** What a run sends to its parts. */
export type PartCommand =
  | { readonly type: 'decide'; readonly decisions: Readonly<Record<string, Decision>> }
  | { readonly type: 'abort'; readonly reason: string }

/** Runs parts elsewhere. */
export interface Distributor {
  /**
   * Starts the part; one that exists (same run, same path) is not started again. Gives all facts of its log from the first
   * on, in batches; ends after the part's `run.done`. A part that pauses may go on: then its facts go on.
   * @throws the error of a part that could not be started, and errors of the engine
   */
  facts(part: Part, signal: AbortSignal): AsyncIterable<readonly Fact[]>
  /** Resolves when the command is stored. A part ignores decisions that it has taken already. */
  send(part: Part, command: PartCommand): Promise<void>
}

/** The option of `run` and `stream` for engines. A symbol: it is no option for users. */
export const distribution: unique symbol = Symbol('toolloop.distribution')
