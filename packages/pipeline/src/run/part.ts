// An item of a map that another process runs.
import { distributed, type PartEnd, type Source } from '@toolloop/core/machine'
import { tokensOf } from '../definition/path.ts'
import { StageError } from '../definition/result.ts'
import { isWanted, stateAt, type Task } from '../state/wanted-tasks.ts'
import type { PipelineRun } from './pipeline-run.ts'
import { admitted, failed } from './stage.ts'

type PartTask = Extract<Task, { readonly do: 'part' }>

/** Ends without a fact of its own: the facts of the part record what the item came to, that it waits, or that it goes on here. */
export async function* part(run: PipelineRun, { path, input, admission, places }: PartTask): Source {
  const { level, root, base } = run
  const tokens = tokensOf(path, base)
  const signal = run.open(path)
  const mark = { part: path, of: 'item' } as const
  const isOver = (): 'done' | 'error' | undefined => {
    const { status } = stateAt(level.state.root, tokens)
    return status === 'done' ? status : status === 'failed' ? 'error' : undefined
  }
  let end: PartEnd
  try {
    if (admission && !(await admitted(run, admission, signal))) return
    if (signal.aborted || !isWanted(root, level.state, tokens)) return
    level.enter()
    try {
      end = yield* distributed(
        { parent: level, mark, at: [{ stage: path }], input, places: () => places, signal, isOver },
        level.tree.distributor!,
      )
    } finally {
      level.leave()
    }
    if (signal.aborted || end === 'paused' || end === 'here' || isOver() || !isWanted(root, level.state, tokens)) return
    throw new StageError(path, `The item's own run ended as \`${end}\`, without a result.`, { retryable: true })
  } catch (error) {
    return signal.aborted ? undefined : [failed(path, error, 0)]
  } finally {
    run.close(path)
  }
}
