import type { Fact } from '@toolloop/core'
import { LogError } from './log-error.ts'

/**
 * When a log waits for the disk. Facts are always handed to the operating system before `append` resolves: no dead
 * process loses one. A sync is what they need to outlive a loss of power.
 * - `effects`: before a call of an `unsafe` tool starts, when the run waits for a decision, and at its end
 * - `every`: at each append
 * - `none`: never
 */
export type Sync = 'effects' | 'every' | 'none'

export function mustSync(sync: Sync, facts: readonly Fact[]): boolean {
  return sync === 'every' || (sync === 'effects' && facts.some(needsDisk))
}

function needsDisk(fact: Fact): boolean {
  if (fact.type === 'tool.start') {
    // Without `effects` the tool is unsafe, or the log is of a version that did not record them.
    return fact.effects !== 'none' && fact.effects !== 'idempotent'
  }
  return isRest(fact)
}

/** Is nothing running behind this fact? Then the log has no owner. Runs inside the run are told apart by their path. */
export const isRest = (fact: Fact): boolean =>
  fact.path === '' && (fact.type === 'run.done' || fact.type === 'run.pause')

/** A sync that takes longer fails the append: a run must not wait for a dead disk for ever. */
export async function within(ms: number, what: string, sync: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new LogError('log_storage', `${what}: the disk did not answer within ${ms} ms (\`syncTimeout\`).`)),
      ms,
    )
  })
  try {
    await Promise.race([sync, late])
  } finally {
    clearTimeout(timer)
  }
}

/** @throws LogError where the facts do not follow one another from `next` on: one is missing, or another writer was first */
export function checkOrder(what: string, facts: readonly Fact[], next: number): void {
  for (const [at, fact] of facts.entries())
    if (fact.seq !== next + at)
      throw new LogError(
        'log_conflict',
        `${what} goes on with fact ${next + at}, not ${fact.seq}. Another writer was here, or a fact is missing: load it again.`,
      )
}
