// The facts of a run, read from the steps that DBOS has recorded.
import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import type { Fact } from '@toolloop/core'
import type { Command, Entry } from '@toolloop/engine'

interface Position {
  /** How many steps of the workflow were read. */
  readonly steps: number
  readonly facts: number
  /** The type of the last fact of the run itself. */
  readonly last: Fact['type'] | undefined
}

const begin: Position = { steps: 0, facts: 0, last: undefined }
const pageSize = 200
const mostPositions = 1000
const keyOf = (runId: string, facts: number): string => `${facts} ${runId}`

/** Remembers how far runs were read, by whichever readers, so that the next read of each fetches new steps only. */
export class RecordedFacts {
  readonly #dbos: Promise<DBOSClient>
  readonly #positions = new Map<string, Position>()

  constructor(dbos: Promise<DBOSClient>) {
    this.#dbos = dbos
  }

  /** The facts from number `from` on, and the type of the last fact of all. */
  async read(
    runId: string,
    from: number,
  ): Promise<{ readonly facts: readonly Fact[]; readonly last: Position['last'] }> {
    let position = this.#positions.get(keyOf(runId, from)) ?? begin
    const facts: Fact[] = []
    for (let offset = position.steps; ; offset += pageSize) {
      const steps = await (await this.#dbos).listWorkflowSteps(runId, { offset, limit: pageSize })
      for (const [index, { name, output }] of (steps ?? []).entries()) {
        // Steps of `recv` are recorded out of order. Those before a step with facts are complete.
        if (!name.startsWith('facts ')) continue
        const added = factsOf(output)
        facts.push(...added)
        position = {
          steps: offset + index + 1,
          facts: position.facts + added.length,
          last: added.findLast(({ path }) => path === '')?.type ?? position.last,
        }
      }
      if ((steps?.length ?? 0) < pageSize) break
    }
    this.#remember(runId, position)
    return { facts: facts.slice(facts.length - (position.facts - from)), last: position.last }
  }

  #remember(runId: string, position: Position): void {
    const key = keyOf(runId, position.facts)
    this.#positions.delete(key)
    this.#positions.set(key, position)
    if (this.#positions.size > mostPositions) this.#positions.delete(this.#positions.keys().next().value!)
  }
}

/** None in a step that recorded a command, a rejection or an error. */
function factsOf(output: unknown): readonly Fact[] {
  const entry = output as Entry | Command | null
  return entry && 'facts' in entry ? entry.facts : []
}
