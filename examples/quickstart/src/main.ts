// pnpm demo [folder]: an agent explores a folder with typed tools and answers with a typed result.
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client, logger } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { scriptedServer } from '@toolloop/testing'
import { explorer, question } from './explorer.ts'
import { Folder } from './folder.ts'
import { scriptedExplorer } from './script.ts'
import { bold, dim, messageOf, tokens } from './show.ts'

const repository = resolve(import.meta.dirname, '../../..')

try {
  const [path] = process.argv.slice(2).filter((argument) => argument !== '--')
  // pnpm runs this in its own folder and tells where it was called from.
  process.exitCode = await main(path === undefined ? repository : resolve(process.env['INIT_CWD'] ?? '.', path))
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}

async function main(path: string): Promise<number> {
  const folder = await Folder.open(path)
  if (process.env['OPENAI_API_KEY']) {
    await using client = new Client()
    console.log(`Talking to ${client.baseURL}.`)
    return await explore(folder, client, process.env['OPENAI_MODEL'] ?? 'gpt-5.1')
  }
  await using server = await scriptedServer(scriptedExplorer, { deltaSize: 12, delay: 10 })
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  console.log('No OPENAI_API_KEY: a scripted model answers, over real HTTP, from what the tools really return.')
  return await explore(folder, client, 'scripted')
}

async function explore(folder: Folder, client: Client, model: string): Promise<number> {
  console.log(`${bold(question)}\n${dim(folder.root)}`)
  const log = fileLog(join(tmpdir(), 'toolloop-demo', `${crypto.randomUUID()}.jsonl`))
  const stream = explorer({ model, client }).stream(question, { context: { folder }, log })
  const show = logger(process.stdout)
  for await (const event of stream) show(event)
  const result = await stream.result
  const kept = dim(`Its log: ${log.path}\nReplay it: npx -y pnpm@12 demo:replay ${log.path}`)
  if (result.status !== 'done') {
    console.log(kept)
    console.error(result.status === 'error' ? result.error.message : `The run ended as ${result.status}.`)
    return 1
  }
  const { largest, bytes, promise, tests } = result.output
  console.log(
    `\n${bold('Largest')}   ${largest} (${bytes} bytes)\n${bold('Promises')}  ${promise}\n${bold('Tested in')} ${tests.join(', ') || 'nothing found'}`,
  )
  console.log(dim(`${result.steps.length} steps, ${tokens(result.usage)}, ${result.timing.ms} ms`))
  console.log(kept)
  return 0
}
