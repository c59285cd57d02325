// The run of this example, as a log. `toolloop replay <log> --agent log.ts` replays it.
import type { RunLog } from 'toolloop'
import { askBoth, clerkOf } from './run.ts'

export const agent = clerkOf('recorded')

export const writeLog = (log: RunLog): Promise<void> => askBoth({ write: () => true }, log)
