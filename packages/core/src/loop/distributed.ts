// A part of the run that another process runs: its facts are copied into this log.
import { UsageError } from '@toolloop/wire'
import type { Decision, Fact, FactOf } from '../facts/events.ts'
import { fact } from '../facts/events.ts'
import type { Outcome } from '../facts/outcome.ts'
import { type Part, type PartMark, type PartStep, recordedElsewhere } from '../facts/part.ts'
import { isOfPart } from '../facts/part-facts.ts'
import type { Distributor } from '../run/distributor.ts'
import { graceOf } from '../run/in-time.ts'
import type { Level } from '../run/level.ts'
import type { Batch } from '../run/scope.ts'
import { reasonOf } from './ending.ts'
import { SpentShare } from './spent-share.ts'

/** Which part, and where it belongs. */
export interface PartPlace {
  readonly parent: Level
  readonly mark: PartMark
  /** Where the definition of the root has it. */
  readonly at: readonly PartStep[]
  readonly input: unknown
  /** Its share of what the budgets have left is one of so many. */
  readonly places: () => number
  /** Aborts the part. */
  readonly signal: AbortSignal
  /** Called when facts were logged: the status, where nothing of the part is awaited any more. */
  readonly isOver?: (() => Outcome['status'] | undefined) | undefined
}

/**
 * How a part left its parent. `here`: its share of the budget is spent, and it goes on in this process, from its facts and
 * with what the whole budget has left. `undefined`: it was aborted, and has not reported its end in time.
 */
export type PartEnd = Outcome['status'] | 'paused' | 'here' | undefined

/**
 * Runs a part elsewhere: `const end = yield* distributed(place, distributor)`. Its batches are its facts, as an inner run's.
 * In another process it goes on behind the facts that the log has. The parent has entered, and is left while a batch is
 * handed up.
 * @throws errors of the distributor
 */
export async function* distributed(place: PartPlace, distributor: Distributor): AsyncGenerator<Batch, PartEnd, void> {
  const { parent, mark, at, input, places, signal } = place
  const { start, facts: past } = parent.tree.partIn(mark)
  const budget = start ? start.budget : parent.budget?.share(mark.part, places())
  const leave = parent.budget?.enter(mark.part)
  try {
    if (!start) yield* handedUp(parent, [fact({ type: 'part.start', ...mark, ...(budget && { budget }) })])
    if (signal.aborted && !start) return undefined
    const part: Part = { run: parent.tree.id, path: mark.part, at, input, ...(budget && { budget }) }
    return yield* arriving(place, part, past, distributor)
  } finally {
    leave?.()
  }
}

/** The facts of the part behind those that the log has. */
async function* arriving(
  { parent, mark, signal, isOver }: PartPlace,
  part: Part,
  past: readonly Fact[],
  distributor: Distributor,
): AsyncGenerator<Batch, PartEnd, void> {
  const source = new PartFacts(parent, part, distributor, signal)
  const decisions = new Map(past.filter(isDecision).map((one) => [one.id ?? one.callId, one]))
  let known = past.filter((one) => !isDecision(one)).length
  const spent = new SpentShare(part)
  const copied: Fact[] = []
  try {
    for (;;) {
      const batch = await source.next()
      if (!batch) return undefined
      for (const one of batch) if (isDecision(one)) decisions.delete(one.id ?? one.callId)
      const own = batch.filter((one) => isOfPart(one, mark) && !isDecision(one))
      const fresh = spent.without(own.slice(known).map((one) => ({ ...one, seq: recordedElsewhere })))
      if (part.budget) copied.push(...fresh)
      known = Math.max(0, known - own.length)
      const end = endIn(batch, mark)
      if (end?.type === 'run.pause' && decisions.size > 0) {
        if (fresh.length > 0) yield* handedUp(parent, fresh)
        await source.decide(given([...decisions.values()]))
        continue
      }
      if (end) {
        source.close()
        if (end.type === 'run.done' && spent.isEnd) {
          yield* handedUp(parent, [...fresh, fact({ type: 'part.done', ...mark, status: 'budget', goesOn: true })])
          parent.tree.takeBack(mark, copied)
          return 'here'
        }
        const status = end.type === 'run.done' ? end.outcome.status : 'paused'
        yield* handedUp(parent, [...fresh, ...spent.held, endOf(mark, status)])
        return status
      }
      if (fresh.length > 0) yield* handedUp(parent, fresh)
      const status = isOver?.()
      if (!status) continue
      source.close()
      yield* handedUp(parent, [endOf(mark, status)])
      return status
    }
  } finally {
    source.close()
  }
}

/** The parent's abort does not wait while a batch is handed up: then it is the parent's turn. */
export function* handedUp(parent: Level, batch: Batch): Generator<Batch, void, void> {
  parent.leave()
  try {
    yield batch
  } finally {
    parent.enter()
  }
}

type DecisionFact = FactOf<'approval.decision'>

const isDecision = (one: Fact): one is DecisionFact => one.type === 'approval.decision'

type EndFact = FactOf<'run.done' | 'run.pause'>

/** The end or pause of the part's root, whose facts are not copied; of a call also the end of its agent: nothing follows. */
function endIn(batch: readonly Fact[], { part, of }: PartMark): EndFact | undefined {
  const last = batch.at(-1)
  if (last?.path === '' && (last.type === 'run.done' || last.type === 'run.pause')) return last
  const own = batch.find((one): one is EndFact => of === 'call' && one.type === 'run.done' && one.path === part)
  return own && own.type === 'run.done' ? own : undefined
}

const endOf = (mark: PartMark, status: Outcome['status'] | 'paused'): Fact =>
  fact(status === 'paused' ? { type: 'part.pause', ...mark } : { type: 'part.done', ...mark, status })

/** Decisions as a caller gives them. */
const given = (decisions: readonly DecisionFact[]): Record<string, Decision> =>
  Object.fromEntries(decisions.map(({ id, callId, decision }) => [id ?? callId, decision]))

/** The facts of a part as they arrive. After an abort, which it forwards, it waits for the part's end as for a tool. */
class PartFacts {
  readonly #part: Part
  readonly #distributor: Distributor
  readonly #facts: AsyncIterator<readonly Fact[]>
  readonly #signal: AbortSignal
  readonly #stop = new AbortController()
  readonly #late: Promise<undefined>
  readonly #onAbort: () => void

  constructor(level: Level, part: Part, distributor: Distributor, signal: AbortSignal) {
    this.#part = part
    this.#distributor = distributor
    this.#signal = signal
    this.#facts = distributor.facts(part, this.#stop.signal)[Symbol.asyncIterator]()
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#late = promise
    this.#onAbort = () => {
      distributor.send(part, { type: 'abort', reason: reasonOf(signal) }).catch(() => {}) // it may have ended
      const timer = level.clock.setTimeout(() => resolve(undefined), Math.max(0, graceOf(level) - 50))
      this.#stop.signal.addEventListener('abort', () => level.clock.clearTimeout(timer))
    }
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** `undefined`: it was aborted, and its end is late. @throws the distributor's error; where the facts end without an end */
  async next(): Promise<readonly Fact[] | undefined> {
    try {
      const next = await Promise.race([this.#facts.next(), this.#late])
      if (!next) return undefined
      if (!next.done) return next.value
    } catch (error) {
      if (this.#signal.aborted) return undefined
      throw error
    }
    throw new UsageError(`The part \`${this.#part.path}\` has no end: its engine gave no more facts.`)
  }

  async decide(decisions: Readonly<Record<string, Decision>>): Promise<void> {
    await Promise.race([this.#distributor.send(this.#part, { type: 'decide', decisions }), this.#late])
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#stop.abort()
    void this.#facts.return?.()?.catch(() => {})
  }
}
