// The facts of a live run on their way to the engine: what may be recorded together.
import type { Fact } from '@toolloop/core'

export interface Offer {
  readonly facts: Fact[]
  readonly stored: PromiseWithResolvers<void>
}

interface OpenOffer extends Offer {
  /** Characters of JSON, of each fact. */
  readonly sizes: number[]
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
/** Characters of JSON. A larger fact is recorded by itself, because engines bound the size of an entry. */
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
    const open = (this.#open ??= this.#begin())
    for (const fact of facts) {
      const { length } = JSON.stringify(fact)
      open.facts.push(fact)
      open.sizes.push(length)
      open.size += length
    }
    if (open.size < maxShared && facts.every(isReport)) return undefined
    this.#due(open)
    return open.stored.promise
  }

  /** What is to be recorded now. `isLast`: nothing follows. Of more than a record holds, the first facts. */
  take(isLast: boolean): Offer | undefined {
    const open = this.#open
    if (!open || !(open.isDue || isLast)) return undefined
    if (open.size > maxShared && open.facts.length > 1) return firstOf(open)
    this.#open = undefined
    return open
  }

  reject(error: Error): void {
    this.#open?.stored.reject(error)
  }

  #begin(): OpenOffer {
    const open: OpenOffer = { facts: [], sizes: [], stored: storing(), size: 0, isDue: false }
    setImmediate(() => this.#due(open))
    return open
  }

  #due(open: OpenOffer): void {
    if (open.isDue) return
    open.isDue = true
    if (open === this.#open) this.#onDue()
  }
}

/** Takes as many facts as a record holds, at least one. The others stay for the next record. */
function firstOf(open: OpenOffer): Offer {
  let count = 0
  let size = 0
  do size += open.sizes[count++]!
  while (count < open.facts.length - 1 && size + open.sizes[count]! <= maxShared)
  open.sizes.splice(0, count)
  open.size -= size
  open.isDue = true
  return { facts: open.facts.splice(0, count), stored: storing() }
}

function storing(): PromiseWithResolvers<void> {
  const stored = Promise.withResolvers<void>()
  stored.promise.catch(() => {}) // reports are not awaited
  return stored
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
