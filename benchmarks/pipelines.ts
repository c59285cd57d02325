// What pipelines cost: a stage over a bare call, an agent as a stage and as a tool over a run of its own, a map of 10,000
// items. Each sample is a process of its own, in interleaved order; medians with min–max of the CPU time. Run it with
//   node benchmarks/pipelines.ts [samples]
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { agent, type ChatModel, Client, type RunLog, tool } from 'toolloop'
import { map, pipe } from 'toolloop/pipeline'
import { z } from 'zod'

const measurements: Readonly<Record<string, () => Promise<number>>> = {
  'a bare call that is awaited, µs': () => bareCalls(),
  'a stage of a pipe of 20, µs': () => stages(),
  'an item of a map of 1,000, µs': () => items(1_000, 20),
  'an item of a map of 10,000, µs': () => items(10_000, 2),
  'heap that an item of 10,000 keeps, bytes': () => heap(),
  'a step of an agent, model in process, µs': () => ownRun(inProcess),
  '… as a stage, µs': () => asStage(inProcess),
  '… as a tool, µs': () => asTool(inProcess),
  'a step of an agent over HTTP, µs': () => withServer(ownRun),
  '… as a stage over HTTP, µs': () => withServer(asStage),
  '… as a tool over HTTP, µs': () => withServer(asTool),
}

type Median = (name: string) => number
const ratios: Readonly<Record<string, (median: Median) => number>> = {
  'an agent as a stage, × its own run, over HTTP': (median) =>
    median('… as a stage over HTTP, µs') / median('a step of an agent over HTTP, µs'),
  'an agent as a tool, × its own run, over HTTP': (median) =>
    median('… as a tool over HTTP, µs') / median('a step of an agent over HTTP, µs'),
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
const turns = 200

interface Answer {
  readonly content: string | null
  readonly tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
}

const calling = (id: string, name: string, args: string): Answer => ({
  content: null,
  tool_calls: [{ id, type: 'function', function: { name, arguments: args } }],
})

/** Calls `work` in each step but the last, and `ask` in the first one. */
function answerTo(messages: readonly { readonly role: string }[], tools: readonly string[]): Answer {
  const asked = messages.filter(({ role }) => role === 'assistant').length
  if (tools.includes('ask')) return asked === 0 ? calling('b0', 'ask', '{"input":"go"}') : { content: 'done' }
  return asked < steps - 1 ? calling(`c${asked}`, 'work', `{"at":${asked}}`) : { content: 'done' }
}

const completionOf = (answer: Answer) => ({
  id: 'c',
  object: 'chat.completion' as const,
  created: 1,
  model: 'm',
  choices: [
    {
      index: 0,
      message: { role: 'assistant' as const, refusal: null, ...answer },
      finish_reason: answer.tool_calls ? 'tool_calls' : 'stop',
      logprobs: null,
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
})

/** The model of an agent, in process or over HTTP. */
interface Served {
  readonly model: ChatModel | string
  readonly client?: Client
}

const local: ChatModel = {
  name: 'in process',
  create: async ({ messages, tools = [] }) =>
    completionOf(
      answerTo(
        messages,
        tools.map((one) => (one.type === 'function' ? one.function.name : '')),
      ),
    ),
}

const inProcess: Served = { model: local }

/** A server in a process of its own, so that only the client's CPU time counts. */
async function withServer(run: (served: Served) => Promise<number>): Promise<number> {
  const server = spawn(process.execPath, [...process.execArgv, import.meta.filename, 'server'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer]
    await using client = new Client({ apiKey: 'none', baseURL: `http://127.0.0.1:${port.toString().trim()}` })
    return await run({ model: 'm', client })
  } finally {
    server.kill()
  }
}

function serve(): void {
  const server = createServer(async (request, response) => {
    const body: Buffer[] = []
    for await (const part of request) body.push(part as Buffer)
    const { messages, tools = [] } = JSON.parse(Buffer.concat(body).toString()) as {
      messages: { role: string }[]
      tools?: { function: { name: string } }[]
    }
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify(
        completionOf(
          answerTo(
            messages,
            tools.map((one) => one.function.name),
          ),
        ),
      ),
    )
  })
  server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port))
}

const work = tool({ name: 'work', parameters: z.object({ at: z.number() }), effects: 'none', execute: () => 'done' })
const worker = (served: Served) => agent({ name: 'worker', ...served, tools: [work], maxSteps: steps, stepRetries: 0 })

/** `each`: how many steps a run has. */
async function runs(each: number, run: () => Promise<unknown>): Promise<number> {
  return timed(turns * each, async () => {
    for (let turn = 0; turn < turns; turn++) await run()
  })
}

async function ownRun(served: Served): Promise<number> {
  const own = worker(served)
  return runs(steps, () => own.run('go'))
}

async function asStage(served: Served): Promise<number> {
  const stage = pipe(worker(served))
  return runs(steps, () => stage.run('go'))
}

/** The calling agent has two steps of its own. */
async function asTool(served: Served): Promise<number> {
  const ask = worker(served).asTool({ name: 'ask', description: 'Works.' })
  const caller = agent({ name: 'caller', ...served, tools: [ask], stepRetries: 0 })
  return runs(steps + 2, () => caller.run('go'))
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
if (first === 'server') serve()
else if (first in measurements) console.log(await measurements[first]!())
else {
  const figures = new Map(Object.keys(measurements).map((name): [string, number[]] => [name, []]))
  const node = [...process.execArgv, '--expose-gc', import.meta.filename]
  for (let sample = 0; sample < Number(first); sample++)
    for (const [name, values] of figures)
      values.push(Number(execFileSync(process.execPath, [...node, name], { encoding: 'utf8' })))
  const median = (name: string): number => figures.get(name)!.toSorted((a, b) => a - b)[figures.get(name)!.length >> 1]!
  for (const [name, values] of figures)
    console.log(
      `${name.padEnd(52)} ${median(name).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`,
    )
  for (const [title, ratio] of Object.entries(ratios)) console.log(`${title.padEnd(52)} ${ratio(median).toFixed(2)}`)
}
