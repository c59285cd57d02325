import type { Fact, Failure, Outcome } from '@toolloop/core'
import { type Desk, fact, failureOf, fingerprintOf, type Source } from '@toolloop/core/machine'
import { showOption, sleep, UsageError } from '@toolloop/wire'
import { isDelay, maxDelay } from '../definition/delay.ts'
import { tokensOf } from '../definition/path.ts'
import type { Task } from '../state/wanted-tasks.ts'
import { itemInput } from '../state/children.ts'
import type { Live, NodeState, StageFailure } from '../state/node-state.ts'
import { spentBy, spentIn } from './budget.ts'
import { askedBy, decidedBy } from './decisions.ts'
import type { PipelineRun, Reader } from './pipeline-run.ts'
import { json } from './json.ts'
import { part } from './part.ts'
import { errorOf, failed, stage } from './stage.ts'
import { StageError } from '../definition/result.ts'

/** The events of a task. They end with exactly one closing fact. */
export function perform(run: PipelineRun, task: Task): Source {
  switch (task.do) {
    case 'stage':
      return stage(run, task)
    case 'part':
      return part(run, task)
    case 'read':
      return one(run, task.path, () => read(run, task))
    case 'again':
      return one(run, task.path, () => again(run, task))
    case 'next':
      return one(run, task.path, () => next(task))
    case 'check':
      return one(run, task.path, () => check(run, task))
    case 'decide':
      return one(run, task.path, () => decided(run, task.path, task.state))
    case 'cut':
      return one(run, task.path, () => {
        run.cut(task.path, task.keep)
        return fact({ type: 'stage.cut', stage: task.path })
      })
    case 'pause':
      return one(run, '', () => fact({ type: 'run.pause', callIds: [] }))
    case 'finish':
      return one(run, '', () => finish(run, task.root))
  }
}

/** A task with one fact. What a user's function throws fails the stage. */
// oxlint-disable-next-line require-yield -- its only batch is its last
async function* one(run: PipelineRun, path: string, make: () => Fact | undefined | Promise<Fact | undefined>): Source {
  try {
    const made = await make()
    return made && !run.level.signal.aborted ? [made] : undefined
  } catch (error) {
    return run.level.signal.aborted ? undefined : [failed(path, error, 0)]
  }
}

/** Reads the next items of an iterable: as many as there are places, one where it is asynchronous. */
async function read(
  run: PipelineRun,
  { path, from, index, count, state }: Extract<Task, { do: 'read' }>,
): Promise<Fact> {
  const reader = run.readers.get(path) ?? (await open(run, path, from, index, state))
  const inputs: unknown[] = []
  while (inputs.length < (reader.isSync ? Math.min(count, 1024) : 1)) {
    const { done, value } = await reader.iterator.next()
    if (done) {
      run.readers.delete(path)
      return fact({ type: 'stage.items', stage: path, index, inputs, end: true })
    }
    inputs.push(json(path, value) ?? null)
  }
  return fact({ type: 'stage.items', stage: path, index, inputs })
}

/** Opens an iterable, and skips the items that the log holds. @throws StageError where they are others */
async function open(run: PipelineRun, path: string, from: Live, skip: number, state: NodeState): Promise<Reader> {
  const reader = readerOf(run, path, run.live.get(from.from))
  run.readers.set(path, reader)
  for (let index = 0; index < skip; index++) {
    const { done, value } = await reader.iterator.next()
    const was = fingerprintOf(itemInput(state, from, index))
    if (done || fingerprintOf(json(path, value) ?? null) !== was)
      throw new StageError(
        path,
        `The iterable gave another item ${index} than before the resume: it must give the same items in the same order.`,
      )
  }
  return reader
}

function readerOf(run: PipelineRun, path: string, items: unknown): Reader {
  if (typeof items === 'object' && items !== null) {
    if (Symbol.asyncIterator in items) {
      run.claim(items, path)
      return { iterator: (items as AsyncIterable<unknown>)[Symbol.asyncIterator](), isSync: false }
    }
    if (Symbol.iterator in items) {
      const iterator = (items as Iterable<unknown>)[Symbol.iterator]()
      // A `Set` gives all its items to each reader. A generator is its own iterator: two readers would share its items.
      if (Object.is(iterator, items)) run.claim(items, path)
      return { iterator: asynchronous(iterator), isSync: true }
    }
  }
  throw new StageError(path, 'The iterable is gone: pass it to `run` again when you resume.')
}

const asynchronous = (items: Iterator<unknown>): AsyncIterator<unknown> => ({
  next: () => Promise.resolve(items.next()),
  return: () => Promise.resolve(items.return?.() ?? { done: true, value: undefined }),
})

async function again(
  run: PipelineRun,
  { node, path, round, failure }: Extract<Task, { do: 'again' }>,
): Promise<Fact | undefined> {
  const { level } = run
  const error = errorOf(run, failure)
  if (spentBy(run, failure) || !(await node.when(error)))
    return fact({ type: 'stage.answer', stage: path, round, value: false })
  const delay = node.backoff(round + 1, error)
  if (!isDelay(delay))
    throw new UsageError(
      `The \`backoff\` of \`retry\` gave ${showOption(delay)}; it must be milliseconds from 0 to ${maxDelay}.`,
    )
  level.emit({ type: 'stage.retry', stage: path, attempt: round + 1, delay, error })
  const signal = run.open(path)
  try {
    await sleep(level.clock, delay, signal)
  } catch {
    return undefined // aborted, or its branch has lost
  } finally {
    run.close(path)
  }
  return fact({ type: 'stage.answer', stage: path, round, value: true })
}

async function next({ node, path, input, round, both }: Extract<Task, { do: 'next' }>): Promise<Fact> {
  const { output, verdict } = both as { readonly output: unknown; readonly verdict: unknown }
  const value = json(path, await node.next({ input, output, verdict, round }))
  return fact({ type: 'stage.answer', stage: path, round, ...(value !== undefined && { value }) })
}

async function check({ level }: PipelineRun, { node, path, input }: Extract<Task, { do: 'check' }>): Promise<Fact> {
  if (!(await node.check(input, { context: level.context })))
    return fact({ type: 'stage.answer', stage: path, value: true })
  const id = `${path}:${fingerprintOf(input ?? null)}`
  return fact({
    type: 'approval.request',
    step: 0,
    callId: path,
    name: tokensOf(path).at(-1) ?? node.stage.token,
    arguments: JSON.stringify(input ?? null),
    id,
    kind: 'approval',
    stage: path,
  })
}

/** Waits for a decision while the run goes on. */
async function decided({ level }: PipelineRun, path: string, { request }: NodeState): Promise<Fact | undefined> {
  if (!request) return undefined
  const { id, callId } = request
  const served = { path: '', agent: decidedBy(request), signal: level.signal } as unknown as Parameters<Desk['wait']>[0]
  const decision = await level.desk!.wait(served, askedBy(request))
  return decision && fact({ type: 'approval.decision', step: 0, callId, id, decision, stage: path })
}

async function finish(run: PipelineRun, state: NodeState): Promise<Fact> {
  await run.finish()
  const { status, output, failures = [] } = state
  const spent = spentIn(run, state)
  const outcome: Outcome =
    status === 'done'
      ? { status: 'done', text: JSON.stringify(output) ?? '' }
      : spent
        ? { status: 'budget', ...spent }
        : { status: 'error', error: failureOf(together(run, failures)) }
  return fact({ type: 'run.done', outcome })
}

/** The error of the first failure, which names the others. */
export function together(run: PipelineRun, failures: readonly StageFailure[]): StageError {
  const first = errorOf(run, failures[0] ?? { path: '', error: unknown })
  const others = failures.slice(1).map(({ path, error }) => `\`${path}\` (${excerpt(error.message)})`)
  if (others.length === 0) return first
  const more = others.length > 5 ? `${others.slice(0, 5).join(', ')} and ${others.length - 5} more` : others.join(', ')
  return new StageError(first.path, `${sentence(first.message)} Also failed: ${more}.`, {
    cause: first.cause,
    result: first.result,
    retryable: first.retryable,
  })
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
const excerpt = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text)
const unknown: Failure = { name: 'Error', message: 'unknown' }
