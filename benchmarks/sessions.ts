// What sessions cost: a turn after 1, 50 and 500 earlier ones, opening a session that is not in memory, and lists, also of
// 10,000 sessions page by page, in memory, in a folder and in SQLite. The model answers in process, so the store is what differs. Run it with
//   node --conditions=@toolloop/source benchmarks/sessions.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, type ChatModel, type Fact } from 'toolloop'
import { fileStore, memoryStore, type RunStore, sessionStore, sqliteStore } from 'toolloop/store'

const folder = mkdtempSync(join(tmpdir(), 'toolloop-sessions-'))
const stores: Readonly<Record<string, () => RunStore>> = {
  memory: () => memoryStore(),
  folder: () => fileStore(join(folder, 'runs'), { sync: 'none' }),
  SQLite: () => sqliteStore(join(folder, 'runs.sqlite'), { sync: 'none' }),
}

const model = {
  name: 'scripted',
  create: async () => ({
    id: 'c',
    object: 'chat.completion',
    created: 0,
    model: 'scripted',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'It rains.' }, finish_reason: 'stop', logprobs: null },
    ],
  }),
} as unknown as ChatModel
const weather = agent({ name: 'weather', model })
const sizes = [1, 50, 500]
const sessions = 20
const many = 10_000
const page = 100

/** The turn 0 of a session, as its run has logged it. */
const turnOf = (session: string, at: number): Fact[] =>
  [
    {
      type: 'run.start',
      version: 1,
      agent: { name: 'weather', fingerprint: '' },
      input: [{ role: 'user', content: 'How is the weather?' }],
      session: { turn: 0, messages: 0 },
    } as const,
    { type: 'run.done', outcome: { status: 'done', text: 'It rains.' } } as const,
  ].map((fact, seq) => ({ ...fact, seq, at, run: session, path: '' }))

/** Reads all pages of a list. */
async function readPages(list: (after: string | undefined) => Promise<{ readonly next?: string }>): Promise<void> {
  for (let after: string | undefined; ;) {
    const { next } = await list(after)
    if (next === undefined) return
    after = next
  }
}

/** Counts the operations of a store: unlike times, they do not depend on the machine. */
function counted(runs: RunStore) {
  const count = { operations: 0, facts: 0 }
  const store: RunStore = {
    list: (query) => (count.operations++, runs.list(query)),
    summary: (id) => (count.operations++, runs.summary(id)),
    delete: (id) => (count.operations++, runs.delete(id)),
    log: (id) => {
      const log = runs.log(id)
      return {
        load: async () => {
          count.operations++
          const facts = await log.load()
          count.facts += facts.length
          return facts
        },
        append: (facts) => (count.operations++, log.append(facts)),
      }
    },
  }
  return { store, count }
}

const table: Record<string, string>[] = []
try {
  for (const [name, open] of Object.entries(stores)) {
    const { store: runs, count } = counted(open())
    /** Milliseconds for each of so many, and what it did to the store. */
    const measured = async (times: number, run: (index: number) => Promise<unknown>): Promise<string> => {
      Object.assign(count, { operations: 0, facts: 0 })
      const begun = performance.now()
      for (let index = 0; index < times; index++) await run(index)
      const ms = ((performance.now() - begun) / times).toFixed(2)
      return `${ms} ms, ${count.operations / times} operations, ${count.facts / times} facts read`
    }
    const row: Record<string, string> = { store: name }
    const session = await sessionStore(runs).open('long')
    let turns = 0
    for (const size of sizes) {
      for (; turns < size; turns++) await session.run(weather, `Turn ${turns}: how is the weather?`)
      row[`a turn after ${size}`] = await measured(10, async () => session.run(weather, `Turn ${turns++}`))
      row[`opening ${size}`] = await measured(3, async () => sessionStore(runs).open('long'))
    }
    for (let one = 0; one < sessions; one++)
      await (await sessionStore(runs).open(`short-${one}`)).run(weather, 'How is the weather?')
    row[`listing ${sessions} of ${sessions + 1}`] = await measured(3, async () =>
      sessionStore(runs).list({ limit: sessions }),
    )
    row['listing all'] = await measured(3, async () => sessionStore(runs).list())
    row['deleting the long one'] = await measured(1, async () => sessionStore(runs).delete('long'))
    for (let at = 0; at < many; at++) await runs.log(`many-${at}/0`).append(turnOf(`many-${at}`, at))
    row[`all pages of ${many} runs`] = await measured(1, async () =>
      readPages((after) => runs.list({ limit: page, after })),
    )
    row[`all pages of ${many} sessions`] = await measured(1, async () =>
      readPages((after) => sessionStore(runs).list({ limit: page, after })),
    )
    table.push(row)
  }
  console.log(`${cpus()[0]?.model} × ${cpus().length}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`)
  for (const title of Object.keys(table[0]!).slice(1))
    for (const row of table) console.log(title.padEnd(28), row['store']!.padEnd(8), row[title])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
