// pnpm demo fleet: 40 runs on a durable engine and two workers. One worker is killed in the middle.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { scriptedServer } from '@toolloop/testing'
import { Client, logger } from 'toolloop'
import { bookingsIn, dispatcher } from './dispatcher.ts'
import { dbos } from './engines/dbos.ts'
import type { EngineChoice } from './engines/engine.ts'
import { restate } from './engines/restate.ts'
import { finish } from './finish.ts'
import { scriptedDispatcher } from './scripted.ts'
import { table } from './table.ts'

const count = Number(process.env['FLEET_RUNS'] ?? 40)
const engines: Readonly<Record<string, EngineChoice>> = { restate, dbos }
const { values } = parseArgs({ options: { engine: { type: 'string', default: 'restate' } } })
process.exitCode = await main(values.engine)

async function main(name: string): Promise<number> {
  const engine = engines[name]
  if (!engine) {
    console.error(
      `There is no engine ${JSON.stringify(name)}. Pass --engine ${Object.keys(engines).join(' or --engine ')}.`,
    )
    return 1
  }
  const missing = await engine.missing()
  if (missing !== undefined) {
    console.log(missing)
    return 0
  }
  if (process.env['OPENAI_API_KEY'])
    return await fleet(engine, { FLEET_MODEL: process.env['OPENAI_MODEL'] ?? 'gpt-5.1' })
  console.log('No OPENAI_API_KEY: a scripted model answers, over real HTTP.')
  await using server = await scriptedServer(scriptedDispatcher, { delay: 15 })
  return await fleet(engine, { FLEET_MODEL: 'scripted', OPENAI_API_KEY: 'none', OPENAI_BASE_URL: server.url })
}

async function fleet({ title, start }: EngineChoice, environment: Readonly<Record<string, string>>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-fleet-'))
  const book = join(folder, 'book.txt')
  writeFileSync(book, '')
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const { runs, workers } = stack.use(await start({ ...environment, FLEET_BOOK: book }))

  // The client needs the agent for its types and its results; it runs nothing.
  const agent = dispatcher({ client: new Client({ apiKey: 'none' }), model: 'none', book, worker: 'client' })
  const began = performance.now()
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`
  const ids = Array.from({ length: count }, (_, at) => `order-${at + 1}`)
  let done = 0
  let decided = 0
  let interrupted: string | undefined
  const ending = ids.map(async (runId) => {
    const started = await runs.run(agent, `Dispatch ${runId}.`, { runId })
    const ended = await finish(runs, agent, started, book)
    decided += ended.decided
    if (ended.decided > 0) interrupted ??= runId
    done++
    return ended.result
  })
  console.log(`${seconds()}  ${count} runs started on ${title}, ${workers.length} workers`)
  const [first, victim] = workers
  const mayKill = (): boolean =>
    done === count || bookingsIn(book).filter(({ worker }) => worker === victim.name).length > 2
  while (!mayKill()) await new Promise((resolve) => setTimeout(resolve, 5))
  await victim.kill()
  const killedAt = bookingsIn(book).length
  console.log(`${seconds()}  ${victim.name} killed: ${done} runs done, ${killedAt} of ${2 * count} parcels booked`)
  const results = await Promise.all(ending)
  console.log(`${seconds()}  all ${count} runs done, the rest by ${first.name}\n`)

  const bookings = bookingsIn(book)
  console.log(table(bookings, decided))
  if (interrupted !== undefined) {
    console.log(`\n${interrupted}, which was on ${victim.name}:`)
    const show = logger(process.stdout)
    for await (const event of runs.attach(agent, interrupted)) show(event)
  }
  const isRight = bookings.length === 2 * count && new Set(bookings.map(({ key }) => key)).size === bookings.length
  return isRight && results.every(({ status }) => status === 'done') ? 0 : 1
}
