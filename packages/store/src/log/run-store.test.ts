import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { agent, type Fact } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { fileStore, memoryStore, type RunStore, type RunSummary, sqliteStore } from '../index.ts'
import { newOwner } from './owner.ts'
import { idOf, keyOf } from './run-key.ts'

const root = mkdtempSync(join(tmpdir(), 'toolloop-run-store-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
let folder = ''
beforeEach(() => {
  folder = join(root, `${count++}`)
})

const stores: [name: string, open: () => RunStore & { close?(): void }][] = [
  ['memoryStore', () => memoryStore()],
  ['fileStore', () => fileStore(join(folder, 'runs'))],
  ['sqliteStore', () => sqliteStore(join(folder, 'runs.sqlite'))],
]

const ids = ['a', 'A', '..', '../../escape', 'a/b\\c', 'ä', '🦉', '\uD800', '%61', 'con', ' ', '\0', 'x'.repeat(100)]

const greeter = (name: string) => agent({ name, model: scriptedModel([text('Hello.')]) })
const start = (seq: number, at: number, name = 'greeter'): Fact => ({
  type: 'run.start',
  seq,
  at,
  run: 'r',
  path: '',
  version: 1,
  agent: { name, fingerprint: '' },
  input: [{ role: 'user', content: 'x'.repeat(40_000) }],
})
const note = (seq: number, path = ''): Fact => ({
  seq,
  at: seq * 10,
  run: 'r',
  path,
  type: 'message.add',
  origin: 'caller',
  message: { role: 'user', content: 'y'.repeat(40_000) },
})

describe.each(stores)('%s', (name, open) => {
  test('keeps runs apart, whatever their ids are, and lists each by its own', async () => {
    const store = open()
    for (const id of ids) await store.log(id).append([start(0, ids.indexOf(id))])
    const { data } = await store.list()
    expect(data.map(({ id }) => id)).toEqual(ids.toReversed())
    store.close?.()
    expect(readdirSync(root).filter((file) => !/^\d+$/.test(file))).toEqual([])
  })

  test.each([
    ['', 'not empty'],
    ['ä'.repeat(100), '300 bytes'],
    [undefined as unknown as string, 'undefined'],
  ])('refuses the id %j', (id, message) => {
    const store = open()
    expect(() => store.log(id)).toThrow(message)
    store.close?.()
  })

  test('tells how each run stands', async () => {
    const store = open()
    const pay = tool({ name: 'pay', needsApproval: true, execute: () => 'paid' })
    const payer = agent({ name: 'payer', model: scriptedModel([call('pay')]), tools: [pay] })
    const failing = agent({ name: 'failing', model: scriptedModel([]), stepRetries: 0 })
    let at = 0
    const clock = { now: () => at++, setTimeout, clearTimeout } as never
    await greeter('greeter').run('Hi', { log: store.log('done'), clock })
    await payer.run('Pay', { log: store.log('approval'), clock })
    await failing.run('Hi', { log: store.log('error'), clock })
    await store
      .log('running')
      .append([
        start(0, 1000, 'runner'),
        note(1),
        { ...note(2, 'child'), type: 'run.done', outcome: { status: 'done', text: '' } },
      ])
    const { data } = await store.list()
    for (const summary of data) expect(await store.summary(summary.id)).toEqual(summary)
    expect(await store.summary('none')).toBeUndefined()
    expect(data.map(({ id, agent: by, status }) => ({ id, by, status }))).toEqual([
      { id: 'running', by: 'runner', status: 'running' },
      { id: 'error', by: 'failing', status: 'error' },
      { id: 'approval', by: 'payer', status: 'approval' },
      { id: 'done', by: 'greeter', status: 'done' },
    ])
    for (const { id, facts, startedAt, updatedAt } of data) {
      const all = await store.log(id).load()
      expect({ facts, startedAt, updatedAt }).toEqual({
        facts: all.length,
        startedAt: all[0]!.at,
        updatedAt: all.at(-1)!.at,
      })
    }
    const shown = async (query: Parameters<RunStore['list']>[0]): Promise<string[]> =>
      (await store.list(query)).data.map(({ id }) => id)
    expect(await shown({ status: 'approval' })).toEqual(['approval'])
    expect(await shown({ agent: 'greeter' })).toEqual(['done'])
    expect(await shown({ agent: 'greeter', status: 'error' })).toEqual([])
    store.close?.()
  })

  test('lists page by page, without a repetition or a gap while runs come and go', async () => {
    const store = open()
    // Three of each time, so that pages end between runs of the same time.
    const all = Array.from({ length: 25 }, (_, index) => `run-${String(index).padStart(2, '0')}`)
    for (const [index, id] of all.entries()) await store.log(id).append([start(0, 100 - Math.floor(index / 3))])
    const seen: RunSummary[] = []
    for (let after: string | undefined; ;) {
      const page = await store.list({ limit: 4, after })
      seen.push(...page.data)
      if (page.next === undefined) break
      after = page.next
      await store.log(`new-${after}`).append([start(0, 1000)])
    }
    expect(seen.map(({ id }) => id)).toEqual(all)
    await expect(store.list({ limit: 0 })).rejects.toThrow('`limit` is 0')
    await expect(store.list({ after: 'x' })).rejects.toThrow('`after` is "x"')
    store.close?.()
  })

  test('deletes a run that nobody owns, and no other', async () => {
    const store = open()
    await greeter('greeter').run('Hi', { log: store.log('ended') })
    await store.log('running').append([start(0, 1)])
    await expect(store.delete('running')).rejects.toMatchObject({ code: 'log_owned', owner: { pid: process.pid } })
    expect([await store.delete('ended'), await store.delete('ended'), await store.delete('none')]).toEqual([
      true,
      false,
      false,
    ])
    expect((await store.list()).data.map(({ id }) => id)).toEqual(['running'])
    expect(await store.log('ended').load()).toEqual([])
    await greeter('greeter').run('Hi', { log: store.log('ended') })
    store.close?.()
  })

  test('makes files that their owner alone may read', async () => {
    const store = open()
    if (name === 'memoryStore') return
    await greeter('greeter').run('Hi', { log: store.log('a') })
    await store.log('b').append([start(0, 1)])
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) expect(statSync(join(file.parentPath, file.name)).mode & 0o777).toBe(0o600)
    expect(name === 'fileStore' || files.length === 3).toBe(true)
    store.close?.()
  })
})

describe('a summary beside a log', () => {
  const path = (): string => join(folder, 'runs/a.jsonl')

  test.each([
    ['that is missing', () => rmSync(`${path()}.summary`)],
    ['that is empty', () => writeFileSync(`${path()}.summary`, '')],
    ['of a log that has grown since', () => appendFileSync(path(), `${JSON.stringify(note(4))}\n`)],
    ['of a log with a torn line', () => appendFileSync(path(), `${JSON.stringify(note(4))}\n{"seq":5`)],
    ['of a log with a hole in its torn line', () => appendFileSync(path(), `${JSON.stringify(note(4))}\n\0\0"}\n`)],
  ])('%s is made again', async (what, harm) => {
    const store = fileStore(join(folder, 'runs'))
    await greeter('greeter').run('Hi', { log: store.log('a') })
    const [before] = (await store.list()).data
    expect(before).toMatchObject({ id: 'a', status: 'done', facts: 4 })
    harm()
    const { data } = await fileStore(join(folder, 'runs')).list()
    expect(data).toEqual([
      what.startsWith('of a log') ? { ...before, status: 'interrupted', facts: 5, updatedAt: 40 } : before,
    ])
  })

  test('of a log that cannot be read says so, and does not hide the others', async () => {
    const store = fileStore(join(folder, 'runs'))
    await greeter('greeter').run('Hi', { log: store.log('a') })
    await greeter('greeter').run('Hi', { log: store.log('b') })
    writeFileSync(path(), 'nothing\n')
    expect((await store.list()).data.map(({ id, status }) => ({ id, status }))).toEqual([
      { id: 'b', status: 'done' },
      { id: 'a', status: 'damaged' },
    ])
  })
})

describe('a SQLite file', () => {
  const open = (): ReturnType<typeof sqliteStore> => sqliteStore(join(folder, 'runs.sqlite'))

  test('that is none is an error', () => {
    fileStore(folder) // makes nothing
    const store = open()
    store.close()
    writeFileSync(join(folder, 'other.sqlite'), 'no database, but long enough for the header of one'.repeat(20))
    expect(() => sqliteStore(join(folder, 'other.sqlite'))).toThrow(
      expect.objectContaining({ name: 'LogError', code: 'log_damaged' }) as Error,
    )
  })

  test('of a newer format is refused', () => {
    open().close()
    const database = new DatabaseSync(join(folder, 'runs.sqlite'))
    database.exec('PRAGMA user_version = 7')
    database.close()
    expect(open).toThrow('has format 7; this version reads format 1')
  })

  test('lets another process take over from one that is gone, and from no other', async () => {
    using store = open()
    await store.log('a').append([start(0, 1)])
    const database = new DatabaseSync(join(folder, 'runs.sqlite'))
    const setOwner = (owner: object): void =>
      void database.prepare('UPDATE runs SET owner = ?').run(JSON.stringify({ ...newOwner(), ...owner }))
    setOwner({ host: 'elsewhere' })
    const status = async (): Promise<unknown> => (await store.list()).data[0]?.status
    expect(await status()).toBe('running')
    expect(() => store.log('a').append([note(1)])).toThrow('owned by process')
    setOwner({ started: 'another boot' })
    expect(await status()).toBe('interrupted')
    await store.log('a').append([note(1)])
    expect(await status()).toBe('running')
    database.close()
  })

  test('waits until another process has created it', async () => {
    const path = join(folder, 'runs.sqlite')
    mkdirSync(folder)
    // SQLite does not wait for this lock by itself when the file is not in WAL mode yet.
    const program = `const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
      const database = new DatabaseSync(${JSON.stringify(path)})
      database.exec('BEGIN IMMEDIATE')
      console.log('locked')
      setTimeout(() => { database.exec('COMMIT'); database.close() }, 200)`
    const other = spawn(process.execPath, ['--no-warnings', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(other, 'exit')
    await once(other.stdout, 'data')
    using store = open()
    await store.log('a').append([start(0, 1)])
    expect([await ended, await store.log('a').load()]).toMatchObject([[0, null], [{ seq: 0 }]])
  })

  test.runIf(process.platform === 'linux')('keeps the locks of its process when it is opened again', async () => {
    using store = open()
    await store.log('a').append([start(0, 1)])
    const ownLocks = (): number =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter((line) => line.includes(` ${process.pid} `)).length
    const before = ownLocks()
    open().close()
    expect(ownLocks()).toBe(before)
  })

  test('with a fact missing in the middle is an error', async () => {
    using store = open()
    await store.log('a').append([start(0, 1), note(1), note(2)])
    const database = new DatabaseSync(join(folder, 'runs.sqlite'))
    database.exec('DELETE FROM facts WHERE seq = 1')
    database.close()
    expect(() => store.log('a').load()).toThrow('fact 1 is missing')
  })

  test('that is closed ends its runs as errors', async () => {
    const store = open()
    const close = tool({ name: 'close', execute: () => store.close() })
    const closer = agent({ name: 'closer', model: scriptedModel([call('close')]), tools: [close] })
    const result = await closer.run('Close', { log: store.log('a') })
    expect(result).toMatchObject({ status: 'error', error: { name: 'LogError', code: 'log_storage' } })
  })
})

test('a key leads back to its id, and is a safe name', () => {
  for (const id of ids) {
    expect(idOf(keyOf(id))).toBe(id)
    expect(keyOf(id)).toMatch(/^[a-z0-9_%-]+$/)
  }
  expect(new Set(ids.map((id) => keyOf(id))).size).toBe(ids.length)
  expect([idOf('A'), idOf('a.b'), idOf(''), idOf('%')]).toEqual([undefined, undefined, undefined, undefined])
})

test('a torn summary is not left behind', async () => {
  const store = fileStore(join(folder, 'runs'))
  await greeter('greeter').run('Hi', { log: store.log('a') })
  expect(readdirSync(join(folder, 'runs')).toSorted()).toEqual(['a.jsonl', 'a.jsonl.summary'])
  expect(JSON.parse(readFileSync(join(folder, 'runs/a.jsonl.summary'), 'utf8'))).toMatchObject({
    size: statSync(join(folder, 'runs/a.jsonl')).size,
  })
})
