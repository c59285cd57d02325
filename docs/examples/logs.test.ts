import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call, checkRunLog, checkRunStore, scriptedModel, text } from '@toolloop/testing'
import { agent, type Fact, isFact, outputOf, type RunLog, tool } from 'toolloop'
import { fileLog, fileStore, LogError, memoryStore, sqliteStore } from 'toolloop/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const cashier = () =>
  agent({
    name: 'cashier',
    model: scriptedModel(({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? text('Paid.') : call('pay', { amount: 250 }, { id: 'c1' }),
    ),
    tools: [
      tool({
        name: 'pay',
        parameters: z.object({ amount: z.number() }),
        needsApproval: ({ amount }) => amount > 100,
        execute: ({ amount }) => `paid ${amount}`,
      }),
    ],
  })

test('one run in a file', async () => {
  const path = join(folder, 'invoice-17.jsonl')
  // #region file
  const paused = await cashier().run('Pay the invoice over 250.', { log: fileLog(path) })
  // … and later, in any process:
  const decisions = { c1: { approve: true } } as const
  const result = await cashier().run(undefined, { from: fileLog(path), decisions })
  // #endregion
  expect([paused.status, outputOf(result)]).toEqual(['approval', 'Paid.'])
})

test('many runs', async () => {
  const path = join(folder, 'runs.sqlite')
  // #region store
  const store = sqliteStore(path) // or fileStore(folder)
  await cashier().run('Pay the invoice over 250.', { log: store.log('invoice-17') })

  const { data, next } = await store.list({ status: 'approval', limit: 20 })
  for (const { id, agent: name, updatedAt } of data) console.log(id, name, new Date(updatedAt).toISOString())
  // #endregion
  expect(data).toMatchObject([{ id: 'invoice-17', agent: 'cashier', status: 'approval', facts: 5 }])
  expect(next).toBeUndefined()
  store.close()
})

test('start or go on', async () => {
  const store = fileStore(join(folder, 'runs'))
  // #region start
  const pay = async (invoice: string) => {
    const log = store.log(invoice)
    const used = (await log.load()).length > 0
    return used ? cashier().run(undefined, { from: log }) : cashier().run(`Pay ${invoice}.`, { log })
  }
  try {
    await pay('invoice-17')
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'log_owned') throw error
    console.log(`process ${error.owner?.pid} on ${error.owner?.host} runs it`)
  }
  // #endregion
  expect((await pay('invoice-17')).status).toBe('approval')
})

// #region own
/** A log in a table with the primary key (run, seq). */
const tableLog = (table: Map<string, string>, run: string): RunLog => ({
  load: async () => {
    const facts: Fact[] = []
    for (let row = table.get(`${run}/0`); row !== undefined; row = table.get(`${run}/${facts.length}`))
      facts.push(JSON.parse(row) as Fact)
    return facts
  },
  append: async (facts) => {
    const [first] = facts
    if (first === undefined) return
    if (first.seq > 0 && !table.has(`${run}/${first.seq - 1}`)) throw new Error(`fact ${first.seq - 1} is missing`)
    for (const [at, { seq }] of facts.entries())
      if (seq !== first.seq + at || table.has(`${run}/${seq}`)) throw new Error(`fact ${seq} does not follow`)
    for (const fact of facts) table.set(`${run}/${fact.seq}`, JSON.stringify(fact))
  },
})

describe('a log in a table', () => {
  const table = new Map<string, string>()
  let run = 0
  const cases = checkRunLog(() => tableLog(table, `${++run}`), { reopen: () => tableLog(table, `${run}`) })
  test.each(cases)('$name', async (promise) => {
    await expect(promise.run()).resolves.toBeUndefined()
  })
})
// #endregion

test('a log is a list of facts', async () => {
  const log = fileLog(join(folder, 'read.jsonl'))
  await cashier().run('Pay the invoice over 250.', { log })
  const facts = await log.load()
  expect(facts.every(isFact)).toBe(true)
  expect(facts.map(({ type }) => type)).toEqual([
    'run.start',
    'step.start',
    'step.done',
    'approval.request',
    'run.pause',
  ])
})

const myStore = memoryStore
// #region own-store
describe('my store', () => {
  const cases = checkRunStore(() => myStore(), { reopen: (store) => store })
  test.each(cases)('$name', async (promise) => {
    await expect(promise.run()).resolves.toBeUndefined()
  })
})
// #endregion
