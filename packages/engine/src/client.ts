// The client of a durable engine: what programs outside the workers do with runs.
import type { ApprovalRequest, Decision, RunEvent } from '@toolloop/core'
import type { UserMessage } from '@toolloop/wire'
import type { Start } from './command.ts'
import type { Rejection } from './errors.ts'
import type { AnyRunnable } from './journaled-run.ts'

/** An agent or a pipeline as its client needs it: the same file that the workers serve. */
export interface ClientRunnable extends AnyRunnable {
  run(input: never, ...options: never): Promise<unknown>
}
export type InputFor<One extends ClientRunnable> = Exclude<Parameters<One['run']>[0], undefined>
export type ResultFor<One extends ClientRunnable> = Awaited<ReturnType<One['run']>>

export interface EngineRunOptions {
  /**
   * Identifies the run: 1 to 500 characters, without control characters. The same id again joins the run that exists.
   * @default a random UUID
   */
  readonly runId?: string | undefined
  /** JSON for the workers, whose `context` option makes the run's context of it. */
  readonly context?: unknown
  /** Bounds a pipeline's run, with its parts on other workers. An agent has its own: its option `budget`. */
  readonly budget?: Start['budget'] | undefined
  /** Ends the waiting, not the run: `abort(runId)` ends the run. */
  readonly signal?: AbortSignal | undefined
}

export interface WaitOptions {
  /** Ends the waiting, not the run. A command that was sent may still take effect. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The events of a run that goes on in a worker: every fact from the first one on, in order and each once; progress, such as
 * deltas, as far as it arrives. It ends when the run has ended or waits for decisions. Leaving it does not abort the run.
 */
export interface EngineStream<Outcome> extends AsyncIterable<RunEvent> {
  readonly runId: string
  /** How the run ended, as `run` resolves. Does not need the iterator. */
  readonly result: Promise<Outcome>
}

export interface RunStatus {
  readonly runId: string
  /** The name of the agent or pipeline; `undefined` while no worker has taken the run. */
  readonly agent: string | undefined
  /** `paused`: it waits for decisions on `requests`. `failed`: see `error`. */
  readonly status: 'running' | 'paused' | 'ended' | 'failed'
  /** The number of facts recorded. */
  readonly facts: number
  /** Requests without a decision, also while the run goes on. */
  readonly requests: readonly ApprovalRequest[]
  /** Why the run failed or could not start, or why a paused run rejected the last decisions. */
  readonly error?: Rejection
}

/** What `client(…)` of every engine returns. Methods that name a run throw an `EngineError` for one that does not exist. */
export interface EngineClient {
  /**
   * Starts a run and resolves as the agent's own `run` does: also as `approval` when it waits for decisions.
   * @throws the error of a run that could not start; EngineError
   */
  run<One extends ClientRunnable>(
    runnable: One,
    input: InputFor<One>,
    options?: EngineRunOptions,
  ): Promise<ResultFor<One>>
  /** Starts a run at the first use of the iterator or of `result`. */
  stream<One extends ClientRunnable>(
    runnable: One,
    input: InputFor<One>,
    options?: EngineRunOptions,
  ): EngineStream<ResultFor<One>>
  /** The stream of a run that exists. */
  attach<One extends ClientRunnable>(runnable: One, runId: string, options?: WaitOptions): EngineStream<ResultFor<One>>
  /** Waits until the run has ended, or waits for decisions. */
  result<One extends ClientRunnable>(runnable: One, runId: string, options?: WaitOptions): Promise<ResultFor<One>>
  status(runId: string): Promise<RunStatus>
  /**
   * Answers requests, by id. Resolves when the run has recorded the decisions and goes on with them. Decisions that arrive
   * before the run pauses wait for its pause.
   * @throws ApprovalError for a request that is unknown or decided, or arguments that its tool rejects; then none of these
   * decisions counts. EngineError `ended` when the run ends first
   */
  decide(runId: string, decisions: Readonly<Record<string, Decision>>, options?: WaitOptions): Promise<void>
  /**
   * Adds a user message to the run of an agent, behind the current step's tool messages. Resolves when its `message.add` is
   * recorded: for a paused run when it goes on.
   * @throws EngineError `ended` when the run ends first, `rejected` for a run that takes no messages, such as a pipeline's
   */
  steer(runId: string, message: string | UserMessage, options?: WaitOptions): Promise<void>
  /** The same at the moment when the run would end as `done` or `stopped`. Resolves then. */
  followUp(runId: string, message: string | UserMessage, options?: WaitOptions): Promise<void>
  /**
   * Ends the run as `aborted`, also one that waits for decisions. Resolves when that end is recorded.
   * @throws EngineError `ended` when the run ends in another way first
   */
  abort(runId: string, reason?: string, options?: WaitOptions): Promise<void>
  /** Frees the client's connections. Runs go on. */
  close(): Promise<void>
}
