// Code around model calls and tool calls: an onion whose first layer is the outermost one.
import type { Chunk, Completion, ModelRequest, Retry, ToolCall } from '@toolloop/wire'
import { showOption, UsageError } from '@toolloop/wire'

/**
 * Code around each model call, each tool call, or both. The first one of a list is the outermost: it sees a request first
 * and an answer last. What comes out of it is what the log records, so a resumed run takes finished calls from the log.
 * Declare the context where it is used: `({ context }: ModelCall<App>, next) => …`; the agent then needs it.
 */
export interface Middleware<Context = unknown> {
  /** Names it in errors and in `servedBy`. */
  readonly name: string
  readonly model?: ModelMiddleware<Context> | undefined
  readonly tool?: ToolMiddleware<Context> | undefined
}

/** Any middleware, whatever context it needs. */
export type AnyMiddleware = Middleware<never>

/**
 * Around a model call, streamed or plain. Called once per request, also for retries of a step. It may
 * - pass the call on: `return next()`; with another request: `return next({ ...call.request, temperature: 0 })`;
 * - answer by itself: return a completion, or chunks that end with a `finish_reason`;
 * - rewrite or hold back the stream: an async generator that reads `next()`. What it does not read, the socket waits with;
 * - call `next` again after a failure, as long as it has yielded nothing.
 *
 * What it throws ends the run as `error`, with its name; an error of `next()` that it does not catch stays as it is.
 */
export type ModelMiddleware<Context = unknown> = (
  call: ModelCall<Context>,
  next: NextModel,
) => ModelAnswer | Promise<ModelAnswer>

/** Sends the request to the next layer, or to the model. Nothing is sent until the chunks are read. */
export type NextModel = (request?: ModelRequest) => AsyncIterable<readonly Chunk[]>

/** The chunks of an answer, one by one or in batches, or a whole answer. */
export type ModelAnswer = AsyncIterable<Chunk | readonly Chunk[]> | Completion

export interface ModelCall<Context = unknown> {
  /** Frozen; its messages and tools too. Pass a changed copy to `next`. */
  readonly request: ModelRequest
  /** The model's name. */
  readonly model: string
  /** The agent's name, its run and the step, from 0; `undefined` around a model that is not called by an agent. */
  readonly agent?: string | undefined
  readonly runId?: string | undefined
  readonly step?: number | undefined
  /** The `context` option of `run`; `undefined` around a model that is not called by an agent. */
  readonly context: Context
  /** Aborted by the caller, and when the run has ended. */
  readonly signal?: AbortSignal | undefined
  /** Reports a retry that follows after a delay, as an `attempt.retry` event. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
}

/**
 * Around the execution of a tool call: behind approval, before the tool's retries and timeout. It returns the tool's
 * result, another one, or one without calling `next`. What it throws ends the run as `error`, with its name, except for a
 * `ToolRetry`, which the model reads; an error of `next()` that it does not catch is the tool's.
 */
export type ToolMiddleware<Context = unknown> = (call: ToolExecution<Context>, next: NextTool) => unknown

/** Executes the call with these arguments, which are not checked against the tool's schema; without any, with the model's. */
export type NextTool = (...args: readonly [args?: unknown]) => Promise<unknown>

export interface ToolExecution<Context = unknown> {
  readonly name: string
  /** As the tool's schema parsed them. */
  readonly args: unknown
  readonly call: ToolCall
  readonly agent: string
  readonly runId: string
  readonly step: number
  readonly context: Context
  /** Aborted by the caller, and when the run has ended. */
  readonly signal: AbortSignal
  readonly idempotencyKey: string
  /** The number of calls of this tool that come before this one in the run; the same after a resume. */
  readonly earlier: () => number
}

/** @throws UsageError for what is no list of middlewares */
export function checkMiddleware(who: string, list: unknown): asserts list is readonly Middleware[] {
  if (!Array.isArray(list))
    throw new UsageError(`${who}: \`middleware\` is ${showOption(list)}; it must be an array of middlewares.`)
  for (const [at, item] of (list as readonly (Partial<Middleware> | null)[]).entries()) {
    const { name, model, tool } = item ?? {}
    const parts = [model, tool].filter((part) => part !== undefined)
    const fits = parts.length > 0 && parts.every((part) => typeof part === 'function')
    if (typeof name !== 'string' || name === '' || !fits)
      throw new UsageError(
        `${who}: middleware[${at}] is ${showOption(item)}; it must be { name, model, tool }, with a name and one or both of the functions.`,
      )
  }
}
