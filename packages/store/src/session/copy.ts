// Copies turns to a new session.
import type { Fact } from '@toolloop/core'
import type { RunStore } from '../log/run-store.ts'
import { runOf } from './turns.ts'

/**
 * Copies the logs of turns, under the numbers from 0 on. Each run gets a new id, and so its later calls new idempotency
 * keys.
 */
export async function copyTurns(runs: RunStore, from: string, to: string, turns: readonly number[]): Promise<void> {
  for (const [turn, original] of turns.entries()) {
    const run = crypto.randomUUID()
    const facts = await runs.log(runOf(from, original)).load()
    const copies = facts.map((fact): Fact => {
      if (fact.type !== 'run.start' || !fact.session) return { ...fact, run }
      const { messages } = fact.session // the turns in between are not copied
      return { ...fact, run, session: { turn, messages } }
    })
    await runs.log(runOf(to, turn)).append(copies)
  }
}
