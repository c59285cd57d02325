// The conversation of this example, as a log. `toolloop replay <log> --agent log.ts` replays it.
import { scriptedServer } from '@toolloop/testing'
import { Client, type RunLog } from 'toolloop'
import { deskOf } from './desk.ts'
import { scriptedDesk } from './scripted.ts'

export const desk = deskOf({ client: new Client({ apiKey: 'none' }), model: 'recorded' })

export async function writeLog(log: RunLog): Promise<void> {
  await using server = await scriptedServer(scriptedDesk)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  const own = deskOf({ client, model: 'scripted' })
  await own.run('Where is my order A-17?', { log })
  await own.run('It is broken. I want my money back.', { from: log })
}
