// One process of the kill test: starts the run of a folder, or continues it. It prints a line for each fact.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ApprovalRequest, agent, type Decision } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { fileLog } from '@toolloop/store'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { z } from 'zod'
import { loopUntil, map, parallel, pipe, reduce, retry, stage, type StageContext } from '../index.ts'

const [folder = '.'] = process.argv.slice(2)
const ledger = join(folder, 'ledger.txt')
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 4))

/** An effect outside: a line in a file that knows nothing of the run. A kill may come before it, after it, or never. */
async function effect(kind: 'unsafe' | 'idempotent', key: string): Promise<void> {
  await pause()
  appendFileSync(ledger, `${kind} ${key}\n`)
  await pause()
}

const pay = stage(
  async (item: number, { idempotencyKey }: StageContext) => {
    await effect('unsafe', idempotencyKey)
    return item
  },
  { name: 'pay', effects: 'unsafe' },
)
const fetched = async (item: number, { idempotencyKey, error }: StageContext) => {
  await effect('idempotent', idempotencyKey)
  if (item % 4 === 0 && !error) throw new Error('busy')
  return item + 1
}
const add = ({ total, item }: { total: number; item: number; index: number }) => total + item
const book = tool({
  name: 'book',
  parameters: z.object({ n: z.number() }),
  execute: async ({ n }, { idempotencyKey }) => {
    await effect('unsafe', idempotencyKey)
    return `booked ${n}`
  },
})
const clerk = agent({
  name: 'clerk',
  tools: [book],
  model: scriptedModel((request) => {
    const { length } = toolResults(request)
    return length < 2 ? call('book', { n: length }, { id: `b${length}` }) : text('Booked.')
  }),
})
const payments = pipe(
  (n: number) => Array.from({ length: n }, (_, at) => at),
  map(pipe(retry(fetched, { times: 2, backoff: 1 }), pay), { concurrency: 4 }),
  reduce(add, 0),
  parallel({
    clerk: pipe((sum: number) => `Book ${sum}.`, clerk),
    again: loopUntil(pay, (n: number) => n > 100, { max: 2 }),
  }),
).named('payments')

/** A person who looks into the ledger: what is there has happened. */
function decide({ path, step, callId, arguments: input, kind }: ApprovalRequest): Decision {
  if (kind !== 'interrupted') throw new Error(`A request of kind ${kind}`)
  const key = path === '' ? `r/${callId}` : `r/${path}/${step}/${callId}`
  const isPaid = readFileSync(ledger, 'utf8').includes(`unsafe ${key}\n`)
  return isPaid ? { result: path === '' ? input : 'booked' } : { approve: true }
}

const log = fileLog(join(folder, 'payments.jsonl'))
const isResumed = (await log.load()).length > 0
const stream = isResumed
  ? payments.stream(undefined, { from: log, approver: decide })
  : payments.stream(12, { log, runId: 'r', approver: decide })
for await (const event of stream) if ('seq' in event) process.stdout.write(`${event.type}\n`)
process.stdout.write(`${JSON.stringify(await stream.result)}\n`)
