// What logs cost: a fact in memory, in a file and in SQLite; many runs on one store; loading and going on from a long
// log. Each sample is a process of its own, in interleaved order; medians with min–max. Run it with
//   node benchmarks/logs.ts [samples]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, memoryLog, tool, type ChatModel, type Fact, type RunLog } from 'toolloop'
import { fileLog, fileStore, type RunStore, sqliteStore, type Sync } from 'toolloop/store'
import { apply, initialState } from '../packages/core/dist/index.js'

const folder = mkdtempSync(join(tmpdir(), 'toolloop-logs-'))

/** Milliseconds or microseconds, as the title says; `cpu` and `wall`. */
type Figure = Readonly<Record<string, number>>

const measurements: Readonly<Record<string, () => Promise<Figure>>> = {
  'a fact in memory, µs': () => perFact(memoryLog(), 20_000),
  'a fact in a file, no sync, µs': () => perFact(fileLog(join(folder, 'a.jsonl'), { sync: 'none' }), 20_000),
  'a fact in a file, each synced, µs': () => perFact(fileLog(join(folder, 'a.jsonl'), { sync: 'every' }), 300),
  'a fact in SQLite, no sync, µs': () => perFact(sqlite('none').log('a'), 20_000),
  'a fact in SQLite, each synced, µs': () => perFact(sqlite('every').log('a'), 300),
  'a step in a loop of 100, in memory, µs': () => perStep(() => memoryLog()),
  'a step in a loop of 100, file, no sync, µs': () => {
    const store = fileStore(folder, { sync: 'none' })
    return perStep((run) => store.log(run))
  },
  'a step in a loop of 100, SQLite, no sync, µs': () => {
    const store = sqlite('none')
    return perStep((run) => store.log(run))
  },
  '200 runs of 5 synced facts on files, at once, ms': () => many(fileStore(folder, { sync: 'every' }), true),
  '200 runs of 5 synced facts on files, one by one, ms': () => many(fileStore(folder, { sync: 'every' }), false),
  '200 runs of 5 synced facts on SQLite, at once, ms': () => many(sqlite('every'), true),
  '200 runs of 5 synced facts on SQLite, one by one, ms': () => many(sqlite('every'), false),
  'load and fold 10,000 facts from a file, ms': () => loading(fileLog(join(folder, 'a.jsonl'), { sync: 'none' })),
  'load and fold 10,000 facts from SQLite, ms': () => loading(sqlite('none').log('a')),
  'go on with a run of 1,000 steps from a file, ms': () => goingOn(fileLog(join(folder, 'a.jsonl'), { sync: 'none' })),
  'list 1,000 runs of a folder, ms': () => listing(fileStore(folder, { sync: 'none' })),
  'list 1,000 runs of a SQLite file, ms': () => listing(sqlite('none')),
}

const sqlite = (sync: Sync): RunStore => sqliteStore(join(folder, 'runs.sqlite'), { sync })

const note = (seq: number): Fact => ({
  seq,
  at: 1_700_000_000_000 + seq,
  run: 'c0ffee00-0000-4000-8000-000000000000',
  path: '',
  type: 'message.add',
  origin: 'caller',
  message: { role: 'user', content: 'What should I cook tonight? '.repeat(8) },
})

async function perFact(log: RunLog, facts: number): Promise<Figure> {
  const append = async (from: number, to: number): Promise<void> => {
    for (let seq = from; seq < to; seq++) {
      const written = log.append([note(seq)])
      if (written) await written
    }
  }
  const warm = Math.ceil(facts / 5)
  await append(0, warm)
  return each(facts, 1000, () => append(warm, warm + facts))
}

const look = tool({ name: 'look', effects: 'none', execute: () => 'rain, 7 degrees' })

/** Calls a tool in every step, then answers; in process, so that the log is what differs. */
function model(steps: number): ChatModel {
  return {
    name: 'scripted',
    create: async ({ messages }: { messages: readonly { role: string }[] }) => {
      const step = Math.floor((messages.length - 1) / 2)
      const message =
        step < steps
          ? {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: `call_${step}`, type: 'function', function: { name: 'look', arguments: '{}' } }],
            }
          : { role: 'assistant', content: 'It rains.' }
      const finish_reason = step < steps ? 'tool_calls' : 'stop'
      return {
        id: `c${step}`,
        object: 'chat.completion',
        created: 0,
        model: 'scripted',
        choices: [{ index: 0, message, finish_reason, logprobs: null }],
      }
    },
  } as unknown as ChatModel
}

// The model makes the same call each time.
const looker = (steps: number) =>
  agent({ name: 'looker', model: model(steps), tools: [look], maxSteps: steps + 2, cycleGuard: false })

async function perStep(log: (run: string) => RunLog): Promise<Figure> {
  let count = 0
  const run = async (times: number): Promise<void> => {
    for (let index = 0; index < times; index++) {
      const result = await looker(100).run('Look', { log: log(`run-${count++}`) })
      if (result.status !== 'done') throw new Error(result.status)
    }
  }
  await run(10)
  return each(50 * 100, 1000, () => run(50))
}

async function many(store: RunStore, atOnce: boolean): Promise<Figure> {
  const run = async (id: string): Promise<void> => {
    const log = store.log(id)
    for (let seq = 0; seq < 5; seq++) await log.append([note(seq)])
  }
  const ids = Array.from({ length: 200 }, (_, index) => `run-${index}`)
  return each(1, 1, async () => {
    if (atOnce) await Promise.all(ids.map(run))
    else for (const id of ids) await run(id)
  })
}

/** A step of one call has four facts. */
async function ran(log: RunLog, steps: number): Promise<void> {
  await looker(steps).run('Look', { log })
}

async function loading(log: RunLog): Promise<Figure> {
  await ran(log, 2500)
  const loaded = await each(1, 1, async () => {
    const facts = await log.load()
    if (facts.length < 10_000) throw new Error(`${facts.length} facts`)
    facts.reduce(apply as never, initialState as never)
  })
  return loaded
}

async function goingOn(log: RunLog): Promise<Figure> {
  await ran(log, 1000)
  return each(1, 1, () => looker(1000).run(undefined, { from: log }))
}

async function listing(store: RunStore): Promise<Figure> {
  for (let index = 0; index < 1000; index++) {
    const outcome = { status: 'aborted', reason: 'measured' } as const
    await store.log(`run-${index}`).append([note(0), { ...note(1), type: 'run.done', outcome } as Fact])
  }
  return each(1, 1, () => store.list({ limit: 1000 }))
}

/** Each of so many operations, in milliseconds times `unit`. */
async function each(operations: number, unit: number, run: () => Promise<unknown>): Promise<Figure> {
  const cpu = process.cpuUsage()
  const wall = performance.now()
  await run()
  const { user, system } = process.cpuUsage(cpu)
  return {
    cpu: ((user + system) / 1000 / operations) * unit,
    wall: ((performance.now() - wall) / operations) * unit,
  }
}

function report(samples: number, wanted: string): void {
  const titles = Object.keys(measurements).filter((title) => title.includes(wanted))
  const figures = new Map<string, Figure[]>(titles.map((title) => [title, []]))
  for (let round = 0; round < samples; round++)
    for (const [title, list] of figures)
      list.push(
        JSON.parse(
          execFileSync(process.execPath, ['--no-warnings', import.meta.filename, '--sample', title], {
            encoding: 'utf8',
          }),
        ) as Figure,
      )
  const machine = `${cpus()[0]?.model} × ${cpus().length}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
  console.log(`${machine}, ${samples} samples`)
  for (const [title, list] of figures)
    console.log(
      title.padEnd(54),
      ...['cpu', 'wall'].map((what) => `${what} ${spread(list.map((one) => one[what] ?? Number.NaN))}`.padEnd(30)),
    )
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const show = (value = Number.NaN): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
  return `${show(sorted[sorted.length >> 1])} (${show(sorted[0])}–${show(sorted.at(-1))})`
}

const [mode = '5', title = ''] = process.argv.slice(2)
try {
  if (mode === '--sample') console.log(JSON.stringify(await measurements[title]!()))
  else report(Number(mode), title)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
