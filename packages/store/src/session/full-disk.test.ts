// A disk that is full at any moment of a session: a turn with a payment and a compaction, a fork, a delete.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, type Agent, type Fact, keepLast } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LogError, type Session, type SessionStore, sessionStore } from '../index.ts'
import { diskKinds, type SmallDisk } from '../test/small-disk.ts'
import { kinds, type Kind, openStore } from '../test/stores.ts'

const template = mkdtempSync(join(tmpdir(), 'toolloop-full-disk-'))
afterAll(() => rmSync(template, { recursive: true, force: true }))
const turns = 2

/** Pays once in each turn, and reads much before. `paid` holds the keys of the payments. */
function payer(paid: string[]): Agent {
  const look = tool({ name: 'look', effects: 'none', execute: () => 'x'.repeat(5000) })
  const pay = tool({ name: 'pay', execute: (_, { idempotencyKey }) => `${paid.push(idempotencyKey)} paid` })
  const model = scriptedModel(({ messages }) => {
    const answers = messages.slice(messages.findLastIndex(({ role }) => role === 'user')).length - 1
    return answers === 0 ? call('look') : answers === 2 ? call('pay') : text('It is paid.')
  })
  return agent({ name: 'payer', model, tools: [look, pay], compact: keepLast(6, { over: 8 }) })
}

beforeAll(async () => {
  for (const kind of kinds) {
    const runs = openStore(kind, join(template, kind))
    const session = await sessionStore(runs).open('a')
    for (let turn = 0; turn < turns; turn++) await session.run(payer([]), `Turn ${turn}`)
    runs.close?.()
  }
})

/** A session of two turns on the disk. `room`: so many bytes are free while `act` runs. */
interface Scene {
  readonly store: SessionStore
  readonly session: Session
  /** Another handle, as another process has it. */
  readonly again: () => SessionStore
}

type Act<Done> = (scene: Scene) => Promise<Done>

/** Runs `act` with so much room, then `check` with all room. Returns whether `act` had enough. */
async function attempt<Done>(
  disk: SmallDisk,
  kind: Kind,
  room: number,
  act: Act<Done>,
  check: (scene: Scene, done: Done | LogError) => Promise<void>,
): Promise<boolean> {
  const folder = join(disk.folder, String(room))
  cpSync(join(template, kind), folder, { recursive: true })
  const runs = openStore(kind, folder)
  const others: { close?(): void }[] = [runs]
  try {
    const store = sessionStore(runs)
    const session = await store.open('a')
    const again = (): SessionStore => {
      const other = openStore(kind, folder)
      others.push(other)
      return sessionStore(other)
    }
    disk.fill(room, join(folder, 'runs.sqlite-wal'))
    let done: Done | LogError
    try {
      done = await act({ store, session, again })
    } catch (error) {
      done = full(error, disk)
    } finally {
      disk.free()
    }
    await check({ store, session, again }, done)
    return !(done instanceof LogError)
  } finally {
    for (const other of others) other.close?.()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The error of a full disk names the file and what to do. */
function full(error: unknown, disk: SmallDisk): LogError {
  expect(error).toMatchObject({ name: 'LogError', code: 'log_storage', retryable: true })
  const { message } = error as LogError
  expect(message).toContain(disk.folder)
  expect(message).toMatch(/Free space on its disk|Raise the limit of the size of files|Its disk has failed or is full/)
  return error as LogError
}

describe.each(diskKinds)('$name', ({ missing, grain, make }) => {
  describe.skipIf(missing !== undefined).each(kinds)(`%s ${missing ?? ''}`, (kind) => {
    const sweep = async <Done>(act: Act<Done>, check: Parameters<typeof attempt<Done>>[4]): Promise<number> => {
      const disk = make()
      try {
        for (let room = 0, failures = 0; ; room += grain[kind], failures++)
          if (await attempt(disk, kind, room, act, check)) return failures
      } finally {
        disk.free()
        disk.close()
      }
    }

    test('a turn: what was acknowledged stays, and the session goes on', async () => {
      let paid: string[] = []
      let known: Fact[] = []
      const act: Act<unknown> = async ({ session }) => {
        ;[paid, known] = [[], []]
        const stream = session.stream(payer(paid), 'Turn 2')
        for await (const event of stream) if ('seq' in event) known.push(event as Fact)
        const result = await stream.result
        if (result.status !== 'error') return result
        throw result.error
      }
      const failures = await sweep(act, async ({ session, again }) => {
        const other = await again().open('a')
        expect(other.status).not.toBe('running')
        const facts = await other.log(turns).load()
        expect(facts.slice(0, known.length).map(({ type }) => type)).toEqual(known.map(({ type }) => type))
        for (const one of [session, other]) {
          await one.load()
          while (one.turns.length > turns && one.status !== 'done') {
            const decisions = Object.fromEntries(one.requests.map(({ id }) => [id, { approve: false } as const]))
            await one.run(payer(paid), undefined, { decisions })
          }
          expect(await one.run(payer([]), 'Next')).toMatchObject({ status: 'done' })
        }
        expect(new Set(paid).size).toBe(paid.length)
      })
      expect(failures).toBeGreaterThan(2)
    })

    test('a fork: the copy is whole or not there, and can be made', async () => {
      const act: Act<string> = async ({ session }) => (await session.fork({ id: 'b' })).id
      const failures = await sweep(act, async ({ session, again }, done) => {
        const other = again()
        const copied = (await other.open('b')).turns.length
        expect([0, turns]).toContain(copied)
        expect((await other.list()).data.map(({ id }) => id).toSorted()).toEqual(copied > 0 ? ['a', 'b'] : ['a'])
        if (done instanceof LogError && copied === 0) await session.fork({ id: 'b' })
        const copy = await again().open('b')
        expect([copy.turns.length, copy.messages]).toEqual([turns, session.messages])
        expect(await copy.run(payer([]), 'Next')).toMatchObject({ status: 'done' })
      })
      expect(failures).toBeGreaterThan(0)
    })

    test('a delete: the session is whole or gone, and can be deleted', async () => {
      const failures = await sweep(
        async ({ store }) => store.delete('a'),
        async ({ store, again }) => {
          const other = await again().open('a')
          expect([0, turns]).toContain(other.turns.length)
          expect((await again().list()).data).toHaveLength(other.turns.length > 0 ? 1 : 0)
          if (other.turns.length > 0) expect(await store.delete('a')).toBe(true)
          expect((await again().list()).data).toEqual([])
          expect(await (await again().open('a')).run(payer([]), 'Anew')).toMatchObject({ status: 'done' })
        },
      )
      expect(failures).toBeGreaterThan(0)
    })
  })
})
