// One run of the agent in this process, without an engine, as a log.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptedServer } from '@toolloop/testing'
import { Client, type RunLog } from 'toolloop'
import { dispatcher } from './dispatcher.ts'
import { scriptedDispatcher } from './scripted.ts'

const settings = { model: 'scripted', worker: 'this-process' }
export const agent = dispatcher({ ...settings, client: new Client({ apiKey: 'none' }), book: '' })

export async function writeLog(log: RunLog): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-fleet-'))
  try {
    await using server = await scriptedServer(scriptedDispatcher)
    await using client = new Client({ apiKey: 'none', baseURL: server.url })
    await dispatcher({ ...settings, client, book: join(folder, 'book.txt') }).run('Dispatch order-7.', { log })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
