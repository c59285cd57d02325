import type { Fact } from '@toolloop/core'
import { LogError } from './log-error.ts'

/**
 * When a log waits for the disk. Facts are always written to the operating system before `append` resolves, so they
 * survive the death of the process. Only a sync makes them survive a loss of power.
 * - `effects`: before a call of an `unsafe` tool starts, when the run waits for a decision, and at its end
 * - `every`: at each append
 * - `none`: never
 */
export type Sync = 'effects' | 'every' | 'none'

export function mustSync(sync: Sync, facts: readonly Fact[]): boolean {
  return sync === 'every' || (sync === 'effects' && facts.some(needsDisk))
}

function needsDisk(fact: Fact): boolean {
  if (fact.type === 'tool.start' || fact.type === 'tool.start.dynamic') {
    // Without `effects` the tool is unsafe, or the log is of a version that did not record them.
    return fact.effects !== 'none' && fact.effects !== 'idempotent'
  }
  return isRest(fact)
}

/** Whether the run rests after this fact: it has ended or pauses, and its log has no owner. Nested runs have another path. */
export const isRest = (fact: Fact): boolean =>
  fact.path === '' && (fact.type === 'run.done' || fact.type === 'run.pause')

/** Rejects when a sync takes longer, so that a run does not wait for a dead disk without limit. */
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

/** @throws LogError `log_conflict` when the facts are not numbered from `next` on: one is missing, or another writer was first */
export function checkOrder(what: string, facts: readonly Fact[], next: number): void {
  for (const [at, fact] of facts.entries())
    if (fact.seq !== next + at)
      throw new LogError(
        'log_conflict',
        `${what} expects fact ${next + at} next, got ${fact.seq}. Another writer has written to it, or a fact is missing: load it again.`,
      )
}
