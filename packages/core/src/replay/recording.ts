// One stretch of a log, from a start or a resume to its end: what it holds, and what of it has come again.
import { difference } from '../facts/difference.ts'
import type { Fact } from '../facts/events.ts'
import { turn } from '../run/in-time.ts'
import { ReplayError } from './error.ts'

/** A recorded fact as a task makes it: the loop stamps it anew. */
export const drafted = (fact: Fact): Fact => ({ ...fact })

/**
 * What of a stretch is still to come, in lanes: what ran side by side may come in another order, but a step, a call and
 * the run each have one. Where nothing more can come, it ends.
 */
export class Recording {
  /** What was new when the stretch began: a question, decisions, messages. */
  readonly start: readonly Fact[]
  /** Somebody decided while the run waited. */
  readonly attended: boolean
  readonly #lanes = new Map<string, Fact[]>()
  /** The end that no agent brings about again: an abort, an error from outside. */
  readonly #tail: Fact | undefined
  /** The log goes on, or ends, behind a process that died, or behind such an end. */
  readonly #breaksOff: boolean
  readonly #controller: AbortController
  #left = 0
  #live = 0
  #stuck = 0
  #moves = 0
  over = false

  constructor(facts: readonly Fact[], controller: AbortController) {
    this.#controller = controller
    const news = facts.findIndex((fact, at) => at > 0 && !isNews(fact))
    this.start = facts.slice(0, news < 0 ? facts.length : news)
    const last = facts.at(-1)!
    const ended = last.type === 'run.done' && (last.outcome.status === 'aborted' || last.outcome.status === 'error')
    this.#tail = ended ? last : undefined
    this.#breaksOff = ended || (last.type !== 'run.done' && last.type !== 'run.pause')
    const rest = facts.slice(this.start.length).filter((fact) => fact !== this.#tail && !isCutByAbort(fact))
    this.attended = rest.some((fact) => fact.type === 'approval.decision')
    for (const fact of rest) {
      const lane = this.#lanes.get(laneOf(fact)) ?? []
      this.#lanes.set(laneOf(fact), lane)
      lane.push(fact)
      this.#left++
    }
    this.#endIfComplete()
  }

  /** The next fact of a lane, where the log has one. */
  next(like: Parameters<typeof laneOf>[0]): Fact | undefined {
    return this.#lanes.get(laneOf(like))?.[0]
  }

  /** A fact of today. @throws ReplayError where the log has another one, or none */
  take(fact: Fact): void {
    if (this.over) return
    this.#moves++
    if (fact.type === 'run.done' && this.#tail) return this.#takeEnd(fact, this.#tail)
    const was = this.#lanes.get(laneOf(fact))?.shift()
    if (!was && this.#breaksOff) return // today it comes further than the process that died
    if (!was) throw new ReplayError(fact, { path: '$', was: undefined, is: plain(fact) })
    const first = this.#first()
    // The run goes another way: what should have come first is where.
    if (first && first.seq < was.seq && laneOf(fact) === 'run')
      throw new ReplayError(first, { path: '$', was: plain(first), is: plain(fact) })
    const found = difference(plain(was), plain(fact))
    if (found) throw new ReplayError(was, found)
    this.#left--
    this.#endIfComplete()
  }

  #takeEnd(fact: Fact, tail: Fact): void {
    const found = difference(plain(tail), plain(fact))
    if (found) throw new ReplayError(tail, found)
    this.over = true
  }

  /** @throws ReplayError for what has not come again */
  checkComplete(): void {
    const missing = this.#first()
    if (missing) throw new ReplayError(missing, { path: '$', was: plain(missing), is: undefined })
  }

  /** What should come next, of all lanes. */
  #first(): Fact | undefined {
    let first: Fact | undefined
    for (const [head] of this.#lanes.values()) if (head && (!first || head.seq < first.seq)) first = head
    return first
  }

  /** A task begins or ends. */
  enter(): void {
    this.#live++
  }

  leave(): void {
    this.#live--
  }

  /** What this task would bring is not in the log: its process died first. When all wait so, the stretch is over. */
  async never(signal: AbortSignal): Promise<void> {
    this.#stuck++
    for (let moves = -1; !signal.aborted && moves !== this.#moves;) {
      moves = this.#moves
      for (let turns = 0; turns < 4; turns++) await turn()
    }
    if (!signal.aborted && this.#stuck >= this.#live) this.#stop()
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  #endIfComplete(): void {
    if (this.#left === 0 && this.#breaksOff) this.#stop()
  }

  #stop(): void {
    this.over = true
    this.#controller.abort('The log ends here.')
  }
}

function laneOf(fact: Pick<Fact, 'type'> & { readonly step?: number; readonly callId?: string }): string {
  if (fact.callId !== undefined) return `call ${fact.step} ${fact.callId}`
  return fact.step === undefined ? 'run' : `step ${fact.step}`
}

const isNews = (fact: Fact): boolean =>
  fact.type === 'approval.decision' || (fact.type === 'message.add' && fact.origin === 'caller')

const isCutByAbort = (fact: Fact): boolean => fact.type === 'step.cut' && fact.reason === 'abort'

/** A fact without what differs from run to run: clocks, ids of the run, and what the agent's fingerprint says. */
function plain(fact: Fact): unknown {
  const {
    seq: _seq,
    at: _at,
    run: _run,
    ms: _ms,
    id: _id,
    idempotencyKey: _key,
    effects: _effects,
    model: _model,
    prefix: _prefix,
    ...rest
  } = fact as Fact & Record<string, unknown>
  return rest
}
