// What control costs: an answer's batches and a run's steps without any of it, and with middlewares, a budget, a fallback and
// the cycle guard. Each sample is a process of its own, in interleaved order; medians with min–max of the CPU time. Run it with
//   node benchmarks/control.ts [samples] [folder]
// `folder`: another build of the package `toolloop`, against which the rows without control are compared.
import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import type { AgentOptions, ChatModel, Middleware } from 'toolloop'
import { z } from 'zod'

const other = process.env['TOOLLOOP_BUILD']
const { agent, fallback, tool } = (await import(
  other ? pathToFileURL(`${other}/dist/index.js`).href : 'toolloop'
)) as typeof import('toolloop')

const batches = 20_000
const chunk = (content: string, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk' as const,
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason }],
})

const talker: ChatModel = {
  name: 'talker',
  async *stream() {
    for (let at = 0; at < batches; at++) yield [chunk('word ')]
    yield [chunk('', 'stop')]
  },
}
const passing: Middleware = { name: 'passing', model: (_call, next) => next() }
const reading: Middleware = {
  name: 'reading',
  async *model(_call, next) {
    for await (const chunks of next()) yield chunks
  },
}

type Control = Partial<Pick<AgentOptions<readonly [], string, unknown>, 'budget' | 'cycleGuard' | 'middleware'>>

const spare: ChatModel = { name: 'spare', create: () => Promise.reject(new Error('It is never asked.')) }
const around: Middleware = { name: 'around', tool: (_call, next) => next() }

const measurements: Readonly<Record<string, () => Promise<number>>> = {
  'a batch, none, µs': () => perBatch({}),
  'a batch, one that passes the stream on, µs': () => perBatch({ middleware: [passing] }),
  'a batch, one that reads the stream, µs': () => perBatch({ middleware: [reading] }),
  'a batch, three that read the stream, µs': () => perBatch({ middleware: [reading, reading, reading] }),
  'a batch, a budget of tokens, µs': () => perBatch({ budget: { tokens: 1e9 } }),
  'a batch, a fallback, µs': () => perBatch({}, fallback([talker, spare])),
  'a step with a call, none, µs': () => perStep({}),
  'a step with a call, without the cycle guard, µs': () => perStep({ cycleGuard: false }),
  'a step with a call, one around the tool, µs': () => perStep({ middleware: [around] }),
  'a step with a call, a budget of calls, µs': () => perStep({ budget: { toolCalls: 1e6 } }),
  'a step with a call, a budget of time, µs': () => perStep({ budget: { ms: 1e9 } }),
}
const without = Object.keys(measurements).filter((name) => name.includes(' none,'))

async function perBatch(control: Control, model: ChatModel = talker): Promise<number> {
  const worker = agent({ name: 'a', model, wire: 'stream', ...control })
  return timed(15 * batches, async () => {
    for (let turn = 0; turn < 15; turn++) await worker.run('go', {})
  })
}

async function perStep(control: Control): Promise<number> {
  const work = tool({ name: 'work', parameters: z.object({ at: z.number() }), effects: 'none', execute: () => 'done' })
  let asked = 0
  const model: ChatModel = {
    name: 'caller',
    async create() {
      const last = ++asked % 100 === 0
      const call = {
        id: `c${asked}`,
        type: 'function' as const,
        function: { name: 'work', arguments: `{"at":${asked}}` },
      }
      const message = { role: 'assistant' as const, content: last ? 'done' : null, refusal: null }
      const choice = last ? message : { ...message, tool_calls: [call] }
      const choices = [{ index: 0, message: choice, finish_reason: last ? 'stop' : 'tool_calls', logprobs: null }]
      return { id: 'c', object: 'chat.completion' as const, created: 1, model: 'm', choices }
    },
  }
  const worker = agent({
    name: 'a',
    model,
    tools: [work],
    maxSteps: 200,
    stepRetries: 0,
    ...control,
  })
  return timed(100 * 60, async () => {
    for (let turn = 0; turn < 60; turn++) await worker.run('go', {})
  })
}

/** Microseconds of CPU time for each unit; one warm-up. */
async function timed(units: number, work: () => Promise<void>): Promise<number> {
  await work()
  const began = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / units
}

const [first = '5', before] = process.argv.slice(2)
if (first in measurements) console.log(await measurements[first]!())
else {
  const figures = new Map(Object.keys(measurements).map((name): [string, number[]] => [name, []]))
  const earlier = new Map(before ? without.map((name): [string, number[]] => [name, []]) : [])
  for (let sample = 0; sample < Number(first); sample++) {
    for (const [name, values] of figures) {
      values.push(sampleOf(name))
      earlier.get(name)?.push(sampleOf(name, before))
    }
  }
  for (const [name, values] of figures) {
    console.log(`${name.padEnd(50)} ${shown(values)}`)
    const then = earlier.get(name)
    if (then) console.log(`${`  in ${before}`.padEnd(50)} ${shown(then)}: ${percent(median(values) / median(then))}`)
  }
}

function sampleOf(name: string, build?: string): number {
  const env = { ...process.env, ...(build && { TOOLLOOP_BUILD: build }) }
  const output = execFileSync(process.execPath, [...process.execArgv, import.meta.filename, name], { env })
  return Number(output.toString())
}

function shown(values: number[]): string {
  values.sort((a, b) => a - b)
  const [middle, least, most] = [median(values), values[0]!, values.at(-1)!].map((value) => value.toFixed(2))
  return `${middle} (${least}–${most})`
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function percent(part: number): string {
  return `${part >= 1 ? '+' : ''}${((part - 1) * 100).toFixed(1)} %`
}
