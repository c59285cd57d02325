// Run as a process of its own by memory.test.ts: how many bytes does a run leave behind for a full collection?
import { Client } from '@toolloop/client'
import { tool } from '@toolloop/schema'
import { z } from 'zod'
import { agent } from '../index.ts'

declare const gc: (options?: { type: 'minor' }) => void

const [way, baseURL = ''] = process.argv.slice(2)
const work = tool({ name: 'work', parameters: z.object({ id: z.number() }), timeout: 60_000, execute: ({ id }) => id })
const worker = agent({
  name: 'a',
  model: 'scripted',
  client: new Client({ apiKey: 'test', baseURL }),
  tools: [work],
})

async function runs(count: number): Promise<void> {
  for (let run = 0; run < count; run++) {
    if (way === 'awaited') await worker.run('go')
    else for await (const event of worker.stream('go')) void event
  }
}

await runs(200)
gc()
const before = process.memoryUsage().heapUsed
await runs(500)
gc({ type: 'minor' })
gc({ type: 'minor' })
console.log((process.memoryUsage().heapUsed - before) / 500)
process.exit(0)
