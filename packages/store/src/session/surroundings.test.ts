// What a session meets outside: a process that stands still, a database that is locked, odd paths, missing permissions.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { agent } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { folderSessions, type SessionStore, sessionStore, sqliteSessions } from '../index.ts'
import { bundle } from '../test/crash.ts'
import { startRacer } from '../test/racers.ts'
import type { TurnAnswer, TurnJob } from '../test/session-race-program.ts'
import { chatter } from '../test/chatter.ts'
import { kinds, linesOf, openStore } from '../test/stores.ts'

const root = mkdtempSync(join(tmpdir(), 'toolloop-surroundings-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
let folder = ''
beforeEach(() => {
  folder = join(root, `${count++}`)
  mkdirSync(folder)
})

const greeter = agent({ name: 'greeter', model: scriptedModel(() => text('Hello.')) })

describe.each(kinds)('a process that stands still in a turn, in a store of kind %s', (kind) => {
  test('keeps its session, however long, and goes on; no other process takes the turn over', async () => {
    const [effects, gate] = [join(folder, 'effects'), join(folder, 'gate')]
    const racer = await startRacer<TurnJob, TurnAnswer>(await bundle('session-race-program', folder))
    const runs = openStore(kind, folder)
    try {
      const session = await sessionStore(runs).open('chat')
      const answer = racer.ask({ kind, folder, effects, gate, input: 'One', wait: false, at: 0 })
      answer.catch(() => {})
      await expect.poll(async () => (await session.load()).status, { timeout: 15_000 }).toBe('running')
      process.kill(racer.pid, 'SIGSTOP')
      const paying = chatter(effects)
      await expect(session.run(paying, 'Two')).rejects.toMatchObject({
        code: 'session_busy',
        turn: 0,
        status: 'running',
      })
      await expect(session.drop()).rejects.toMatchObject({ code: 'session_busy' })
      await expect(sessionStore(runs).delete('chat')).rejects.toMatchObject({
        code: 'log_owned',
        owner: { pid: racer.pid },
      })
      const waiting = session.run(paying, 'Two', { wait: true })
      writeFileSync(gate, '')
      process.kill(racer.pid, 'SIGCONT')
      expect(await answer).toEqual({ status: 'done' })
      expect(await waiting).toMatchObject({ status: 'done' })
      expect(session.turns.map(({ status }) => status)).toEqual(['done', 'done'])
      expect(new Set(linesOf(effects)).size).toBe(2)
    } finally {
      await racer.close()
      runs.close?.()
    }
  }, 60_000)
})

describe('a SQLite file', () => {
  test('that another process keeps locked ends the turn with an error; later the session goes on', async () => {
    const path = join(folder, 'chats.sqlite')
    using store = sqliteSessions(path)
    const session = await store.open('a')
    await session.run(greeter, 'One')
    const program = `const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
      const database = new DatabaseSync(${JSON.stringify(path)})
      database.exec('BEGIN IMMEDIATE')
      console.log('locked')
      process.stdin.once('data', () => { database.exec('COMMIT'); database.close(); process.exit() })`
    const other = spawn(process.execPath, ['--no-warnings', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = once(other, 'exit')
    await once(other.stdout, 'data')
    expect((await (await store.open('a')).load()).messages).toHaveLength(2) // reading goes on
    await expect(session.run(greeter, 'Two')).rejects.toMatchObject({
      code: 'log_storage',
      message: expect.stringContaining('Another process keeps it locked') as string,
    })
    other.stdin.write('\n')
    await ended
    expect(await session.run(greeter, 'Two')).toMatchObject({ status: 'done' })
    expect(session.messages).toHaveLength(4)
  }, 30_000)

  test('that refuses to release a run is asked again, so that other processes do not wait for the end of this one', async () => {
    const path = join(folder, 'chats.sqlite')
    using store = sqliteSessions(path)
    const session = await store.open('a')
    using other = new DatabaseSync(path)
    const model = scriptedModel(() => {
      const full = `BEGIN SELECT RAISE(ABORT, 'no room'); END`
      other.exec(
        `CREATE TRIGGER full BEFORE INSERT ON facts ${full}; CREATE TRIGGER owner BEFORE UPDATE ON runs ${full}`,
      )
      return text('Hello.')
    })
    expect(await session.run(agent({ name: 'greeter', model }), 'One')).toMatchObject({ status: 'error' })
    const owner = (): unknown => other.prepare('SELECT owner FROM runs').get()?.['owner']
    expect(owner()).not.toBeNull()
    expect((await sqliteSessions(path).list()).data).toMatchObject([{ status: 'interrupted' }]) // this process knows
    other.exec('DROP TRIGGER full; DROP TRIGGER owner')
    await expect.poll(owner, { timeout: 10_000 }).toBeNull()
    expect(await session.run(greeter)).toMatchObject({ status: 'done' })
  })

  test.each(['', '-wal'])('that is deleted while it is open ends the turn with an error: %j', async (ending) => {
    const path = join(folder, 'chats.sqlite')
    using store = sqliteSessions(path)
    const session = await store.open('a')
    await session.run(greeter, 'One')
    rmSync(`${path}${ending}`)
    expect(await session.run(greeter, 'Two')).toMatchObject({
      status: 'error',
      error: { code: 'log_storage', message: expect.stringContaining('was deleted or replaced') as string },
    })
  })

  test('that was deleted without its WAL begins anew', async () => {
    const path = join(folder, 'chats.sqlite')
    const first = sqliteSessions(path)
    await (await first.open('a')).run(greeter, 'One')
    const wal = readFileSync(`${path}-wal`)
    first.close()
    rmSync(path)
    writeFileSync(`${path}-wal`, wal)
    using store = sqliteSessions(path)
    expect(await store.list()).toEqual({ data: [] })
    expect(await (await store.open('a')).run(greeter, 'One')).toMatchObject({ status: 'done' })
  })
})

describe.each<[string, (path: string) => SessionStore & { close?(): void }]>([
  ['a folder', (path) => folderSessions(path)],
  ['a SQLite file', (path) => sqliteSessions(join(path, 'chats.sqlite'))],
])('%s', (name, open) => {
  test.each(['with spaces ', 'ünïcode 🦉', `quo'te"s`, 'a?b#c%20d&mode=ro', 'file:x', '-rf', 'x'.repeat(255)])(
    'may have the path %s',
    async (path) => {
      const store = open(join(folder, path))
      const ids = ['../../escape', 'chat 🦉', 'x'.repeat(168)]
      for (const id of ids) await (await store.open(id)).run(greeter, 'One')
      const copy = await (await store.open(ids[2])).fork({ id: 'y'.repeat(168) })
      expect(copy.messages).toHaveLength(2)
      expect((await store.list()).data.map(({ id }) => id).toSorted()).toEqual([...ids, copy.id].toSorted())
      for (const id of [...ids, copy.id]) expect(await store.delete(id)).toBe(true)
      expect(await store.list()).toEqual({ data: [] })
      expect(readdirSync(folder)).toEqual([path])
      store.close?.()
    },
  )

  test('rejects a session id that does not fit into the name of a file, before anything is stored', async () => {
    const store = open(folder)
    await expect(store.open('x'.repeat(171))).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(
        `A session's id takes 171 bytes when encoded as a name; at most 168 are allowed`,
      ) as string,
    })
    store.close?.()
  })
})

/** Runs without the rights of root, which no permission stops. */
async function withoutRoot<T>(run: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid!(65_534)
  try {
    return await run()
  } finally {
    if (isRoot) process.seteuid!(0)
  }
}

describe.skipIf(process.platform === 'win32')('missing permissions', () => {
  const permission = expect.stringContaining('EACCES') as string
  const remedy = expect.stringContaining('Give this user the permission') as string

  test('of one run of many: it is listed as damaged, and its error names the file and the remedy', async () => {
    const store = folderSessions(folder)
    for (const id of ['a', 'b', 'c']) await (await store.open(id)).run(greeter, 'One')
    chmodSync(root, 0o755)
    chmodSync(folder, 0o755)
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), file.startsWith('b') ? 0o000 : 0o644)
    await withoutRoot(async () => {
      const { data } = await folderSessions(folder).list()
      expect(data.map(({ id, status }) => `${id} ${status}`)).toEqual(['c done', 'a done', 'b damaged'])
      const opening = folderSessions(folder).open('b')
      await expect(opening).rejects.toMatchObject({ code: 'log_storage', message: permission })
      await expect(opening).rejects.toThrow(join(folder, 'b%2f0.jsonl'))
    })
  })

  test('of a folder that may only be read: it is read, and a turn, a fork and a delete are refused whole', async () => {
    const store = folderSessions(folder)
    await (await store.open('a')).run(greeter, 'One')
    chmodSync(root, 0o755)
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o644)
    chmodSync(folder, 0o555)
    const files = readdirSync(folder)
    await withoutRoot(async () => {
      const reader = folderSessions(folder)
      const session = await reader.open('a')
      expect(session.messages).toHaveLength(2)
      const model = scriptedModel(() => text('Hello.'))
      const attempts = [
        () => session.run(agent({ name: 'greeter', model }), 'Two'),
        () => session.fork({ id: 'b' }),
        () => reader.delete('a'),
      ]
      for (const attempt of attempts) {
        await expect(attempt()).rejects.toMatchObject({ code: 'log_storage', message: permission })
        await expect(attempt()).rejects.toMatchObject({ message: remedy })
      }
      expect(model.requests).toEqual([])
      expect((await reader.list()).data).toMatchObject([{ id: 'a', turns: 1, status: 'done' }])
    })
    expect(readdirSync(folder)).toEqual(files)
  })
})
