// What middleware costs: a batch of an answer through none, one and three of them, and a run that has none. Each sample
// is a process of its own, in interleaved order; medians with min–max of the CPU time. Run it with
//   node benchmarks/middleware.ts [samples]
import { execFileSync } from 'node:child_process'
import { agent, type ChatModel, type Middleware, tool } from 'toolloop'
import { z } from 'zod'

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

const measurements: Readonly<Record<string, () => Promise<number>>> = {
  'a batch, none, µs': () => perBatch([]),
  'a batch, one that passes the stream on, µs': () => perBatch([passing]),
  'a batch, one that reads the stream, µs': () => perBatch([reading]),
  'a batch, three that read the stream, µs': () => perBatch([reading, reading, reading]),
  'a step with a call, none, µs': () => perStep([]),
  'a step with a call, one around the tool, µs': () => perStep([{ name: 'tool', tool: (_call, next) => next() }]),
}

async function perBatch(middleware: readonly Middleware[]): Promise<number> {
  const worker = agent({ name: 'a', model: talker, ...(middleware.length > 0 && { middleware }) })
  return timed(15 * batches, async () => {
    for (let turn = 0; turn < 15; turn++) await worker.run('go', {})
  })
}

async function perStep(middleware: readonly Middleware[]): Promise<number> {
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
    ...(middleware.length > 0 && { middleware }),
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

const [first = '5'] = process.argv.slice(2)
if (first in measurements) console.log(await measurements[first]!())
else {
  const figures = new Map(Object.keys(measurements).map((name): [string, number[]] => [name, []]))
  for (let sample = 0; sample < Number(first); sample++)
    for (const [name, values] of figures)
      values.push(
        Number(execFileSync(process.execPath, [...process.execArgv, import.meta.filename, name], { encoding: 'utf8' })),
      )
  for (const [name, values] of figures) {
    values.sort((a, b) => a - b)
    const shown = [values[values.length >> 1], values[0], values.at(-1)].map((value) => value!.toFixed(2))
    console.log(`${name.padEnd(46)} ${shown[0]} (${shown[1]}–${shown[2]})`)
  }
}
