// One function or agent of a pipeline.
import { type Fact, RunError } from '@toolloop/core'
import {
  agentInside,
  fact,
  failureOf,
  messagesFrom,
  type Release,
  type Source,
  specBehind,
  causeOf,
} from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { AgentNode, FunctionNode } from '../definition/node.ts'
import { StageError } from '../definition/result.ts'
import { tokensOf } from '../definition/path.ts'
import { isWanted, type Task } from '../state/wanted-tasks.ts'
import { Live, type StageFailure } from '../state/node-state.ts'
import { json } from './json.ts'
import { type PipelineRun, queuesOf, wasCut } from './pipeline-run.ts'

type StageTask = Extract<Task, { readonly do: 'stage' }>

/** Ends with one `stage.done`; `stage.wait` where an agent waits for decisions; nothing after an abort. */
export async function* stage(run: PipelineRun, task: StageTask): Source {
  const { node, path } = task
  const { level } = run
  if (node.kind === 'function' && node.policy.effects === 'unsafe' && task.starts > 0 && !task.isDecided)
    return [interrupted(task)]
  const signal = run.open(path)
  let release: Release | undefined
  try {
    let place: Release | undefined
    try {
      place = await placeFor(run, task, signal)
    } catch (error) {
      return [failed(path, error, 0)]
    }
    release = place
    if (!place || signal.aborted || !isWanted(run.root, level.state, tokensOf(path, run.base))) return
    yield [fact({ type: 'stage.start', stage: path, kind: node.kind })]
    if (signal.aborted) return
    const since = level.clock.now()
    const ms = (): number => level.clock.now() - since
    if (node.kind === 'agent') return yield* agentStage(run, task, node, signal, ms)
    return await functionStage(run, task, node, signal, ms)
  } finally {
    release?.()
    run.close(path)
  }
}

/** Waits for the rate of the map. `false`: it was aborted first. */
export async function admitted(
  run: PipelineRun,
  { path, map }: NonNullable<StageTask['admission']>,
  signal: AbortSignal,
): Promise<boolean> {
  const place = await run.rateOf(path, map).place({ clock: run.level.clock, signal })
  place?.()
  return place !== undefined
}

/** Waits for the rate of the map and the limit of the stage. `undefined`: it was aborted first. */
async function placeFor(
  run: PipelineRun,
  { node, input, admission }: StageTask,
  signal: AbortSignal,
): Promise<Release | undefined> {
  const { clock, context } = run.level
  if (admission && !(await admitted(run, admission, signal))) return undefined
  const { limit, key } = node.policy
  if (!limit) return free
  return queuesOf(node.policy).place(key?.(input, context) ?? '', { clock, signal })
}

const free: Release = () => {}

async function functionStage(
  run: PipelineRun,
  { path, input, error }: StageTask,
  node: FunctionNode,
  signal: AbortSignal,
  ms: () => number,
): Promise<Fact[] | undefined> {
  const { level } = run
  const { context } = level
  level.enter()
  try {
    const real = input instanceof Live ? run.live.get(input.from) : input
    const call = {
      context,
      signal,
      path,
      idempotencyKey: `${level.id}/${path}`,
      error: error && errorOf(run, error),
      progress: (data: unknown) => level.emit({ type: 'stage.report', stage: path, data }),
    }
    const value = await inTime(run, node, signal, path, () => node.run(real, call))
    if (node.passes) {
      if (input instanceof Live) run.live.set(path, real)
      return [done(path, input instanceof Live ? { live: true } : withOutput(input), ms())]
    }
    if (node.streams && isIterable(value)) {
      run.live.set(path, value)
      return [done(path, { live: true }, ms())]
    }
    return [done(path, withOutput(json(path, value)), ms())]
  } catch (cause) {
    if (level.signal.aborted || signal.reason === wasCut) return undefined
    run.stop(path)
    return [failed(path, hinted(run, path, cause), ms())]
  } finally {
    level.leave()
  }
}

async function* agentStage(
  run: PipelineRun,
  { path, input }: StageTask,
  { agent, policy }: AgentNode,
  signal: AbortSignal,
  ms: () => number,
): Source {
  const { level } = run
  let messages
  try {
    if (input === undefined) throw new UsageError('It was given nothing to run: an agent takes a text or messages.')
    messages = messagesFrom(input as string)
  } catch (error) {
    return [
      failed(
        path,
        new StageError(path, `The agent \`${agent.name}\` takes a text or messages: ${(error as Error).message}`, {
          cause: error,
        }),
        ms(),
      ),
    ]
  }
  const timer = policy.timeout === undefined ? undefined : timeout(run, policy.timeout, path)
  const both = timer ? AbortSignal.any([signal, timer.signal]) : signal
  try {
    const result = yield* agentInside<unknown>(
      { parent: level, segment: path, signal: both, step: { stage: path } },
      specBehind(agent),
      messages,
    )
    run.results.set(path, result)
    if (level.signal.aborted) return
    if (result.status === 'done' || (result.status === 'budget' && 'output' in result))
      return [done(path, withOutput(json(path, result.output)), ms())]
    if (result.status === 'approval') return [fact({ type: 'stage.wait', stage: path })]
    const cause = timer?.signal.aborted
      ? timer.signal.reason
      : result.status === 'error'
        ? result.error
        : new RunError(result)
    return [failed(path, cause, ms(), { outcome: result.status })]
  } catch (error) {
    return [failed(path, error, ms())]
  } finally {
    timer?.clear()
  }
}

function timeout(
  { level: { clock } }: PipelineRun,
  after: number,
  path: string,
): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController()
  const timer = clock.setTimeout(
    () => controller.abort(new StageError(path, `It did not end within ${after} ms.`, { retryable: true })),
    after,
  )
  return { signal: controller.signal, clear: () => clock.clearTimeout(timer) }
}

/** What the function gives; rejects at an abort and at the timeout, whatever the function does then. */
function inTime(
  run: PipelineRun,
  { policy }: FunctionNode,
  signal: AbortSignal,
  path: string,
  call: () => unknown,
): Promise<unknown> {
  const timer = policy.timeout === undefined ? undefined : timeout(run, policy.timeout, path)
  const signals = timer ? [signal, timer.signal] : [signal]
  const { clock } = run.level
  let waiting: unknown
  return new Promise((resolve, reject) => {
    // An abort of the whole run waits a moment for the result, as for a tool.
    const abort = (): void => {
      const aborted = signals.find((one) => one.aborted)!
      if (!run.level.signal.aborted || aborted !== signal) reject(aborted.reason as Error)
      else waiting ??= clock.setTimeout(() => reject(signal.reason as Error), grace)
    }
    for (const one of signals) one.addEventListener('abort', abort, { once: true })
    const end = (): void => {
      timer?.clear()
      if (waiting !== undefined) clock.clearTimeout(waiting)
      for (const one of signals) one.removeEventListener('abort', abort)
    }
    new Promise((value) => value(call())).finally(end).then(resolve, reject)
  })
}

const grace = 600

type Ended = Omit<Extract<Fact, { type: 'stage.done' }>, 'type' | 'stage' | 'ms' | 'ok' | 'seq' | 'at' | 'run' | 'path'>

const done = (path: string, ended: Ended, ms: number): Fact =>
  fact({ type: 'stage.done', stage: path, ok: true, ...ended, ms })

export const failed = (path: string, cause: unknown, ms: number, ended: Ended = {}): Fact =>
  fact({ type: 'stage.done', stage: path, ok: false, error: failureOf(cause), ...ended, ms })

const withOutput = (output: unknown): Ended => (output === undefined ? {} : { output })

const isIterable = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  (Symbol.asyncIterator in value || Symbol.iterator in value)

function interrupted({ path, input, starts }: StageTask): Fact {
  const name = tokensOf(path).at(-1) ?? path
  return fact({
    type: 'approval.request',
    step: 0,
    callId: path,
    name,
    arguments: JSON.stringify(input ?? null),
    id: `interrupted:${path}:${starts}`,
    kind: 'interrupted',
    stage: path,
  })
}

/** A function that reads a context nobody passed throws about `undefined`: the remedy is at `run`. */
function hinted({ level, name }: PipelineRun, path: string, cause: unknown): unknown {
  if (level.context !== undefined || !(cause instanceof TypeError) || !cause.message.includes('undefined')) return cause
  return new UsageError(
    `${cause.message}. The run of \`${name}\` was given no \`context\`; if stage \`${path}\` reads it, pass it: run(input, { context }).`,
    { cause },
  )
}

/** The error of a failed stage: names its path, and carries what was thrown and the agent's result. */
export function errorOf(run: PipelineRun, { path, error }: StageFailure): StageError {
  const cause = causeOf(error)
  return new StageError(path, `Stage \`${path || run.name}\` failed: ${error.message}`, {
    cause,
    result: run.results.get(path),
    retryable: error.retryable !== false,
  })
}
