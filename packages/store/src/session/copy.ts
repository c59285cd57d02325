// Copies turns to a new session.
import type { Fact } from '@toolloop/core'
import type { RunStore } from '../log/run-store.ts'
import { runOf } from './turns.ts'

/** Copies the logs of the first turns. Each run gets a new id, and so its later calls new idempotency keys. */
export async function copyTurns(runs: RunStore, from: string, to: string, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    const run = crypto.randomUUID()
    const facts = await runs.log(runOf(from, turn)).load()
    const copies = facts.map((fact): Fact => ({ ...fact, run }))
    await runs.log(runOf(to, turn)).append(copies)
  }
}
