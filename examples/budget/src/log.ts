// The run of this example, as a log. `toolloop replay <log> --agent log.ts` replays it.
import type { RunLog } from 'toolloop'
import { runAway, writerOf } from './run.ts'

export const agent = writerOf()

export const writeLog = (log: RunLog): Promise<void> => runAway({ write: () => true }, log)
