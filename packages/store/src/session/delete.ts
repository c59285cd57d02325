// Deletes a session as a whole, beside other processes that start, resume, fork or delete it.
import { LogError } from '../log/log-error.ts'
import type { RunStore } from '../log/run-store.ts'
import { settle, withClaim } from './claim.ts'
import { runOf } from './turn-id.ts'

/** How often turns that start meanwhile may change the number of turns. */
const attempts = 20

/** Resolves to `false` when there is no session. Reads no log. @throws LogError `log_owned` while it runs or is changed */
export async function deleteSession(runs: RunStore, session: string): Promise<boolean> {
  const deletedRest = await settle(runs, session)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const turns = await countTurns(runs, session)
    if (turns === 0) return deletedRest
    let isDeleted = false
    await withClaim(runs, session, { kind: 'delete', turns }, async () => {
      // A turn that is stored after this count sees the claim, and withdraws when the session is gone.
      if ((await countTurns(runs, session, turns)) !== turns) return
      isDeleted = await runs.delete(runOf(session, turns - 1))
    })
    if (isDeleted) return true
  }
  throw new LogError('log_owned', `Turns of the session ${JSON.stringify(session)} keep starting while it is deleted.`)
}

/** The number of turns, also of those that are replaced or damaged. `from`: so many are known. */
async function countTurns(runs: RunStore, session: string, from: number = 0): Promise<number> {
  let turns = from > 0 && !(await runs.summary(runOf(session, from - 1))) ? 0 : from
  while (await runs.summary(runOf(session, turns))) turns++
  return turns
}
