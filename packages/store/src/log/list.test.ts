// Pages of runs and of sessions: what they promise while others write, and what they cost.
import fs, { mkdtempSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Fact } from '@toolloop/core'
import { fact } from '@toolloop/core/machine'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { fileStore, memoryStore, type Page, type RunQuery, type RunStore, sessionStore, sqliteStore } from '../index.ts'
import { statements } from './sqlite-tables.ts'

const root = mkdtempSync(join(tmpdir(), 'toolloop-list-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
let folder = ''
beforeEach(() => {
  folder = join(root, `${count++}`)
})

/** `again`: another handle on the same runs. */
const stores: [name: string, open: () => { runs: RunStore; again: () => RunStore }][] = [
  ['memoryStore', () => ({ runs: memoryStore(), again: () => expect.unreachable() })],
  [
    'fileStore',
    () => ({ runs: fileStore(folder, { sync: 'none' }), again: () => fileStore(folder, { sync: 'none' }) }),
  ],
  [
    'sqliteStore',
    () => ({ runs: sqliteStore(`${folder}.sqlite`), again: () => sqliteStore(`${folder}.sqlite`, { sync: 'none' }) }),
  ],
]

/** A run that has ended: of an agent, or the turn of a session. */
async function add(runs: RunStore, id: string, at: number, status: 'done' | 'aborted' = 'done'): Promise<void> {
  const turn = Number(/\/(\d+)$/.exec(id)?.[1] ?? -1)
  const start = fact({
    type: 'run.start',
    version: 1,
    agent: { name: 'one', fingerprint: '' },
    input: [{ role: 'user', content: 'Hello.' }],
    ...(turn >= 0 && { session: { turn, messages: turn } }),
  })
  const end = fact({
    type: 'run.done',
    outcome: status === 'done' ? { status, text: '' } : { status, reason: '' },
  })
  await runs.log(id).append([start, end].map((one, seq): Fact => ({ ...one, seq, at, run: id })))
}

async function pages(
  list: (query: RunQuery) => Promise<Page<{ readonly id: string }>>,
  query: RunQuery,
  between: (page: number) => void | Promise<void> = () => {},
): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | undefined, page = 1; ; page++) {
    const { data, next } = await list({ ...query, after })
    ids.push(...data.map(({ id }) => id))
    if (next === undefined) return ids
    await between(page)
    after = next
  }
}

const named = (length: number): string[] =>
  Array.from({ length }, (_, index) => `run-${String(index).padStart(4, '0')}`)

describe.each(stores)('%s', (name, open) => {
  test('lists what exists from the first page to the last once, also where the last run of a page is deleted', async () => {
    const { runs } = open()
    const all = named(20)
    for (const id of all) await add(runs, id, 50)
    const deleted = ['run-0003', 'run-0009'] // the last one of a page, and one of the page after the next
    const seen = await pages(
      (query) => runs.list(query),
      { limit: 4 },
      async (page) => {
        await runs.delete(deleted[page - 1] ?? '-')
        await add(runs, `new-${page}`, 1000)
      },
    )
    expect(seen).toEqual(all.filter((id) => id !== 'run-0009'))
  })

  test('goes on where the clock counts parts of milliseconds', async () => {
    const { runs } = open()
    for (const [at, id] of named(5).entries()) await add(runs, id, 5.25 - at)
    expect(await pages((query) => runs.list(query), { limit: 2 })).toEqual(named(5))
  })

  test('lists sessions once, also one that gets a turn, one of the same moment, and one that is deleted', async () => {
    const { runs } = open()
    const sessions = sessionStore(runs)
    const all = named(20)
    for (const id of all) await add(runs, `${id}/0`, 50)
    const seen = await pages(
      (query) => sessions.list(query),
      { limit: 4 },
      async (page) => {
        if (page === 1) for (const turn of [1, 2]) await add(runs, `run-0018/${turn}`, 1000 + turn) // moves to the front
        if (page === 2) await add(runs, 'run-0002/1', 1000) // was listed
        if (page === 3) await sessions.delete('run-0011') // the last one of the page
      },
    )
    expect(seen).toEqual(all)
    const { data } = await sessions.list({ limit: 3 })
    expect(data.map(({ id, turns }) => [id, turns])).toEqual([
      ['run-0018', 3],
      ['run-0002', 2],
      ['run-0000', 1],
    ])
  })

  test('lists the sessions of a status, a page at a time, among many others', async () => {
    const { runs } = open()
    const all = named(300)
    for (const [at, id] of all.entries()) await add(runs, `${id}/0`, 1000 - at, at % 100 === 99 ? 'aborted' : 'done')
    const seen = await pages((query) => sessionStore(runs).list(query), { limit: 1, status: 'aborted' })
    expect(seen).toEqual(['run-0099', 'run-0199', 'run-0299'])
  })
})

describe.each(stores.slice(1))('%s in two processes', (name, open) => {
  test('a page that one has read is continued by another, which has listed before', async () => {
    const { runs, again } = open()
    const other = again()
    const all = named(9)
    for (const id of all) await add(runs, id, 50)
    await other.list({ limit: 1 }) // knows nine runs
    for (const id of ['newer-1', 'newer-2', 'newer-3']) await add(runs, id, 100)
    const { data, next } = await runs.list({ limit: 2 })
    const rest = await other.list({ after: next })
    expect([...data, ...rest.data].map(({ id }) => id)).toEqual(['newer-1', 'newer-2', 'newer-3', ...all])
  })
})

/** Calls of `node:fs` by name, while `run` runs. */
async function filesystemCalls(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const calls: Record<string, number> = {}
  const names = ['readdirSync', 'statSync', 'openSync', 'readFileSync'] as const
  const originals = names.map((name) => [name, fs[name]] as const)
  for (const [name, original] of originals)
    Object.assign(fs, {
      [name]: (...args: readonly unknown[]): unknown => {
        calls[name] = (calls[name] ?? 0) + 1
        return Reflect.apply(original, fs, args)
      },
    })
  syncBuiltinESMExports()
  try {
    await run()
  } finally {
    Object.assign(fs, Object.fromEntries(originals))
    syncBuiltinESMExports()
  }
  return calls
}

describe('the cost of all pages', () => {
  test.each([1, 10, 100])('in a folder is in proportion to the runs, with %i a page', async (limit) => {
    const runs = fileStore(folder, { sync: 'none' })
    const all = named(200)
    for (const [at, id] of all.entries()) await add(runs, id, at)
    const calls = await filesystemCalls(async () => {
      expect(await pages((query) => runs.list(query), { limit })).toHaveLength(200)
    })
    // Each run is read for the order, for its page, and once more where it only shows that there is a next page.
    const reads = 200 + 200 + 200 / limit - 1
    expect(calls).toEqual({ readdirSync: 1, statSync: reads, readFileSync: reads })
  })

  test.each([1, 10, 100])('of sessions in a folder is in proportion to them, with %i a page', async (limit) => {
    const runs = fileStore(folder, { sync: 'none' })
    const sessions = sessionStore(runs)
    for (let at = 0; at < 100; at++) for (const turn of [0, 1]) await add(runs, `s-${at}/${turn}`, at * 2 + turn)
    const { readdirSync, ...calls } = await filesystemCalls(async () => {
      expect(await pages((query) => sessions.list(query), { limit })).toHaveLength(100)
    })
    expect(readdirSync).toBeLessThanOrEqual(2) // the second page begins with what is left of the first page of runs
    for (const each of Object.values(calls)) expect(each).toBeLessThan(200 * 8)
  })

  test('in SQLite is in proportion to the runs: a page begins in the index, also among runs of one moment', async () => {
    sqliteStore(`${folder}.sqlite`).close()
    using database = new DatabaseSync(`${folder}.sqlite`)
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${statements.list}`).all()
    expect(plan.flatMap(({ detail }) => (/ runs .*INDEX/.test(String(detail)) ? [detail] : []))).toEqual([
      'SEARCH runs USING INDEX runs_by_start (started_at=? AND run>?)',
      'SEARCH runs USING INDEX runs_by_start (started_at<?)',
    ])
    expect(plan.filter(({ detail }) => /TEMP B-TREE/.test(String(detail)))).toEqual([])
  })
})
