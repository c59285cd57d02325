// The demo's run without a server, as a log. `toolloop replay <log> --agent log.ts` replays it.
import { resolve } from 'node:path'
import { scriptedModel } from '@toolloop/testing'
import type { RunLog } from 'toolloop'
import { explorer, question } from './explorer.ts'
import { Folder } from './folder.ts'
import { scriptedExplorer } from './script.ts'

export const agent = explorer({ model: scriptedModel(scriptedExplorer, { deltaSize: 12, delay: 10 }) })

export async function writeLog(log: RunLog): Promise<void> {
  const context = { folder: await Folder.open(resolve(import.meta.dirname, '../../..')) }
  await agent.run(question, { log, context })
}
