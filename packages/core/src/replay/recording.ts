// One stretch of a log, from a start or resume to the next, and how much of it the replay has reproduced.
import { difference } from '../facts/difference.ts'
import type { Fact, FactOf } from '../facts/events.ts'
import { turn } from '../run/in-time.ts'
import type { CheckAbout } from '../run/run.ts'
import { ReplayError } from './error.ts'

/** A mutable copy of a recorded fact, for the loop to stamp. */
export const drafted = (fact: Fact): Fact => ({ ...fact })

/**
 * The facts that the replay has not reproduced yet, in lanes. Tasks that ran in parallel may come in another order, but the
 * facts of one step, one call, or the run itself keep theirs. When nothing more can come, the stretch ends.
 */
export class Recording {
  /** The first batch of the stretch: the input, decisions, messages. */
  readonly start: readonly Fact[]
  /** A decision was made while the run waited. */
  readonly attended: boolean
  readonly #lanes = new Map<string, Fact[]>()
  /** An end that a replay cannot reproduce: an abort, an error, or a spent budget. */
  readonly #tail: Fact | undefined
  /** The stretch ends with such an end, or its process died. */
  readonly #breaksOff: boolean
  readonly #controller: AbortController
  #left = 0
  #live = 0
  #stuck = 0
  #moves = 0
  hasEnded = false

  constructor(facts: readonly Fact[], controller: AbortController) {
    this.#controller = controller
    const news = facts.findIndex((fact, at) => at > 0 && !isNews(fact))
    this.start = facts.slice(0, news < 0 ? facts.length : news)
    const last = facts.at(-1)!
    const ended = last.type === 'run.done' && fromOutside.has(last.outcome.status)
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

  /** The next fact of the lane, if there is one. */
  next(like: Placed): Fact | undefined {
    return this.#lanes.get(laneOf(like))?.[0]
  }

  /** The answers of guardrails at the head of the lane. */
  checks(like: Placed): Fact[] {
    const lane = this.#lanes.get(laneOf(like)) ?? []
    const end = lane.findIndex((one) => one.type !== 'guardrail.done')
    return end < 0 ? [...lane] : lane.slice(0, end)
  }

  /** The first fact of the lane that is no answer of a guardrail. */
  behindChecks(like: Placed): Fact | undefined {
    return this.#lanes.get(laneOf(like))?.find((one) => one.type !== 'guardrail.done')
  }

  /** What a guardrail answered; `undefined` when the log ends before it. */
  async check(about: CheckAbout, signal: AbortSignal): Promise<FactOf<'guardrail.done'> | undefined> {
    const lane = this.#lanes.get(laneOf({ type: 'guardrail.done', ...about })) ?? []
    const found = lane.find(
      (one): one is FactOf<'guardrail.done'> =>
        one.type === 'guardrail.done' && one.guardrail === about.guardrail && one.on === about.on,
    )
    if (!found) await this.stall(signal)
    else if (found.verdict === 'trip') await this.#before(found)
    return found
  }

  /** The messages that the log has directly behind these facts: sent while the run went on, or added for a spent budget. */
  lettersAfter(facts: readonly Fact[]): Fact[] {
    const taken = new Map<string, number>()
    for (const one of facts) taken.set(laneOf(one), (taken.get(laneOf(one)) ?? 0) + 1)
    const letters: Fact[] = []
    const own = this.#lanes.get('run') ?? []
    for (const letter of own.slice(taken.get('run') ?? 0)) {
      if (!isLetter(letter)) break
      const isDue = [...this.#lanes].every(([lane, rest]) => {
        const before = rest.filter(({ seq }) => seq < letter.seq).length
        return before <= (taken.get(lane) ?? 0) + (lane === 'run' ? letters.length : 0)
      })
      if (!isDue) break
      letters.push(letter)
    }
    return letters
  }

  /** Compares a reproduced fact. @throws ReplayError when the log has another one, or none */
  take(fact: Fact): void {
    if (this.hasEnded) return
    this.#moves++
    if (fact.type === 'run.done' && this.#tail) return this.#takeEnd(fact, this.#tail)
    const was = this.#lanes.get(laneOf(fact))?.shift()
    if (!was && this.#breaksOff) return // the replay gets further than the process that died
    if (!was) throw new ReplayError(fact, { path: '$', was: undefined, is: plain(fact) })
    const first = this.#first()
    // The run takes another way: the fact that should have come first shows where.
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
    this.hasEnded = true
  }

  /** @throws ReplayError for a fact that was not reproduced */
  checkComplete(): void {
    const missing = this.#first()
    if (missing) throw new ReplayError(missing, { path: '$', was: plain(missing), is: undefined })
  }

  /** The earliest remaining fact of all lanes. */
  #first(): Fact | undefined {
    let first: Fact | undefined
    for (const [head] of this.#lanes.values()) if (head && (!first || head.seq < first.seq)) first = head
    return first
  }

  /** Counts a task that begins. */
  enter(): void {
    this.#live++
  }

  leave(): void {
    this.#live--
  }

  /** The next fact of this task is not in the log: its process died first. When all tasks stall, the stretch ends. */
  async stall(signal: AbortSignal): Promise<void> {
    this.#stuck++
    for (let moves = -1; !signal.aborted && moves !== this.#moves;) {
      moves = this.#moves
      for (let turns = 0; turns < 4; turns++) await turn()
    }
    if (!signal.aborted && this.#stuck >= this.#live) this.#stop()
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  /** What other tasks had done before this fact comes first; a trip would end them. */
  async #before(fact: Fact): Promise<void> {
    const others = (): boolean =>
      [...this.#lanes].some(([lane, [head]]) => lane !== laneOf(fact) && head !== undefined && head.seq < fact.seq)
    for (let moves = -1; others() && moves !== this.#moves;) {
      moves = this.#moves
      for (let turns = 0; turns < 4; turns++) await turn()
    }
  }

  #endIfComplete(): void {
    if (this.#left === 0 && this.#breaksOff) this.#stop()
  }

  #stop(): void {
    this.hasEnded = true
    this.#controller.abort('The log ends here.')
  }
}

/** Ends that a replay does not reproduce. */
const fromOutside: ReadonlySet<string> = new Set(['aborted', 'error', 'budget', 'tripped'])

function laneOf(fact: Placed): string {
  if (fact.callId !== undefined) return `call ${fact.step} ${fact.callId}`
  if (fact.guardrail !== undefined) return `guard ${fact.on} ${fact.guardrail} ${fact.step} ${String(fact.inputs)}`
  return fact.step === undefined ? 'run' : `step ${fact.step}`
}

type Placed = Pick<Fact, 'type'> & Partial<Omit<CheckAbout, 'inputs'>> & { readonly inputs?: unknown }

const isNews = (fact: Fact): boolean =>
  fact.type === 'approval.decision' || (fact.type === 'message.add' && fact.origin === 'caller')

const isLetter = (fact: Fact): boolean =>
  fact.type === 'message.add' && (fact.origin === 'steer' || fact.origin === 'followUp' || fact.origin === 'budget')

const isCutByAbort = (fact: Fact): boolean => fact.type === 'step.cut' && fact.reason === 'abort'

/** A fact without the fields that may differ: times, ids of the run, the model, the prefix, fingerprints, and `effects`, which old logs lack. */
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
    reserved: _reserved,
    spent: _spent,
    ...rest
  } = fact as Fact & Record<string, unknown>
  return fact.type === 'handoff' ? { ...rest, agent: fact.agent.name } : rest
}
