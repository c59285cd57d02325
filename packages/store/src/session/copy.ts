// Copies turns to a new session, which exists as a whole or not at all.
import type { Fact } from '@toolloop/core'
import type { RunStore } from '../log/run-store.ts'
import { isTaken, settle, withClaim } from './claim.ts'
import { changedError, existsError } from './session-error.ts'
import { runOf } from './turn-id.ts'

export interface ForkSource {
  readonly runs: RunStore
  readonly session: string
  /** The turns to copy, in order. */
  readonly turns: readonly number[]
  /** When the first of them started. */
  readonly startedAt: number | undefined
  /** Whether the source still exists. */
  readonly isStanding: () => Promise<boolean>
}

/** Copies the turns, under the numbers from 0 on. @throws SessionError `session_exists`, `session_busy` */
export async function forkTo(id: string, source: ForkSource): Promise<void> {
  const { runs, session, turns, startedAt, isStanding } = source
  const checkNew = async (): Promise<void> => {
    if (await runs.summary(runOf(id, 0))) throw existsError(id)
  }
  try {
    await settle(runs, id)
    await checkNew()
    if (turns.length === 0) return
    await withClaim(runs, id, { kind: 'fork', turns: turns.length, startedAt }, async (begin) => {
      await checkNew()
      await begin()
      // Turn 0 comes last: before it the new session does not exist.
      for (const turn of [...turns.keys()].toReversed()) {
        const facts = await runs.log(runOf(session, turns[turn]!)).load()
        if (turn === 0 && !(await isStanding())) throw changedError(session)
        await runs.log(runOf(id, turn)).append(copyOf(facts, turn))
      }
    })
  } catch (error) {
    throw isTaken(error) ? changedError(id, error) : error
  }
}

/** The copy of a run has a new id, and so its later calls new idempotency keys. */
function copyOf(facts: readonly Fact[], turn: number): Fact[] {
  const run = crypto.randomUUID()
  return facts.map((fact): Fact => {
    if (fact.type !== 'run.start' || !fact.session) return { ...fact, run }
    const { messages } = fact.session // the turns in between are not copied
    return { ...fact, run, session: { turn, messages } }
  })
}
