// pnpm demo batch [folder]: extracts every document of a folder. Interrupt it and start it again: it goes on.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { scriptedServer } from '@toolloop/testing'
import { SingleBar } from 'cli-progress'
import { Client, logger } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { batchOf, type Settings } from './batch.ts'
import { documentsIn, makeDocuments, scriptedExtractor } from './documents.ts'

const [path] = process.argv.slice(2).filter((argument) => argument !== '--')
const folder = path === undefined ? join(tmpdir(), 'toolloop-batch') : resolve(process.env['INIT_CWD'] ?? '.', path)

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  if (path === undefined) await makeDocuments(folder, Number(process.env['BATCH_COUNT'] ?? 500))
  const limits = { concurrency: 16, perSecond: Number(process.env['BATCH_PER_SECOND'] ?? 100) }
  if (process.env['OPENAI_API_KEY']) {
    await using client = new Client()
    return await extract({ client, model: process.env['OPENAI_MODEL'] ?? 'gpt-5.1', ...limits })
  }
  await using server = await scriptedServer(scriptedExtractor)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  console.log('No OPENAI_API_KEY: a scripted model answers, over real HTTP.')
  return await extract({ client, model: 'scripted', ...limits })
}

async function extract(settings: Settings): Promise<number> {
  const logFile = join(folder, 'batch.log.jsonl')
  const isResumed = existsSync(logFile)
  const log = fileLog(logFile)
  console.log(isResumed ? `Going on with ${logFile}` : `Log: ${logFile}`)
  const files = isResumed ? undefined : await documentsIn(folder)
  const stream = batchOf(settings).stream(files, { ...(isResumed ? { from: log } : { log }), context: { folder } })
  const interrupt = (): void => stream.abort('interrupted')
  process.once('SIGINT', interrupt)
  const bar = new SingleBar({ format: '{bar} {value}/{total} documents, {eta_formatted} left', noTTYOutput: true })
  const show = logger(process.stderr, { level: 'error' }) // failures; the bar shows the rest
  let isShown = false
  for await (const event of stream) {
    show(event)
    if (event.type !== 'stage.progress') continue
    if (!isShown) bar.start(event.total ?? 0, 0)
    isShown = true
    bar.update(event.done)
  }
  bar.stop()
  process.off('SIGINT', interrupt)
  const result = await stream.result
  if (result.status !== 'done') {
    console.error(result.status === 'error' ? result.error.message : `It ended as ${result.status}.`)
    console.error('Start it again to go on.')
    return 1
  }
  const output = join(folder, 'invoices.jsonl')
  await writeFile(output, result.output.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const { prompt_tokens = 0, completion_tokens = 0 } = result.usage.reported ?? {}
  console.log(
    `${result.output.length} rows in ${output}, ${prompt_tokens} + ${completion_tokens} tokens, ${result.timing.ms} ms`,
  )
  return 0
}
