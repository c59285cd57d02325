// The run with early dispatch, as a log. `toolloop replay <log> --agent log.ts` replays it.
import type { RunLog } from 'toolloop'
import { travellerOf } from './timeline.ts'

export const agent = travellerOf(true)

export async function writeLog(log: RunLog): Promise<void> {
  await travellerOf(true).run('How are they?', { log }) // its script plays once
}
