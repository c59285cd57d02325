// How long a run and the runs inside it have run, without the time in which they only waited for people.
import type { Fact } from '../facts/events.ts'
import { segmentOf } from '../facts/segment.ts'
import { isStageIn } from '../facts/stage-requests.ts'

/** `asked`: a person must decide. */
type Work = 'runs' | 'asked' | 'done'

/** What one run of the tree does, as far as its facts say. */
interface Doing {
  isStreaming: boolean
  hasEnded: boolean
  /** The calls of the open step, and the stages that have started, by path. A run inside this one has the path of its call. */
  readonly work: Map<string, Work>
}

/** A fold over the facts of a run and of those inside it. */
export class RunningTime {
  readonly #root: string
  readonly #runs = new Map<string, Doing>()
  #ms = 0
  #isRunning = false
  #lastAt = 0

  /** `root`: the path of the run whose time counts. */
  constructor(root: string) {
    this.#root = root
  }

  /** Only people are left to act, or nothing runs. */
  get isWaiting(): boolean {
    return !this.#isRunning || this.#waits(this.#root)
  }

  /** Milliseconds. */
  msAt(now: number): number {
    return this.isWaiting ? this.#ms : this.#ms + now - this.#lastAt
  }

  /** Another process goes on with the tree: between a crash and that moment nothing ran. */
  pause(at: number): void {
    this.#isRunning = false
    this.#lastAt = at
  }

  add(fact: Fact): void {
    if (fact.type === 'run.resume' && fact.path === this.#root) this.pause(fact.at)
    this.#ms = this.msAt(fact.at)
    this.#lastAt = fact.at
    const run = this.#runAt(fact.path)
    switch (fact.type) {
      case 'run.start':
      case 'run.resume':
        run.isStreaming = false
        run.hasEnded = false
        if (fact.path === this.#root) this.#isRunning = true
        break
      case 'run.pause':
        if (fact.path === this.#root) this.#isRunning = false
        break
      case 'run.done':
        run.isStreaming = false
        run.hasEnded = true
        if (fact.path === this.#root) this.#isRunning = false
        break
      case 'step.start':
        run.isStreaming = true
        run.work.clear()
        break
      case 'call.sealed':
        run.work.set(keyOf(fact.path, fact.step, fact.call.id), 'runs')
        break
      case 'step.done':
      case 'step.cut':
        run.isStreaming = false
        for (const { id } of fact.message.tool_calls ?? []) {
          const key = keyOf(fact.path, fact.step, id)
          if (!run.work.has(key)) run.work.set(key, 'runs')
        }
        break
      case 'tool.start':
      case 'tool.start.dynamic':
        run.work.set(keyOf(fact.path, fact.step, fact.callId), 'runs')
        break
      case 'tool.done':
      case 'tool.done.dynamic':
        run.work.set(keyOf(fact.path, fact.step, fact.callId), 'done')
        break
      case 'approval.request':
        run.work.set(fact.stage ?? keyOf(fact.path, fact.step, fact.callId), 'asked')
        break
      case 'approval.decision':
        if (fact.stage === undefined) run.work.set(keyOf(fact.path, fact.step, fact.callId), 'runs')
        else run.work.delete(fact.stage)
        break
      case 'stage.start':
        run.work.set(fact.stage, 'runs')
        break
      case 'stage.done':
        run.work.delete(fact.stage)
        break
      case 'stage.cut':
        for (const stage of run.work.keys()) if (isStageIn(stage, fact.stage)) run.work.delete(stage)
        break
      default:
    }
  }

  #runAt(path: string): Doing {
    const known = this.#runs.get(path)
    if (known) return known
    const made: Doing = { isStreaming: false, hasEnded: false, work: new Map() }
    this.#runs.set(path, made)
    return made
  }

  /** Whether the run at a path waits: all that is left of its open step, and at least one call or stage. */
  #waits(path: string): boolean {
    const run = this.#runs.get(path)
    if (!run || run.isStreaming || run.hasEnded) return false
    let some = false
    for (const [key, is] of run.work) {
      if (is === 'done') continue
      if (is === 'runs' && !this.#waits(key)) return false
      some = true
    }
    return some
  }
}

const keyOf = (path: string, step: number, callId: string): string =>
  path === '' ? segmentOf(step, callId) : `${path}/${segmentOf(step, callId)}`
