import { startPostgres } from '../../scripts/services/postgres.ts'
import { client, serve } from './src/index.ts'
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { z } from 'zod'
const counter = agent({
  name: 'counter',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    const sixty = Array.from({ length: 60 }, (_, index) => ({ name: 'count', args: { at: done + index } }))
    return done < 600 ? calls(sixty) : text('Done.')
  }),
  tools: [
    tool({ name: 'count', parameters: z.object({ at: z.number() }), effects: 'none', execute: ({ at }) => at + 1 }),
  ],
})
const t = performance.now()
const say = (...a: unknown[]) => console.log((performance.now() - t).toFixed(0), ...a)
await counter.run('go')
say('memory')
const postgres = await startPostgres({ settings: { fsync: 'off' } })
say('pg')
const w = await serve([counter], { database: postgres.url, pollInterval: 20 })
say('worker')
const runs = client(postgres.url)
await runs.run(counter, 'go', { runId: 'a' })
say('run without readers')
const { Client } = await import('pg')
const c = new Client({ connectionString: postgres.url })
await c.connect()
say(
  (await c.query("select count(*) from dbos.operation_outputs where workflow_uuid='a'")).rows,
  (await runs.status('a')).facts,
)
const p = runs.run(counter, 'go', { runId: 'b' })
await new Promise((r) => setTimeout(r, 500))
await Promise.all(
  Array.from({ length: Number(process.argv[2] ?? 50) }, async () => {
    let n = 0
    for await (const e of runs.attach(counter, 'b')) n++
    return n
  }),
)
say('with readers')
await p
await c.end()
await runs.close()
await w.stop()
await postgres.stop()
