// pnpm demo mcp-files [--yes] [folder [task]]: asks on the terminal before anything is written.
import { mkdir, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { scriptedServer } from '@toolloop/testing'
import { Client, logger } from 'toolloop'
import { clerk, filesOf } from './clerk.ts'
import { makeNotes, scriptedClerk, task as indexing } from './notes.ts'

const args = process.argv.slice(2).filter((argument) => argument !== '--')
const isYes = args.includes('--yes')
const [path, ...words] = args.filter((argument) => argument !== '--yes')
const task = words.join(' ') || indexing

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  if (process.env['OPENAI_API_KEY']) {
    await using client = new Client()
    return await work(client, process.env['OPENAI_MODEL'] ?? 'gpt-5.1')
  }
  await using server = await scriptedServer(scriptedClerk)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  console.log('No OPENAI_API_KEY: a scripted model answers, over real HTTP. It can do one task.')
  return await work(client, 'scripted')
}

async function work(client: Client, model: string): Promise<number> {
  const folder = await folderOf(path)
  console.log(`${task}\n${folder}`)
  await using files = await filesOf(folder)
  const stream = clerk(files, model, client).stream(task, { approvals: 'wait' })
  const show = logger(process.stdout)
  for await (const event of stream) {
    show(event)
    if (event.type !== 'approval.request') continue
    console.log(`    ${JSON.stringify(JSON.parse(event.arguments), null, 2).replaceAll('\n', '\n    ')}`)
    const answer = await answerOfPerson()
    if (answer === 'y') await stream.approve(event.id)
    else await stream.reject(event.id, answer)
  }
  const result = await stream.result
  if (result.status === 'done') return 0
  console.error(result.status === 'error' ? result.error.message : `The run ended as ${result.status}.`)
  return 1
}

/** `y`, or a reason why not. Without a terminal and without `--yes`, nothing is written. */
async function answerOfPerson(): Promise<string> {
  if (isYes) return 'y'
  if (!process.stdin.isTTY) return 'There is no person to ask.'
  const terminal = createInterface(process.stdin, process.stdout)
  try {
    return (await terminal.question('    Write it? [y, or why not] ')).trim()
  } finally {
    terminal.close()
  }
}

/** The server compares real paths. */
async function folderOf(given: string | undefined): Promise<string> {
  if (given !== undefined) return realpath(resolve(process.env['INIT_CWD'] ?? '.', given))
  const folder = join(tmpdir(), 'toolloop-mcp-files')
  await mkdir(folder, { recursive: true })
  await makeNotes(folder)
  return realpath(folder)
}
