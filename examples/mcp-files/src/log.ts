// The run of this example, as a log. `toolloop replay <log> --agent log.ts` replays it: it reads the tools from the server.
import { mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptedServer } from '@toolloop/testing'
import { Client, type RunLog } from 'toolloop'
import { clerk, filesOf } from './clerk.ts'
import { makeNotes, scriptedClerk, task } from './notes.ts'

const folder = await realpath(await mkdtemp(join(tmpdir(), 'mcp-files-')))
const files = await filesOf(folder)
export const agent = clerk(files, new Client({ apiKey: 'none' }), 'recorded')
await files.close() // a replay runs no tool

export async function writeLog(log: RunLog): Promise<void> {
  await makeNotes(folder)
  await using server = await scriptedServer(scriptedClerk)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  await using own = await filesOf(folder)
  await clerk(own, client, 'scripted').run(task, { log, approver: () => ({ approve: true }) })
}
