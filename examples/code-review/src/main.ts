// pnpm demo code-review [folder] [range]: reviews a diff. Interrupt it and start it again: it goes on.
import { createHash } from 'node:crypto'
import { existsSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { scriptedServer } from '@toolloop/testing'
import { SingleBar } from 'cli-progress'
import { Client, logger } from 'toolloop'
import { fileLog } from 'toolloop/store'
import type { PipelineResult } from 'toolloop/pipeline'
import { DiffError, diffOf, type GitDiff } from './git.ts'
import { type Parts, partsOf } from './parts.ts'
import { count, markdown } from './report.ts'
import { type Reviewed, reviewOf, type Settings } from './review.ts'
import { scriptedReviewer } from './scripted.ts'

const usage = `demo code-review [folder] [range] [--out=review.md] [--again] [--concurrency=4]`

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const { folder, range, out, again, concurrency } = argumentsOf(process.argv.slice(2))
  const diff = await diffOf(folder, range)
  const parts = partsOf(diff.files)
  if (parts.parts.length === 0) {
    const leftOut = parts.leftOut.map(({ file, why }) => `${file} (${why})`)
    console.error(
      `Nothing to review in ${diff.range}: ${leftOut.length > 0 ? `only ${leftOut.join(', ')}` : 'the diff is empty'}.`,
    )
    return 0
  }
  return await withModel(concurrency, async (settings) => {
    const result = await review(diff, parts, settings, again)
    if (result.status !== 'done') {
      console.error(result.status === 'error' ? result.error.message : `It ended as ${result.status}.`)
      console.error('Start it again to go on.')
      return result.status === 'aborted' ? 130 : 1
    }
    const { prompt_tokens = 0, completion_tokens = 0 } = result.usage.reported ?? {}
    const footer = `${settings.model}: ${prompt_tokens} + ${completion_tokens} tokens`
    const report = markdown({ range: diff.range, diff: parts, reviewed: result.output, footer })
    if (out === undefined) process.stdout.write(report)
    else await writeFile(out, report)
    return 0
  })
}

/** Starts the review of a diff, or continues it from its log. */
async function review(
  { range, privateFolder }: GitDiff,
  { parts }: Parts,
  settings: Settings,
  again: boolean,
): Promise<PipelineResult<Reviewed[]>> {
  // The log is named after what is reviewed and by whom: another diff has another log.
  const hash = createHash('sha256').update(JSON.stringify([settings.model, parts.map(({ id, text }) => [id, text])]))
  const logFile = join(privateFolder, `review-${hash.digest('hex').slice(0, 16)}.jsonl`)
  if (again) rmSync(logFile, { force: true })
  const isResumed = existsSync(logFile)
  console.error(`${count(parts.length, 'part')} of ${range}. ${isResumed ? 'Continues' : 'Log:'} ${logFile}`)
  const log = fileLog(logFile)
  const context = { parts: new Map(parts.map((part) => [part.id, part])) }
  const stream = reviewOf(settings).stream(
    parts.map(({ id }) => id),
    { ...(isResumed ? { from: log } : { log }), context },
  )
  const interrupt = (): void => stream.abort('interrupted')
  process.once('SIGINT', interrupt)
  // Draws only on a terminal.
  const bar = new SingleBar({ format: '{bar} {value}/{total} parts, {requests} requests, {duration_formatted}' })
  let [done, requests] = [0, 0]
  bar.start(parts.length, done, { requests })
  const show = logger(process.stderr, { level: 'error' }) // failures; the bar shows the rest
  for await (const event of stream) {
    show(event)
    if (event.type === 'stage.progress') ({ done } = event)
    if (event.type === 'step.start') requests++
    bar.update(done, { requests })
  }
  bar.stop()
  process.off('SIGINT', interrupt)
  return await stream.result
}

/** With the model of the environment; without a key, with a script over real HTTP. */
async function withModel(concurrency: number, use: (settings: Settings) => Promise<number>): Promise<number> {
  const limits = { concurrency, rounds: 3 }
  if (process.env['OPENAI_API_KEY']) {
    await using client = new Client()
    return await use({ client, model: process.env['OPENAI_MODEL'] ?? 'gpt-5.1', ...limits })
  }
  await using server = await scriptedServer(scriptedReviewer)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  console.error('No OPENAI_API_KEY: a script reviews, over real HTTP.')
  return await use({ client, model: 'scripted', ...limits })
}

interface Arguments {
  readonly folder: string
  readonly range: string | undefined
  readonly out: string | undefined
  readonly again: boolean
  readonly concurrency: number
}

/** @throws DiffError for arguments that are none of the program's */
function argumentsOf(args: readonly string[]): Arguments {
  const here = process.env['INIT_CWD'] ?? '.' // where pnpm was started
  let parsed
  try {
    parsed = parseArgs({
      args: args.filter((argument) => argument !== '--'),
      allowPositionals: true,
      options: { out: { type: 'string' }, again: { type: 'boolean' }, concurrency: { type: 'string' } },
    })
  } catch (error) {
    throw new DiffError(`${(error as Error).message}\n${usage}`, { cause: error })
  }
  const { positionals, values } = parsed
  const isFolder = (name: string): boolean =>
    statSync(resolve(here, name), { throwIfNoEntry: false })?.isDirectory() ?? false
  const [folder, ...folders] = positionals.filter(isFolder)
  const [range, ...ranges] = positionals.filter((name) => !isFolder(name))
  if (folders.length > 0 || ranges.length > 0)
    throw new DiffError(`One folder and one range, not ${positionals.join(' ')}.\n${usage}`)
  const concurrency = Number(values.concurrency ?? 4)
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new DiffError(`--concurrency is a number of parts from 1 on, not ${values.concurrency}.`)
  return {
    folder: resolve(here, folder ?? '.'),
    range,
    out: values.out === undefined ? undefined : resolve(here, values.out),
    again: values.again ?? false,
    concurrency,
  }
}
