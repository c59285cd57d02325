// The Restate workflow of which each run is one.
import {
  CancelledError,
  handlers,
  RestatePromise,
  TerminalError,
  TimeoutError,
  workflow,
  type WorkflowContext,
  type WorkflowDefinition,
  type WorkflowSharedContext,
} from '@restatedev/restate-sdk'
import type { Fact } from '@toolloop/core'
import {
  type AnyRunnable,
  type Command,
  driveRun,
  type EngineLink,
  type Rejection,
  RejectedRun,
  type Start,
} from '@toolloop/engine'
import {
  type Answer,
  type AnswerRequest,
  batchState,
  firstWait,
  type Head,
  longestPage,
  maxWait,
  promises,
  type ReadReply,
  type ReadRequest,
  type SendReply,
  statusOf,
} from './head.ts'
import type { ProgressAddress, ProgressServer } from './progress-server.ts'
import { RestateJournal } from './restate-journal.ts'

export interface WorkflowOptions {
  readonly service: string
  readonly progress: ProgressServer
  readonly worker: ProgressAddress
  readonly runnableOf: (name: string) => AnyRunnable
  readonly contextOf: (json: unknown, runId: string) => unknown
  /** Starts parts as runs of their own. */
  readonly link: EngineLink | undefined
  readonly maxRetryInterval: number
  readonly inactivityTimeout: number
  readonly retention: number
  readonly live: Set<object>
  readonly upToDate: () => Promise<void>
}

const initialRetryInterval = 50

export function workflowOf(options: WorkflowOptions): WorkflowDefinition<string, unknown> {
  const { service, inactivityTimeout, maxRetryInterval, retention } = options
  return workflow({
    name: service,
    handlers: {
      // Its state is only written. Readers get it piece by piece: Restate cannot send more than 32 MB with a request.
      run: handlers.workflow.workflow(
        { enableLazyState: true, inactivityTimeout, abortTimeout: inactivityTimeout },
        (context: WorkflowContext, start: Start) => run(context, start, options),
      ),
      read: handlers.workflow.shared({ enableLazyState: true }, read),
      send: handlers.workflow.shared({ enableLazyState: true }, send),
      answer: handlers.workflow.shared({ enableLazyState: true }, answer),
    },
    options: {
      workflowRetention: retention,
      // A run is never given up: a worker that knows it may come.
      retryPolicy: { initialInterval: initialRetryInterval, maxInterval: maxRetryInterval, maxAttempts: 1_000_000_000 },
    },
  })
}

async function run(context: WorkflowContext, start: Start, options: WorkflowOptions): Promise<number> {
  const { progress, worker, runnableOf, contextOf, link, maxRetryInterval, live, upToDate } = options
  const runId = context.key
  const journal = new RestateJournal(context, {
    agent: start.agent,
    worker,
    retries: { initialRetryInterval, maxRetryInterval },
    live,
    upToDate,
  })
  try {
    const facts = await driveRun(
      {
        runnable: runnableOf(start.agent),
        input: start.input,
        runId,
        context: await contextOf(start.context, start.part?.run ?? runId),
        budget: start.budget,
        part: start.part,
        distribute: link && { link, start },
        onEvent: progress.listenerFor(runId),
        signal: context.request().attemptCompletedSignal,
      },
      journal,
    )
    journal.close()
    return facts.length
  } catch (error) {
    const failure = terminalOf(error)
    if (failure) journal.close(failure)
    if (error instanceof RejectedRun) throw new TerminalError(error.message, { errorCode: 400 })
    throw error
  }
}

/** Errors after which Restate does not retry: the run has failed. */
function terminalOf(error: unknown): Rejection | undefined {
  if (error instanceof CancelledError) return { name: 'CancelledError', message: 'It was cancelled through Restate.' }
  if (!(error instanceof RejectedRun || error instanceof TerminalError)) return undefined
  return { name: error.name, message: error.message }
}

async function read(context: WorkflowSharedContext, { from, at, wait, isStarted }: ReadRequest): Promise<ReadReply> {
  const known = await pageFrom(context, from, at)
  if (!wait || (!known && !isStarted)) return known?.reply ?? null
  const { status, facts } = known?.reply.page ?? { status: 'running', facts: [] }
  if (status !== 'running' || (wait === 'facts' && facts.length > 0)) return known!.reply
  const name = wait === 'end' ? promises.settled(known?.resumed ?? 0) : promises.batch(known?.batches ?? 0)
  const isThere = await inTime(context.promise<boolean>(name).get(), maxWait)
  return (isThere ? await pageFrom(context, from, at) : known)?.reply ?? null
}

interface Known {
  readonly batches: number
  readonly resumed: number
  readonly reply: NonNullable<ReadReply>
}

/**
 * The facts from a number on. Those of a run are the states `facts 0`, `facts 1`, …; each begins where the one before ends.
 * A page reads about its own batches and the last one. `at`: the batch where it begins, if the reader knows.
 */
async function pageFrom(
  context: WorkflowSharedContext,
  from: number,
  at: number | undefined,
): Promise<Known | undefined> {
  const [gettingHead, gettingKeys] = [context.get<Head>('head'), context.stateKeys()]
  const head = await gettingHead
  const batches = (await gettingKeys).length - 1
  if (!head) return undefined
  const [latest = []] = await batchesAt(context, batches - 1, batches)

  let first = at ?? 0
  if (at === undefined && from > 0) {
    first = Math.max(0, batches - 1)
    for (let batch: readonly Fact[] = latest; first > 0 && (batch[0]?.seq ?? Infinity) > from; first--)
      [batch = []] = await batchesAt(context, first - 1, first)
  }
  const facts: Fact[] = []
  let next = first
  for (let size = 0; next < batches && size < longestPage;) {
    for (const batch of await batchesAt(context, next, Math.min(batches, next + readAtOnce))) {
      if (size >= longestPage) break
      facts.push(...batch.filter(({ seq }) => seq >= from))
      size += JSON.stringify(batch).length
      next++
    }
  }
  const { agent, resumed, error, worker } = head
  const page = { agent, status: statusOf(latest.at(-1), head), facts, ...(error && { error }) }
  return { batches, resumed, reply: { page, ...(worker && { worker }), ...(next < batches && { next }) } }
}

/** Of a page, in one round trip. */
const readAtOnce = 16

/** The commands go out together; the SDK allows one pending `then` at a time. */
async function batchesAt(context: WorkflowSharedContext, first: number, end: number): Promise<readonly Fact[][]> {
  const getting = Array.from({ length: Math.max(0, end - Math.max(0, first)) }, (_, index) =>
    context.get<Fact[]>(batchState(first + index)),
  )
  const found: Fact[][] = []
  for (const batch of getting) found.push((await batch) ?? [])
  return found
}

/** Gives a command to the run, behind those that were given before. */
async function send(context: WorkflowSharedContext, command: Command): Promise<SendReply> {
  let index = 0
  while (!(await offer(context, index, command))) index++
  return await answerTo(context, index, firstWait)
}

const answer = (context: WorkflowSharedContext, { pending }: AnswerRequest): Promise<SendReply> =>
  answerTo(context, pending, maxWait)

async function answerTo(context: WorkflowSharedContext, index: number, limit: number): Promise<SendReply> {
  const place = context.promise<Answer>(promises.answer(index))
  const both = RestatePromise.race([place.get(), context.promise<boolean>(promises.closed).get()])
  const first = await inTime(both, limit)
  if (first === undefined) return { pending: index }
  if (typeof first === 'object') return first
  // Both may be there: the end of the run answers the commands that it has taken.
  return (await place.peek()) ?? { ended: true }
}

/** `undefined` after `limit` milliseconds. */
async function inTime<Value>(promise: RestatePromise<Value>, limit: number): Promise<Value | undefined> {
  return await promise.orTimeout(limit).catch((error: unknown) => {
    if (error instanceof TimeoutError) return undefined
    throw error
  })
}

/** `false`: another command has this place. */
async function offer(context: WorkflowSharedContext, index: number, command: Command): Promise<boolean> {
  const place = context.promise<Command>(promises.command(index))
  if ((await place.peek()) !== undefined) return false
  try {
    await place.resolve(command)
    return true
  } catch (error) {
    if (error instanceof TerminalError && !(error instanceof CancelledError)) return false
    throw error
  }
}
