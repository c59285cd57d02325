// The facts of a live run on their way to the engine: what may be recorded together.
import type { Fact } from '@toolloop/core'

export interface Offer {
  readonly facts: Fact[]
  readonly stored: PromiseWithResolvers<void>
}

interface OpenOffer extends Offer {
  size: number
  isDue: boolean
}

/**
 * Facts that report what has happened. What follows them announces itself, as `step.start` or `tool.start`, and waits for
 * its own record. A process that dies before they are recorded leaves the run as if it had died a moment earlier.
 */
const reports: ReadonlySet<Fact['type']> = new Set<Fact['type']>([
  'run.start',
  'run.resume',
  'call.sealed',
  'step.done',
  'tool.done',
  'tool.done.dynamic',
  'message.add',
  'guardrail.done',
  'stage.done',
  'part.done',
])
/** Characters of JSON: what is larger is recorded by itself, because engines bound the size of an entry. */
const maxShared = 1 << 20

/**
 * Collects batches. Each batch that an engine records costs a round trip to its disk, so a report is not recorded at once:
 * the facts of the same turn of the event loop go into the same record. One that nothing follows is recorded after the turn.
 */
export class Offers {
  readonly #onDue: () => void
  #open: OpenOffer | undefined

  /** `onDue`: called when there is something to record. */
  constructor(onDue: () => void) {
    this.#onDue = onDue
  }

  /** Returns a promise where the run must wait for the record. */
  add(facts: readonly Fact[]): void | Promise<void> {
    const size = JSON.stringify(facts).length
    const open = (this.#open ??= this.#begin())
    open.facts.push(...facts)
    open.size += size
    if (open.size < maxShared && facts.every(isReport)) return undefined
    this.#due(open)
    return open.stored.promise
  }

  /** What is to be recorded now. `isLast`: nothing follows. */
  take(isLast: boolean): Offer | undefined {
    const open = this.#open
    if (!open || !(open.isDue || isLast)) return undefined
    this.#open = undefined
    return open
  }

  reject(error: Error): void {
    this.#open?.stored.reject(error)
  }

  #begin(): OpenOffer {
    const stored = Promise.withResolvers<void>()
    stored.promise.catch(() => {}) // reports are not awaited
    const open = { facts: [], stored, size: 0, isDue: false }
    setImmediate(() => this.#due(open))
    return open
  }

  #due(open: OpenOffer): void {
    if (open.isDue) return
    open.isDue = true
    if (open === this.#open) this.#onDue()
  }
}

function isReport(fact: Fact): boolean {
  switch (fact.type) {
    case 'tool.start':
    case 'tool.start.dynamic':
      return fact.effects === 'none' // it may run again
    case 'run.done':
      return fact.path !== '' // The run itself has ended when this is recorded.
    default:
      return reports.has(fact.type)
  }
}
