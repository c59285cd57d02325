// A batch of twelve documents without a server's delay, as a log.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptedServer } from '@toolloop/testing'
import { Client, type RunLog } from 'toolloop'
import { batchOf } from './batch.ts'
import { documentsIn, makeDocuments, scriptedExtractor } from './documents.ts'

export async function writeLog(log: RunLog): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'toolloop-batch-'))
  await makeDocuments(folder, 12)
  await using server = await scriptedServer(scriptedExtractor)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  const batch = batchOf({ client, model: 'scripted', concurrency: 4, perSecond: 1000 })
  await batch.run(await documentsIn(folder), { log, context: { folder } })
}
