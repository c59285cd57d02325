// Run as a process of its own by process.test.ts: does something with runs, says so, and must then exit by itself.
import { Client } from '@toolloop/client'
import { tool } from '@toolloop/schema'
import { z } from 'zod'
import { agent } from '../index.ts'

process.on('unhandledRejection', (error) => {
  console.log('unhandled', error)
  process.exitCode = 3
})
const [scenario = '', baseURL = ''] = process.argv.slice(2)
const client = new Client({ apiKey: 'test', baseURL }) // never closed
const never = tool({ name: 'work', parameters: z.object({ id: z.number() }), execute: () => new Promise(() => {}) })
const quick = tool({
  name: 'work',
  parameters: z.object({ id: z.number() }),
  effects: 'none',
  timeout: 60_000,
  execute: ({ id }) => id,
})
const rated = tool({
  name: 'work',
  parameters: z.object({ id: z.number() }),
  limit: { interval: 30_000, intervalCap: 8 },
  execute: ({ id }) => id,
})
const make = (one: typeof never | typeof quick | typeof rated) =>
  agent({ name: 'a', model: 'scripted', client, tools: [one] })

const scenarios: Record<string, () => Promise<unknown>> = {
  done: async () => (await make(quick).run('go')).status,
  streamed: async () => {
    let events = 0
    for await (const event of make(quick).stream('go')) events += event.type === 'tool.done' ? 1 : 0
    return events
  },
  rated: async () => (await make(rated).run('go')).status,
  aborted: async () => {
    const stream = make(never).stream('go')
    stream.on('tool.start', () => stream.abort('enough'))
    return (await stream.result).status
  },
  left: async () => {
    for await (const event of make(never).stream('go')) if (event.type === 'tool.start') break
    return 'left'
  },
  untouched: async () => {
    make(never).stream('go')
    return 'untouched'
  },
  'listener throws, nobody awaits': async () => {
    make(quick)
      .stream('go')
      .on('tool.done', () => {
        throw new Error('mine')
      })
    return 'listening'
  },
  'cannot start, nobody awaits': async () => {
    void make(quick)
      .stream([])
      .on('run.done', () => {})
    return 'not started'
  },
}
console.log(await scenarios[scenario]?.())
