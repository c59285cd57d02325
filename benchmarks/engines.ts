// What durable engines cost: steps per second and added latency per step, in memory, in files, on Restate and on DBOS, with
// 1, 20 and 200 runs at once; with one worker and with two; the best of some rounds. Model and tool answer at once, so that
// the engine is what differs. Run it with
//   node --conditions=@toolloop/source benchmarks/engines.ts [runs ...]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, type ChatModel, memoryLog, tool } from 'toolloop'
import { fileStore } from 'toolloop/store'
import { client as dbosClient, serve as serveDbos } from '../packages/dbos/src/index.ts'
import { client, serve } from '../packages/restate/src/index.ts'
import { startBalancer } from '../scripts/services/balancer.ts'
import { postgresMissing, startPostgres } from '../scripts/services/postgres.ts'
import { startRestate } from '../scripts/services/restate.ts'

const steps = 10
/** Calls a tool in each step but the last. */
const model = {
  name: 'scripted',
  create: async ({ messages }: { messages: readonly { role: string }[] }) => {
    const step = Math.floor((messages.length - 1) / 2)
    const call = { id: `call_${step}`, type: 'function', function: { name: 'look', arguments: '{}' } }
    const isLast = step === steps - 1
    const message = isLast
      ? { role: 'assistant', content: 'It rains.' }
      : { role: 'assistant', content: null, tool_calls: [call] }
    return {
      id: `c${step}`,
      object: 'chat.completion',
      created: 0,
      model: 'scripted',
      choices: [{ index: 0, message, finish_reason: isLast ? 'stop' : 'tool_calls', logprobs: null }],
    }
  },
} as unknown as ChatModel
const looker = agent({
  name: 'looker',
  model,
  tools: [tool({ name: 'look', effects: 'none', execute: () => 'rain, 7 degrees' })],
  cycleGuard: false,
})

if (process.env['DATABASE']) {
  await serveDbos([looker], { database: process.env['DATABASE'], concurrency: 100 })
  console.log(0)
} else if (process.env['WORKER']) {
  const { url } = await serve([looker], { port: 0, admin: process.env['ADMIN'], url: process.env['URL'] })
  console.log(new URL(url).port)
} else await measure(process.argv.slice(2).map(Number))

/** How a run is run to its end. */
type Runner = (runId: string) => Promise<{ readonly status: string }>

async function measure(given: readonly number[]): Promise<void> {
  const counts = given.length > 0 ? given : [1, 20, 200]
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-engines-'))
  const store = fileStore(folder, { sync: 'every' })
  const print = async (name: string, run: Runner): Promise<void> => {
    await all(20, run, 'warm')
    for (const count of counts) {
      const took = await best(count, run)
      const [perSecond, latency] = [(count * steps) / (took.ms / 1000), took.median / steps]
      console.log(
        `${name.padEnd(24)} ${String(count).padStart(4)} runs ${perSecond.toFixed(0).padStart(7)} steps/s ${latency.toFixed(2).padStart(8)} ms a step`,
      )
    }
  }
  console.log(
    `Node ${process.versions.node}, ${cpus().length} cores of ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`,
  )
  await print('memory', (runId) => looker.run('Look', { log: memoryLog(), runId }))
  await print('file, each fact synced', (runId) => looker.run('Look', { log: store.log(runId), runId }))
  for (const workers of [1, 2]) {
    const restate = await startRestate()
    const processes = await Promise.all(Array.from({ length: workers }, () => startWorker({})))
    const balancer = await startBalancer(processes.map(({ port }) => port))
    const registering = await startWorker({ ADMIN: restate.admin, URL: balancer.url })
    registering.stop()
    const runs = client(restate.ingress)
    await print(`Restate, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, (runId) =>
      runs.run(looker, 'Look', { runId }),
    )
    for (const one of processes) one.stop()
    await balancer.stop()
    await restate.stop()
  }
  for (const workers of postgresMissing === undefined ? [1, 2] : []) {
    const postgres = await startPostgres()
    const processes = await Promise.all(Array.from({ length: workers }, () => startWorker({ DATABASE: postgres.url })))
    const runs = dbosClient(postgres.url)
    await print(`DBOS, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, (runId) =>
      runs.run(looker, 'Look', { runId }),
    )
    await runs.close()
    for (const one of processes) one.stop()
    await postgres.stop()
  }
  rmSync(folder, { recursive: true, force: true })
}

/** The fastest of some rounds: other programs on the machine only slow it down. */
async function best(count: number, run: Runner): ReturnType<typeof all> {
  const rounds = count === 1 ? 20 : count < 100 ? 4 : 2
  let fastest = await all(count, run, `${count}`)
  for (let round = 1; round < rounds; round++) {
    const next = await all(count, run, `${count}-${round}`)
    if (next.ms < fastest.ms) fastest = next
  }
  return fastest
}

/** Runs at once: milliseconds of all, and the median of one. */
async function all(
  count: number,
  run: Runner,
  name: string,
): Promise<{ readonly ms: number; readonly median: number }> {
  const begin = performance.now()
  const each = await Promise.all(
    Array.from({ length: count }, async (_one, index) => {
      const from = performance.now()
      const { status } = await run(`${name}-${index}-${process.pid}`)
      if (status !== 'done') throw new Error(`A run ended as ${status}.`)
      return performance.now() - from
    }),
  )
  return { ms: performance.now() - begin, median: each.toSorted((a, b) => a - b)[count >> 1]! }
}

async function startWorker(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename], {
    env: { ...process.env, WORKER: '1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return { port: Number(port), stop: () => void child.kill('SIGKILL') }
}
