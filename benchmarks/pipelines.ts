// What pipelines cost: a stage over a bare call, an agent as a stage and as a tool over a run of its own, a map of 10,000
// items. Each sample is a process of its own, in interleaved order; medians with min–max of the CPU time. Run it with
//   node benchmarks/pipelines.ts [samples]
import { execFileSync } from 'node:child_process'
import { agent, type ChatModel, type RunLog, tool } from 'toolloop'
import { map, pipe } from 'toolloop/pipeline'
import { z } from 'zod'

const measurements: Readonly<Record<string, () => Promise<number>>> = {
  'a bare call that is awaited, µs': () => bareCalls(),
  'a stage of a pipe of 20, µs': () => stages(),
  'an item of a map of 1,000, µs': () => items(1_000, 20),
  'an item of a map of 10,000, µs': () => items(10_000, 2),
  'heap that an item of 10,000 keeps, bytes': () => heap(),
  'a step of an agent, by itself, µs': () => ownRun(),
  'a step of an agent as a stage, µs': () => asStage(),
  'a step of an agent as a tool, µs': () => asTool(worker().asTool({ name: 'ask', description: 'Works.' })),
  'the calling agent with a plain tool, for each of these steps, µs': () => asTool(plain),
}

type Median = (name: keyof typeof measurements) => number
const own = 'a step of an agent, by itself, µs'
const ratios: Readonly<Record<string, (median: Median) => number>> = {
  'an agent as a stage, × its own run': (median) => median('a step of an agent as a stage, µs') / median(own),
  'an agent as a tool, × its own run, without the calling agent': (median) =>
    (median('a step of an agent as a tool, µs') -
      median('the calling agent with a plain tool, for each of these steps, µs')) /
    median(own),
  'an item of 10,000, × one of 1,000': (median) =>
    median('an item of a map of 10,000, µs') / median('an item of a map of 1,000, µs'),
}

const add = async (n: number): Promise<number> => n + 1

async function bareCalls(): Promise<number> {
  const calls = 2_000_000
  return timed(calls, async () => {
    let n = 0
    for (let at = 0; at < calls; at++) n = await add(n)
  })
}

async function stages(): Promise<number> {
  const twenty = pipe(
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
    add,
  )
  return timed(500 * 20, async () => {
    for (let turn = 0; turn < 500; turn++) await twenty.run(0, { log: nowhere() })
  })
}

async function items(count: number, turns: number): Promise<number> {
  const all = map(add, { concurrency: 64 })
  return timed(turns * count, async () => {
    for (let turn = 0; turn < turns; turn++) await all.run(numbers(count), { log: nowhere() })
  })
}

/** What is on the heap for each item that is done, between the 2,000th and the last. Needs `--expose-gc`. */
async function heap(): Promise<number> {
  const used: number[] = []
  const watched = async (n: number): Promise<number> => {
    if (n === 2_000 || n === 9_999) {
      globalThis.gc!()
      used.push(process.memoryUsage().heapUsed)
    }
    return n
  }
  await map(watched, { concurrency: 64 }).run(numbers(10_000), { log: nowhere() })
  return (used[1]! - used[0]!) / 8_000
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) yield n
}

/** Keeps nothing, so that only the pipeline's own memory counts. */
const nowhere = (): RunLog => ({ load: async () => [], append: () => {} })

const steps = 20

/** Calls a tool in each step but the last. */
function caller(): ChatModel {
  let asked = 0
  return {
    name: 'caller',
    async create() {
      const isLast = ++asked % steps === 0
      const call = {
        id: `c${asked}`,
        type: 'function' as const,
        function: { name: 'work', arguments: `{"at":${asked}}` },
      }
      const message = { role: 'assistant' as const, content: isLast ? 'done' : null, refusal: null }
      const said = isLast ? message : { ...message, tool_calls: [call] }
      const choices = [{ index: 0, message: said, finish_reason: isLast ? 'stop' : 'tool_calls', logprobs: null }]
      return { id: 'c', object: 'chat.completion' as const, created: 1, model: 'm', choices }
    },
  }
}

const work = tool({ name: 'work', parameters: z.object({ at: z.number() }), effects: 'none', execute: () => 'done' })
const worker = () => agent({ name: 'worker', model: caller(), tools: [work], maxSteps: steps, stepRetries: 0 })

const turns = 200
async function runs(run: () => Promise<unknown>): Promise<number> {
  return timed(turns * steps, async () => {
    for (let turn = 0; turn < turns; turn++) await run()
  })
}

async function ownRun(): Promise<number> {
  const own = worker()
  return runs(() => own.run('go'))
}

async function asStage(): Promise<number> {
  const stage = pipe(worker())
  return runs(() => stage.run('go'))
}

const plain = tool({ name: 'ask', parameters: z.object({ input: z.string() }), execute: () => 'done' })

/** A run of two steps whose only call is `ask`. */
async function asTool(ask: typeof plain | ReturnType<ReturnType<typeof worker>['asTool']>): Promise<number> {
  let asked = 0
  const model: ChatModel = {
    name: 'boss',
    async create() {
      const isLast = ++asked % 2 === 0
      const call = {
        id: `b${asked}`,
        type: 'function' as const,
        function: { name: 'ask', arguments: '{"input":"go"}' },
      }
      const message = { role: 'assistant' as const, content: isLast ? 'done' : null, refusal: null }
      const said = isLast ? message : { ...message, tool_calls: [call] }
      const choices = [{ index: 0, message: said, finish_reason: isLast ? 'stop' : 'tool_calls', logprobs: null }]
      return { id: 'c', object: 'chat.completion' as const, created: 1, model: 'm', choices }
    },
  }
  const boss = agent({ name: 'boss', model, tools: [ask], stepRetries: 0 })
  return runs(() => boss.run('go'))
}

/** Microseconds of CPU time for each unit; one warm-up. */
async function timed(units: number, run: () => Promise<void>): Promise<number> {
  await run()
  const began = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / units
}

const [first = '5'] = process.argv.slice(2)
if (first in measurements) console.log(await measurements[first]!())
else {
  const figures = new Map(Object.keys(measurements).map((name): [string, number[]] => [name, []]))
  const node = [...process.execArgv, '--expose-gc', import.meta.filename]
  for (let sample = 0; sample < Number(first); sample++)
    for (const [name, values] of figures)
      values.push(Number(execFileSync(process.execPath, [...node, name], { encoding: 'utf8' })))
  const median = (name: string): number => figures.get(name)!.toSorted((a, b) => a - b)[figures.get(name)!.length >> 1]!
  for (const [name, values] of figures)
    console.log(
      `${name.padEnd(66)} ${median(name).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`,
    )
  for (const [title, ratio] of Object.entries(ratios)) console.log(`${title.padEnd(66)} ${ratio(median).toFixed(2)}`)
}
