import type { Result } from '@toolloop/core'
import { CallQueue, isStageIn, KeyedQueues, type Level } from '@toolloop/core/machine'
import type { MapNode, Node, StagePolicy } from '../definition/node.ts'
import { StageError } from '../definition/result.ts'
import type { PipelineState } from '../state/pipeline-state.ts'

/** One run of a pipeline in this process: what its tasks need beside the facts. */
export class PipelineRun {
  readonly name: string
  readonly root: Node
  readonly level: Level<PipelineState>
  /** The path of the root: `''`, or that of an item which runs by itself. */
  readonly base: string
  /** The caller's input where it is an iterable, and the iterables that stages made, by path. */
  readonly live: Map<string | undefined, unknown> = new Map()
  readonly readers: Map<string, Reader> = new Map()
  /** The stage that reads an iterable which can be read once. */
  readonly #readBy = new Map<object, string>()
  /** What aborts the stages that run, by path. */
  readonly #controllers = new Map<string, AbortController>()
  readonly #rates = new Map<string, CallQueue>()
  #onIdle: (() => void) | undefined
  /** The results of agents in this process, by path. */
  readonly results: Map<string, Result<unknown>> = new Map()

  constructor(name: string, root: Node, level: Level<PipelineState>, base = '') {
    this.name = name
    this.base = base
    this.root = root
    this.level = level
    // One listener for all stages: adding and removing one for each costs more than the rest of a stage.
    const { signal } = level
    signal.addEventListener('abort', () => {
      for (const controller of this.#controllers.values()) controller.abort(signal.reason)
    })
  }

  /** A signal for one stage: aborted with the run, and by `cut`. */
  open(path: string): AbortSignal {
    const controller = new AbortController()
    this.#controllers.set(path, controller)
    const { signal } = this.level
    if (signal.aborted) controller.abort(signal.reason)
    return controller.signal
  }

  close(path: string): void {
    this.#controllers.delete(path)
    if (this.#controllers.size === 0) this.#onIdle?.()
  }

  /** Aborts what a stage has left running that failed, such as one that took too long. */
  stop(path: string): void {
    this.#controllers.get(path)?.abort(stageHasEnded)
  }

  /** Aborts the stages in a stage, except those in `keep`. */
  cut(path: string, keep?: string): void {
    for (const [one, controller] of this.#controllers)
      if (isStageIn(one, path) && !(keep !== undefined && isStageIn(one, keep))) controller.abort(wasCut)
  }

  /** Aborts what still runs, and waits for it. */
  async finish(): Promise<void> {
    this.cut('')
    if (this.#controllers.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
  }

  /** The queue for the starts of a map's items. */
  rateOf(path: string, { rate }: MapNode): CallQueue {
    const known = this.#rates.get(path) ?? new CallQueue(rate!)
    this.#rates.set(path, known)
    return known
  }

  /** @throws StageError where another stage reads the iterable, or has read it */
  claim(items: object, path: string): void {
    const other = this.#readBy.get(items)
    if (other !== undefined)
      throw new StageError(
        path,
        `Stage \`${other || this.name}\` reads the iterable, which can be read only once. Pass an array, which every stage can read.`,
      )
    this.#readBy.set(items, path)
  }

  async closeReaders(): Promise<void> {
    const readers = [...this.readers.values()]
    this.readers.clear()
    for (const reader of readers) await reader.iterator.return?.().then(undefined, () => {})
  }
}

export interface Reader {
  readonly iterator: AsyncIterator<unknown>
  readonly isSync: boolean
}

/** Why a stage is aborted whose branch has lost or failed. Made once: making an error takes time. */
export const wasCut: Error = new DOMException('Another stage has won or failed.', 'AbortError')
const stageHasEnded = new DOMException('The stage has ended.', 'AbortError')

/** The queues of each stage's limit, shared by all runs of the process. */
const queues = new WeakMap<StagePolicy, KeyedQueues>()

export function queuesOf(policy: StagePolicy): KeyedQueues {
  const known = queues.get(policy) ?? new KeyedQueues(policy.limit!)
  queues.set(policy, known)
  return known
}
