// pnpm demo fleet: 40 runs on a Restate server and two workers. One worker is killed in the middle.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client as engineClient } from '@toolloop/restate'
import { scriptedServer } from '@toolloop/testing'
import { Client, logger } from 'toolloop'
import { startBalancer } from '../../../scripts/services/balancer.ts'
import { restateMissing, startRestate } from '../../../scripts/services/restate.ts'
import { bookingsIn, dispatcher } from './dispatcher.ts'
import { finish } from './finish.ts'
import { scriptedDispatcher } from './scripted.ts'
import { table } from './table.ts'
import { startWorker } from './worker-process.ts'

const count = Number(process.env['FLEET_RUNS'] ?? 40)
if (restateMissing) console.log(restateMissing)
else process.exitCode = await main()

async function main(): Promise<number> {
  if (process.env['OPENAI_API_KEY']) return await fleet({ FLEET_MODEL: process.env['OPENAI_MODEL'] ?? 'gpt-5.1' })
  console.log('No OPENAI_API_KEY: a scripted model answers, over real HTTP.')
  await using server = await scriptedServer(scriptedDispatcher, { delay: 15 })
  return await fleet({ FLEET_MODEL: 'scripted', OPENAI_API_KEY: 'none', OPENAI_BASE_URL: server.url })
}

async function fleet(environment: Readonly<Record<string, string>>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-fleet-'))
  const book = join(folder, 'book.txt')
  writeFileSync(book, '')
  const settings = { ...environment, FLEET_BOOK: book }
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const restate = await startRestate()
  stack.defer(() => restate.stop())
  const workers = await Promise.all(['worker-1', 'worker-2'].map((name) => startWorker(name, settings)))
  for (const worker of workers) stack.defer(() => worker.kill())
  // Restate reaches all workers at one address. Here a few lines balance; elsewhere your platform does.
  const balancer = await startBalancer(workers.map(({ port }) => port))
  stack.defer(() => balancer.stop())
  await register(restate.admin, balancer.url)

  const runs = engineClient(restate.ingress)
  stack.defer(() => runs.close())
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
  console.log(`${seconds()}  ${count} runs started on ${workers.length} workers`)
  const [first, victim] = workers as [(typeof workers)[0], (typeof workers)[0]]
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

/** What `restate deployments register` does. */
async function register(admin: string, uri: string): Promise<void> {
  const response = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri }),
    signal: AbortSignal.timeout(30_000),
  })
  if (!response.ok) throw new Error(`Restate did not accept the workers at ${uri}: ${await response.text()}`)
}
