// A pipeline as an opening of the one loop.
import type { Fact, FactOf, RunEvent, RunOptions } from '@toolloop/core'
import { checkLog, fact, fingerprintOf, type Opening, specBehind } from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import type { AgentNode, Node } from '../definition/node.ts'
import type { PipelineBudget } from '../definition/pipeline.ts'
import type { PipelineResult } from '../definition/result.ts'
import { shapeOf } from '../definition/shape.ts'
import { applyOf, hasFailed, initialState, type PipelineState } from '../state/pipeline-state.ts'
import { decide, type Task } from '../state/wanted-tasks.ts'
import { reopened } from '../state/reopening.ts'
import { decisionsOf } from './decisions.ts'
import { jsonInput } from './json.ts'
import { perform } from './tasks.ts'
import { PipelineRun } from './pipeline-run.ts'
import { progressOf } from './progress.ts'
import { resultOf, visit } from './report.ts'

/** Opens a run of a pipeline. `input` is the caller's. `base`: the path of the root, for an item that runs by itself. */
export function opening<Output>(
  name: string,
  root: Node,
  input: unknown,
  options: RunOptions,
  budget?: PipelineBudget,
  base = '',
): Opening<PipelineState, Task, PipelineResult<Output>> {
  const fold = { initial: initialState, apply: applyOf(root, base) }
  const mark = { name, fingerprint: fingerprintOf(shapeOf(root)) }
  return {
    fold,
    budget: budget && Object.freeze({ ...budget }),
    begin: async (past, state) => {
      const first = checkLog(mark, past, options)
      if (first && !first.pipeline) throw new UsageError(`The log is of an agent named \`${name}\`, not of a pipeline.`)
      if (!first)
        return [
          fact({
            type: 'run.start',
            version: 1,
            agent: mark,
            input: [],
            pipeline: isIterable(input) ? {} : { input: jsonInput(input) },
          }),
        ]
      checkResumed(first.pipeline!, state, input, options)
      const batch: RunEvent[] = [fact({ type: 'run.resume', agent: mark })]
      const last = past.findLast(
        (one): one is FactOf<'run.start' | 'run.resume'> =>
          one.path === '' && (one.type === 'run.start' || one.type === 'run.resume'),
      )
      const before = last?.agent.fingerprint ?? mark.fingerprint
      if (before !== mark.fingerprint)
        batch.push({ type: 'resume.drift', run: first.run, path: '', was: before, is: mark.fingerprint })
      batch.push(...failedAgents(root, state, base))
      batch.push(...(await decisionsOf(root, past, state, options.decisions ?? {}, base)))
      return batch
    },
    on: (level) => {
      const run = new PipelineRun(name, root, level, base)
      const mode = { base, attended: level.desk !== undefined, distributes: level.distributor !== undefined }
      if (isIterable(input)) run.live.set(undefined, input)
      let shown = level.state.root
      return {
        machine: {
          ...fold,
          decide: (state) => decide(root, state, mode),
          perform: (task) => perform(run, task),
          isEager: (task) => task.do === 'stage' || task.do === 'part',
          applied: (state) => {
            if (!level.watched) return
            progressOf(root, shown, state.root, state.input, base, (progress) => level.emit(progress))
            shown = state.root
          },
        },
        result: () => resultOf<Output>(run),
        onEnd: () => void run.closeReaders(),
      }
    },
  }
}

const isIterable = (input: unknown): boolean =>
  typeof input === 'object' &&
  input !== null &&
  !Array.isArray(input) &&
  (Symbol.asyncIterator in input || Symbol.iterator in input)

/** @throws UsageError where the input is another one than the log's, or the iterable is missing */
function checkResumed(
  start: { readonly input?: unknown },
  state: PipelineState,
  input: unknown,
  { from }: RunOptions,
): void {
  const wasIterable = !('input' in start)
  if (state.outcome && !from)
    throw new UsageError(
      `The log holds a run that ended as \`${state.outcome.status}\`: pass it as \`from\` to resume it, or pass an empty log.`,
    )
  if (wasIterable && !isIterable(input) && state.root.status !== 'done')
    throw new UsageError(
      'The run began with an iterable, which the log does not hold: pass it to `run` again, from its first item.',
    )
  if (wasIterable || input === undefined) return
  if (isIterable(input) || fingerprintOf(jsonInput(input)) !== fingerprintOf(start.input))
    throw new UsageError(
      'The log holds a run of another input. Leave the input out to resume it, or pass an empty log.',
    )
}

/** Agents whose run failed go on, with new retries, when the pipeline is resumed after an error or a spent budget. */
function failedAgents(root: Node, state: PipelineState, base: string): Fact[] {
  if (!hasFailed(state.outcome)) return []
  const facts: Fact[] = []
  const stayFailed = new Set<string>()
  visit(root, reopened(root, state.root), base, (_node, { status }, path) => {
    if (status === 'failed') stayFailed.add(path)
  })
  visit(root, state.root, base, (node, one, path) => {
    if (node.kind === 'agent' && one.status === 'failed' && one.startedAt !== undefined && !stayFailed.has(path))
      facts.push(resumedAt(node, path))
  })
  return facts
}

function resumedAt({ agent }: AgentNode, path: string): Fact {
  const { name, fingerprint } = specBehind(agent)
  return { ...fact({ type: 'run.resume', agent: { name, fingerprint } }), path }
}
