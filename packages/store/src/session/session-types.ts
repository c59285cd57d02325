// What users of sessions see.
import type {
  Agent,
  AnyTool,
  ApprovalRequest,
  EventOf,
  Fact,
  Input,
  Result,
  RunLog,
  RunOptions,
  RunStream,
} from '@toolloop/core'
import type { Message } from '@toolloop/wire'
import type { Page, RunQuery, RunStatus } from '../log/run-store.ts'

/**
 * The status of a session's last run; `new` for a session without one. While it is `running` no other run can start. A run
 * that is `approval` or `interrupted` must be resumed or dropped before the next one.
 */
export type SessionStatus = 'new' | RunStatus

/** One run of a session. */
export interface Turn {
  /** From 0. A turn keeps its number; numbers of turns that were replaced are missing. */
  readonly turn: number
  readonly runId: string
  /** The name of the agent that ran it. */
  readonly agent: string
  readonly status: RunStatus
  /** Milliseconds since 1970, of its first and last fact. */
  readonly startedAt: number
  readonly updatedAt: number
  /** The place of its first own message in `transcript`. */
  readonly at: number
}

/** The options of a run in a session: those of `agent.run`, without its logs. */
export interface SessionRunOptions extends Omit<RunOptions, 'log' | 'from'> {
  /** Waits while another run of the session is running, in any process. Runs that wait in one process start in order. @default false: throws `session_busy` */
  readonly wait?: boolean | undefined
  /**
   * A `turn` of `session.turns`: this run takes the place of it and of those after it, for instance to give an answer
   * again. Their logs stay. Only with an input.
   */
  readonly before?: number | undefined
}

/** Options with the agent's context: required exactly when its tools or hooks declare one. */
export type SessionRunArguments<Context> = unknown extends Context
  ? [options?: SessionRunOptions & { readonly context?: Context }]
  : [options: SessionRunOptions & { readonly context: Context }]

/** A pipeline, as far as a session uses it. */
export interface SessionPipeline {
  readonly name: string
  run(input: never, ...options: never[]): Promise<unknown>
  stream(input: never, ...options: never[]): unknown
  named(name: string): unknown
}

type PipelineInput<Ran extends SessionPipeline> = Exclude<Parameters<Ran['run']>[0], undefined>

/**
 * The options of a pipeline's run in a session: those of `pipeline.run`, without its logs, and `inputOf`, which makes its
 * input of the conversation. `inputOf` is required for a pipeline whose input is not a text; it is not called at a resume.
 */
export type SessionPipelineArguments<Ran extends SessionPipeline> = undefined extends Parameters<Ran['run']>[1]
  ? string extends PipelineInput<Ran>
    ? [options?: SessionPipelineOptions<Ran>]
    : [options: RequiredInput<SessionPipelineOptions<Ran>>]
  : string extends PipelineInput<Ran>
    ? [options: SessionPipelineOptions<Ran>]
    : [options: RequiredInput<SessionPipelineOptions<Ran>>]

type RequiredInput<Options extends { readonly inputOf?: unknown }> = Options & {
  readonly inputOf: NonNullable<Options['inputOf']>
}

type SessionPipelineOptions<Ran extends SessionPipeline> = Omit<
  NonNullable<Parameters<Ran['run']>[1]>,
  'log' | 'from'
> &
  Pick<SessionRunOptions, 'wait' | 'before'> & {
    /** Makes the input of the conversation, whose last messages are the new ones. It must be JSON. @default the text of the last message */
    readonly inputOf?:
      | ((conversation: readonly Message[]) => PipelineInput<Ran> | Promise<PipelineInput<Ran>>)
      | undefined
  }

/**
 * A conversation of several runs, each in a log of its own. Its messages are what the logs add up to; nothing else is
 * stored. The fields show the session as of the last `load`, and of runs that this process runs.
 */
export interface Session {
  readonly id: string
  readonly status: SessionStatus
  /** The messages that the next run continues. Always valid to send. */
  readonly messages: readonly Message[]
  /** All messages of all turns, also those that a compaction has taken out of `messages`. */
  readonly transcript: readonly Message[]
  /** The turns of the conversation, in order; without those that a later one has replaced (`before`). */
  readonly turns: readonly Turn[]
  /** The pending requests of the last run, also those of agents inside it. */
  readonly requests: readonly ApprovalRequest[]
  /** Reads what other processes have added. Costs one small read when nothing has changed. */
  load(): Promise<this>
  /**
   * Runs an agent on the conversation and the input, in a new log. Without an input it resumes the last run, with
   * `decisions` on its requests. Every fact is stored before its effect, so a process that dies loses nothing.
   * @throws SessionError (as a rejection) `session_busy`, `session_pending`, `session_idle`; UsageError for invalid options
   */
  run<Output, Tools extends readonly AnyTool[], Context>(
    agent: Agent<Output, Tools, Context>,
    input?: Input,
    ...options: SessionRunArguments<Context>
  ): Promise<Result<Output>>
  /**
   * Runs a pipeline in a new log. The conversation then holds the new messages and the pipeline's output: a text as it
   * is, other values as JSON.
   */
  run<Ran extends SessionPipeline>(
    pipeline: Ran,
    input: Input | undefined,
    ...options: SessionPipelineArguments<Ran>
  ): ReturnType<Ran['run']>
  /** The same as a stream of events. Lazy: the session is read and checked when the stream starts; `started` rejects with what prevents it. */
  stream<Output, Tools extends readonly AnyTool[], Context>(
    agent: Agent<Output, Tools, Context>,
    input?: Input,
    ...options: SessionRunArguments<Context>
  ): RunStream<EventOf<Tools, Output>, Output>
  stream<Ran extends SessionPipeline>(
    pipeline: Ran,
    input: Input | undefined,
    ...options: SessionPipelineArguments<Ran>
  ): ReturnType<Ran['stream']>
  /**
   * Ends the last run where it stands, as `aborted`: it waits for decisions, or its process died. Its messages stay; the
   * next run reads that its unfinished calls were not run, or that their outcome is unknown.
   * @throws SessionError (as a rejection) `session_idle`, `session_busy`
   */
  drop(): Promise<void>
  /**
   * Copies the turns before one, all by default, to a new session. Their runs get new ids. The conversation goes on there
   * as it stood then; this session stays unchanged.
   * @throws SessionError (as a rejection) `session_exists`; `session_busy` or `session_pending` when the last copied run is running or interrupted
   */
  fork(options?: SessionForkOptions): Promise<Session>
  /** The log of a turn, by default of the last one, to read: its run starts with the whole conversation. It can be read while it runs. */
  log(turn?: number): RunLog
  /**
   * The facts of a turn: first the stored ones, then each as it is logged, in whatever process. Ends when the run has
   * ended or pauses, when its process has died, and when `signal` is aborted. It never starts a run.
   */
  follow(options?: FollowOptions): AsyncIterable<Fact>
}

export interface SessionForkOptions {
  /** The id of the new session. @default a random UUID */
  readonly id?: string | undefined
  /** The first turn that is not copied. @default all turns are copied */
  readonly before?: number | undefined
}

export interface FollowOptions {
  /** @default the last turn */
  readonly turn?: number | undefined
  /** The `seq` of the last fact that is known; the next one is the first. @default -1 */
  readonly after?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A session in a list. */
export interface SessionSummary {
  readonly id: string
  /** The number of its turns, also of those that were replaced. */
  readonly turns: number
  /** Of the last run. */
  readonly status: RunStatus
  /** The name of the agent of the last run. */
  readonly agent: string
  /** Milliseconds since 1970: of the first fact, and of the last. */
  readonly startedAt: number
  readonly updatedAt: number
}

/** Sessions over a store of runs. */
export interface SessionStore {
  /** Opens a session, new or existing; nothing is stored before its first run. An id is any text; it never becomes a path. @default a random UUID */
  open(id?: string): Promise<Session>
  /**
   * Lists sessions; the one whose last run started latest comes first. A session that exists from the first page to the last
   * is on exactly one of them, also when it gets a turn meanwhile; one that is made or deleted in between is on one or none.
   */
  list(query?: RunQuery): Promise<Page<SessionSummary>>
  /**
   * Deletes a session. Resolves to `false` when there was none. Other processes see it whole or gone; after a crash in the
   * middle the next `delete`, `run` or `fork` of the id finishes it.
   * @throws LogError (as a rejection) `log_owned` while it runs, or while another process deletes it
   */
  delete(id: string): Promise<boolean>
}
