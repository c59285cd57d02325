// The journal of one run, which outlives its processes: each step or command may be the last thing that a process sees.
import type { ApprovalRequest } from '@toolloop/core'
import type { Command, Entry, Journal, Rejection } from '../index.ts'

type Recorded = { readonly entry: Entry } | { readonly command: Command }

export interface Arrival {
  /** The number of records before it. */
  readonly at: number
  readonly command: Command
}

export class DyingJournal {
  readonly records: Recorded[] = []
  /** By the number of the command. */
  readonly answers: ('accepted' | Rejection | undefined)[] = []
  /** The process dies at the record with this number: a step is then not recorded, a command is not taken. */
  diesAt = Infinity
  /** Every step's work is done twice, as if its first result could not be stored. */
  retriesSteps = false
  readonly #arrivals: Arrival[]
  readonly #decide: (requests: readonly ApprovalRequest[]) => Command

  constructor(decide: (requests: readonly ApprovalRequest[]) => Command, arrivals: readonly Arrival[] = []) {
    this.#decide = decide
    this.#arrivals = [...arrivals]
  }

  /** The commands that were taken, with their answers. */
  get answered(): readonly { readonly command: Command; readonly answer: 'accepted' | Rejection | undefined }[] {
    const commands = this.records.flatMap((one) => ('command' in one ? [one.command] : []))
    return commands.map((command, number) => ({ command, answer: this.answers[number] }))
  }

  process(controller: AbortController): Journal {
    let position = 0
    let working: Promise<Entry> | undefined
    const die = (): never => {
      controller.abort()
      throw new Error('killed')
    }
    const arrived = (): Command | undefined => {
      const index = this.#arrivals.findIndex(({ at }) => at <= this.records.length)
      return index < 0 ? undefined : this.#arrivals.splice(index, 1)[0]!.command
    }
    const replayed = (): Entry | Command | undefined => {
      const known = this.records[position]
      if (!known) return undefined
      position++
      return structuredClone('entry' in known ? known.entry : known.command)
    }
    const take = (command: Command): Command => {
      this.records.push({ command })
      position++
      return this.records.length - 1 === this.diesAt ? die() : structuredClone(command)
    }
    return {
      step: async (_name, work) => {
        const known = replayed()
        if (known) return known
        working ??= this.retriesSteps ? work().then(work) : work()
        working.catch(() => {})
        const command = arrived()
        if (command) return take(command)
        const entry = await working
        working = undefined
        const first = replayed() // another process may have recorded it meanwhile
        if (first) return first
        if (this.records.length === this.diesAt) die()
        this.records.push({ entry: JSON.parse(JSON.stringify(entry)) as Entry })
        position++
        return entry
      },
      command: async (requests) => (replayed() as Command | undefined) ?? take(arrived() ?? this.#decide(requests)),
      answered: (number, rejection) => {
        this.answers[number] = rejection ?? 'accepted'
      },
    }
  }
}
