// The run on three notes, with its write approved, as a log. `toolloop replay <log> --agent log.ts` replays it.
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptedModel } from '@toolloop/testing'
import type { McpTools } from '@toolloop/mcp'
import type { RunLog } from 'toolloop'
import { clerk, filesOf } from './clerk.ts'
import { makeNotes, scriptedClerk, task } from './notes.ts'

const folder = await realpath(await mkdtemp(join(tmpdir(), 'toolloop-mcp-files-')))
const files = await filesOf(folder)
export const agent = clerkOf(files)
// The agent can be replayed without its server: a replay calls no tool.
await files.close()

export async function writeLog(log: RunLog): Promise<void> {
  await makeNotes(folder)
  await using open = await filesOf(folder)
  await clerkOf(open).run(task, { log, approver: () => ({ approve: true }) })
  await rm(folder, { recursive: true })
}

function clerkOf(tools: McpTools) {
  return clerk(tools, scriptedModel(scriptedClerk))
}
