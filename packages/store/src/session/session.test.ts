import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, type Fact, fork, keepLast, readRun, type RunLog } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, calls, scriptedModel, text } from '@toolloop/testing'
import { afterAll, describe, expect, test } from 'vitest'
import {
  fileStore,
  folderSessions,
  memorySessions,
  memoryStore,
  type RunStore,
  type Session,
  type SessionError,
  sessionStore,
  type SessionStore,
  sqliteSessions,
  sqliteStore,
} from '../index.ts'

const root = mkdtempSync(join(tmpdir(), 'toolloop-sessions-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0

interface Place {
  /** Another store on the same sessions, as another process has it. */
  readonly again: () => SessionStore & { close?(): void }
  /** The store of runs below. */
  readonly runs: () => RunStore
}

const places: [name: string, make: () => Place][] = [
  [
    'memorySessions',
    () => {
      const runs = memoryStore()
      return { again: () => sessionStore(runs), runs: () => runs }
    },
  ],
  [
    'folderSessions',
    () => {
      const folder = join(root, `${count++}`)
      return { again: () => folderSessions(folder), runs: () => fileStore(folder) }
    },
  ],
  [
    'sqliteSessions',
    () => {
      const path = join(root, `${count++}`, 'sessions.sqlite')
      return { again: () => sqliteSessions(path), runs: () => sqliteStore(path) }
    },
  ],
]

/** Answers with the number of user messages that it reads. */
const counter = agent({
  name: 'counter',
  model: scriptedModel(({ messages }) => text(`${messages.filter(({ role }) => role === 'user').length}`)),
})

/** Pays after an approval. */
const cashier = (paid: string[] = []) =>
  agent({
    name: 'cashier',
    model: scriptedModel(({ messages }) =>
      messages.at(-1)?.role === 'tool' ? text('Paid.') : calls([{ name: 'pay', args: {}, id: 'c1' }]),
    ),
    tools: [
      tool({
        name: 'pay',
        needsApproval: true,
        execute: (_, { idempotencyKey }) => {
          paid.push(idempotencyKey)
          return 'paid'
        },
      }),
    ],
  })

/** Waits in its tool until it is released. */
function waiter() {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const waiting = agent({
    name: 'waiter',
    model: scriptedModel(({ messages }) => (messages.at(-1)?.role === 'tool' ? text('Done.') : call('wait'))),
    tools: [
      tool({
        name: 'wait',
        execute: async () => {
          begun.resolve()
          await gate.promise
          return 'waited'
        },
      }),
    ],
  })
  return { waiting, begun: begun.promise, release: () => gate.resolve() }
}

/** A run whose process died before its first step. */
async function interrupt(runs: RunStore, id: string): Promise<void> {
  const start: Fact = {
    type: 'run.start',
    seq: 0,
    at: 1,
    run: 'r',
    path: '',
    version: 1,
    agent: { name: 'counter', fingerprint: '' },
    input: [{ role: 'user', content: 'Hi' }],
  }
  const log = runs.log(id) as RunLog & { close?(): Promise<void> }
  await log.append([start])
  await log.close?.()
}

const said = ({ messages }: Pick<Session, 'messages'>): unknown[] => messages.map(({ content }) => content)
const refusal = (code: string, more: object = {}): SessionError =>
  expect.objectContaining({ name: 'SessionError', code, ...more }) as SessionError

describe.each(places)('%s', (_, make) => {
  test('a session goes on where its last turn ended, also in another process', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('chat-7')
    expect({ status: session.status, messages: session.messages, turns: session.turns }).toEqual({
      status: 'new',
      messages: [],
      turns: [],
    })
    const first = await session.run(counter, 'one')
    expect(first).toMatchObject({ status: 'done', output: '1' })
    const second = await session.stream(counter, [{ role: 'user', content: 'two' }]).result
    expect(second).toMatchObject({ status: 'done', output: '2' })
    const there = await again().open('chat-7')
    const third = await there.run(counter, 'three')
    expect(third).toMatchObject({ status: 'done', output: '3' })
    expect(said(there)).toEqual(['one', '1', 'two', '2', 'three', '3'])
    expect(third.messages).toEqual(there.messages)
    await session.load()
    expect(session.messages).toEqual(there.messages)
    expect(session.transcript).toEqual(there.messages)
    expect(session.turns).toEqual(there.turns)
    expect(session.turns.map(({ turn, runId, agent: by, status, at }) => ({ turn, runId, by, status, at }))).toEqual(
      [first, second, third].map(({ runId }, turn) => ({ turn, runId, by: 'counter', status: 'done', at: turn * 2 })),
    )
    store.close?.()
  })

  test('a turn stores its own messages only, and is read with those before', async () => {
    const { again, runs } = make()
    const store = again()
    const session = await store.open('a')
    for (const input of ['one', 'two', 'three']) await session.run(counter, input)
    const whole = await readRun(session.log(2))
    expect(said(whole)).toEqual(['one', '1', 'two', '2', 'three', '3'])
    expect(said(await readRun(session.log(1)))).toEqual(['one', '1', 'two', '2'])
    expect(await session.log(3).load()).toEqual([])
    expect(said(await readRun(await fork(session.log(2), { before: 0 })))).toEqual(['one', '1', 'two', '2', 'three'])
    expect(() => session.log().append([])).toThrow('read only')
    await expect(counter.run('more', { from: runs().log('a/2') })).rejects.toThrow(
      'is turn 2 of a session, without the 4 messages',
    )
    store.close?.()
  })

  test('a `runId` of the caller is one run, whatever has become of it, also in another process', async () => {
    const { again } = make()
    const store = again()
    await (await store.open('a')).run(counter, 'Hi', { runId: 'r' })
    const session = await again().open('a')
    const repeated = refusal('session_exists', { session: 'a', turn: 0, runId: 'r', status: 'done' })
    await expect(session.run(counter, 'Hi', { runId: 'r' })).rejects.toEqual(repeated)
    await expect(session.stream(counter, 'Hi', { runId: 'r', wait: true }).started).rejects.toEqual(repeated)
    expect(said(session)).toEqual(['Hi', '1'])
    await session.run(counter, 'And?', { runId: 's' })
    expect(session.turns.map(({ runId }) => runId)).toEqual(['r', 's'])
    store.close?.()
  })

  test('a run that waits for a decision must be resumed or dropped first, also in another process', async () => {
    const { again } = make()
    const store = again()
    const paid: string[] = []
    const result = await (await store.open('a')).run(cashier(paid), 'Pay')
    const session = await again().open('a')
    expect(session.status).toBe('approval')
    expect(session.requests).toEqual(result.status === 'approval' ? result.requests : 'no request')
    const pending = { session: 'a', turn: 0, runId: result.runId, status: 'approval' }
    await expect(session.run(cashier(paid), 'More')).rejects.toEqual(refusal('session_pending', pending))
    await expect(session.stream(cashier(paid), 'More').started).rejects.toEqual(refusal('session_pending', pending))
    await expect(session.run(cashier(paid), 'More', { wait: true })).rejects.toEqual(refusal('session_pending'))
    await expect(session.run(cashier(paid), 'x', { decisions: { c1: { approve: true } } })).rejects.toThrow(
      'leave the input out',
    )
    const resumed = await session.run(cashier(paid), undefined, { decisions: { c1: { approve: true } } })
    expect(resumed).toMatchObject({ status: 'done', output: 'Paid.', runId: result.runId })
    expect(said(session)).toEqual(['Pay', null, 'paid', 'Paid.'])
    expect(paid).toEqual([`${result.runId}/0/c1`])
    await expect(session.run(cashier(paid))).rejects.toEqual(refusal('session_idle', { status: 'done' }))
    store.close?.()
  })

  test('a dropped run leaves its messages, and the next turn reads that its call was not run', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('a')
    await expect(session.drop()).rejects.toEqual(refusal('session_idle'))
    await session.run(cashier(), 'Pay')
    await (await again().open('a')).drop()
    await session.load()
    expect(session.status).toBe('aborted')
    expect(await session.run(counter, 'Next')).toMatchObject({ status: 'done', output: '2' })
    expect(said(session)).toEqual(['Pay', null, 'Not run: the run ended first.', 'Next', '2'])
    expect((await again().open('a')).messages).toEqual(session.messages)
    await expect(session.drop()).rejects.toEqual(refusal('session_idle'))
    store.close?.()
  })

  test('while a run is running, a second one is refused, in this process and in others', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('a')
    const { waiting, begun, release } = waiter()
    const first = session.run(waiting, 'Wait')
    await begun
    const others = [session, await again().open('a')]
    for (const other of others) {
      expect(other.status).toBe('running')
      await expect(other.run(counter, 'x')).rejects.toEqual(refusal('session_busy', { session: 'a', turn: 0 }))
      await expect(other.run(counter)).rejects.toEqual(refusal('session_busy'))
      await expect(other.drop()).rejects.toEqual(refusal('session_busy'))
      await expect(other.fork()).rejects.toEqual(refusal('session_busy'))
    }
    await expect(store.delete('a')).rejects.toMatchObject({ code: 'log_owned' })
    release()
    await first
    expect(await others[1]!.run(counter, 'x')).toMatchObject({ output: '2' })
    store.close?.()
  })

  test('with `wait` the second run starts when the first has ended; those of one process in order', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('a')
    const { waiting, begun, release } = waiter()
    const first = session.run(waiting, 'Wait')
    await begun
    const there = await again().open('a')
    const next = [
      session.run(counter, 'b', { wait: true }),
      session.run(counter, 'c', { wait: true }),
      session.stream(counter, 'd', { wait: true }).result,
    ]
    const elsewhere = there.run(counter, 'elsewhere', { wait: true })
    const left = new AbortController()
    const leaves = session.run(counter, 'leaves', { wait: true, signal: left.signal })
    left.abort(new Error('left'))
    await expect(leaves).rejects.toThrow('left')
    release()
    await Promise.all([first, ...next, elsewhere])
    await session.load()
    const users = session.messages.flatMap(({ role, content }) => (role === 'user' ? [content] : []))
    expect(users.filter((content) => content !== 'elsewhere')).toEqual(['Wait', 'b', 'c', 'd'])
    expect(new Set(users)).toEqual(new Set(['Wait', 'b', 'c', 'd', 'elsewhere']))
    expect(await there.load()).toMatchObject({ status: 'done', messages: session.messages })
    store.close?.()
  })

  test('of two runs that start at the same moment one runs, the other is refused', async () => {
    const { again } = make()
    const sessions = [await again().open('a'), await again().open('a')]
    for (let round = 0, known = 0; round < 5; round++) {
      const ends = await Promise.allSettled(sessions.map((session) => session.run(counter, 'x')))
      for (const end of ends) if (end.status === 'rejected') expect(end.reason).toEqual(refusal('session_busy'))
      for (const session of sessions) await session.load()
      expect(sessions[0]!.messages).toEqual(sessions[1]!.messages)
      const ran = ends.filter(({ status }) => status === 'fulfilled').length
      expect(sessions[0]!.turns.length - known).toBe(ran)
      expect(ran).toBeGreaterThan(0)
      known += ran
    }
  })

  test('forks at any turn, and leaves the session as it is', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('a')
    for (const input of ['one', 'two', 'three']) await session.run(counter, input)
    const before = [...session.messages]
    for (const at of [0, 1, 2, 3]) {
      const other = await session.fork({ before: at, id: `fork-${at}` })
      expect(said(other)).toEqual(said(session).slice(0, at * 2))
      expect(await other.run(counter, 'else')).toMatchObject({ output: `${at + 1}` })
      expect(said(await again().open(`fork-${at}`))).toEqual([...said(session).slice(0, at * 2), 'else', `${at + 1}`])
      for (const { runId } of other.turns) expect(session.turns.map((turn) => turn.runId)).not.toContain(runId)
    }
    expect(session.messages).toEqual(before)
    expect((await session.fork()).messages).toEqual(before)
    await expect(session.fork({ id: 'fork-1' })).rejects.toEqual(refusal('session_exists'))
    await expect(session.fork({ before: 4 })).rejects.toThrow('`before` is 4')
    store.close?.()
  })

  test('a run takes the place of earlier turns, whose logs stay', async () => {
    const { again, runs } = make()
    const store = again()
    const session = await store.open('a')
    for (const input of ['one', 'two', 'three']) await session.run(counter, input)
    await session.run(counter, 'TWO', { before: 1 })
    expect(said(session)).toEqual(['one', '1', 'TWO', '2'])
    await session.run(counter, 'four')
    await session.run(counter, 'FOUR', { before: 4 })
    const elsewhere = again()
    for (const one of [session, await elsewhere.open('a')]) {
      expect(said(one)).toEqual(['one', '1', 'TWO', '2', 'FOUR', '3'])
      expect(one.transcript).toEqual(one.messages)
      expect(one.turns.map(({ turn, at }) => [turn, at])).toEqual([
        [0, 0],
        [3, 2],
        [5, 4],
      ])
    }
    expect(said(await readRun(session.log(2)))).toEqual(['one', '1', 'two', '2', 'three', '3'])
    const copy = await session.fork({ id: 'copy', before: 5 })
    expect([said(copy), copy.turns.map(({ turn }) => turn)]).toEqual([
      ['one', '1', 'TWO', '2'],
      [0, 1],
    ])
    await session.run(counter, 'ONE', { before: 0 })
    expect(said(await again().open('a'))).toEqual(['ONE', '1'])
    await expect(session.run(counter, 'x', { before: 3 })).rejects.toThrow('`before` is 3; it must be a `turn`')
    expect(() => session.stream(counter, undefined, { before: 6 })).toThrow('pass an input')
    expect(await store.delete('a')).toBe(true)
    expect((await runs().list()).data.map(({ id }) => id).toSorted()).toEqual(['copy/0', 'copy/1'])
    store.close?.()
    elsewhere.close?.()
  })

  test('a run that waits for a decision is replaced by none', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('a')
    await session.run(cashier(), 'Pay')
    await expect(session.run(counter, 'x', { before: 0 })).rejects.toEqual(refusal('session_pending'))
    await session.drop()
    await session.run(counter, 'x', { before: 0 })
    expect([said(session), session.requests]).toEqual([['x', '1'], []])
    store.close?.()
  })

  test('a fork of a run that waits for a decision is decided apart, with another idempotency key', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('a')
    const paid: string[] = []
    await session.run(cashier(paid), 'Pay')
    const other = await session.fork()
    for (const one of [session, other])
      await one.run(cashier(paid), undefined, { decisions: { c1: { approve: true } } })
    expect(new Set(paid).size).toBe(2)
    store.close?.()
  })

  test('lists the sessions, the one with the latest run first, page by page', async () => {
    const { again } = make()
    const store = again()
    expect(await store.list()).toEqual({ data: [] })
    let at = 1000
    const clock = { now: () => at++, setTimeout, clearTimeout } as never
    const ids = ['a', 'b', 'c', 'd/0', 'e']
    for (const id of ids) await (await store.open(id)).run(counter, 'x', { clock })
    for (const id of ['b', 'd/0', 'b']) await (await store.open(id)).run(counter, 'y', { clock })
    await (await store.open('p')).run(cashier(), 'Pay', { clock })
    const all = (await store.list()).data
    expect(all.map(({ id, turns, status }) => `${id} ${turns} ${status}`)).toEqual([
      'p 1 approval',
      'b 3 done',
      'd/0 2 done',
      'e 1 done',
      'c 1 done',
      'a 1 done',
    ])
    const b = (await store.open('b')).turns
    expect(all[1]).toEqual({
      id: 'b',
      turns: 3,
      status: 'done',
      agent: 'counter',
      startedAt: b[0]!.startedAt,
      updatedAt: b[2]!.updatedAt,
    })
    const paged: unknown[] = []
    for (let after: string | undefined; ;) {
      const page = await store.list({ limit: 2, after })
      paged.push(...page.data)
      if (page.next === undefined) break
      after = page.next
      await (await store.open(`new-${paged.length}`)).run(counter, 'x', { clock })
    }
    expect(paged).toEqual(all)
    expect((await store.list({ status: 'approval' })).data.map(({ id }) => id)).toEqual(['p'])
    expect((await store.list({ agent: 'cashier' })).data.map(({ id }) => id)).toEqual(['p'])
    await expect(store.list({ after: 'x' })).rejects.toThrow('`after` is "x"')
    store.close?.()
  })

  test('deletes a session and nothing else; its id starts anew, also where it was open', async () => {
    const { again } = make()
    const store = again()
    const elsewhere = again()
    for (const id of ['a', 'a/1', 'ab'])
      for (const input of ['one', 'two']) await (await store.open(id)).run(counter, input)
    const open = await elsewhere.open('a')
    expect([await store.delete('a'), await store.delete('a'), await store.delete('none')]).toEqual([true, false, false])
    expect((await store.list()).data.map(({ id }) => id).toSorted()).toEqual(['a/1', 'ab'])
    expect(await open.load()).toMatchObject({ status: 'new', messages: [] })
    expect(await (await store.open('a')).run(counter, 'again')).toMatchObject({ output: '1' })
    expect(said(await elsewhere.open('a'))).toEqual(['again', '1'])
    store.close?.()
  })

  test('a turn is followed from any fact while it runs, here and from another process', async () => {
    const { again } = make()
    const store = again()
    const session = await store.open('a')
    await session.run(counter, 'one')
    const { waiting, begun, release } = waiter()
    const run = session.run(waiting, 'Wait')
    await begun
    const there = await again().open('a')
    const read = async (facts: AsyncIterable<Fact>): Promise<number[]> => {
      const seen: number[] = []
      for await (const { seq } of facts) seen.push(seq)
      return seen
    }
    const left = new AbortController()
    const reads = [
      read(session.follow()),
      read(session.follow({ after: 1 })),
      read(there.follow()),
      read(there.follow({ after: 2 })),
      read(there.follow({ turn: 0 })),
    ]
    const leaves = read(session.follow({ signal: left.signal }))
    left.abort()
    const untilHere = await leaves
    release()
    await run
    const all = (await session.log().load()).map(({ seq }) => seq)
    expect(untilHere).toEqual(all.slice(0, untilHere.length))
    expect(await Promise.all(reads)).toEqual([all, all.slice(2), all, all.slice(3), [0, 1, 2, 3]])
    expect(await read(session.follow())).toEqual(all)
    expect(await read((await store.open('none')).follow())).toEqual([])
    store.close?.()
  })

  test.each(['..', '../../escape', 'a/b\\c', 'ä', '🦉', '\uD800', '%61', ' ', '\0', 'a/0', 'con'])(
    'the id %j is a session like any other',
    async (id) => {
      const { again } = make()
      const store = again()
      await (await store.open(id)).run(counter, 'one')
      expect(await (await again().open(id)).run(counter, 'two')).toMatchObject({ output: '2' })
      expect((await store.list()).data).toMatchObject([{ id, turns: 2 }])
      expect(readdirSync(root).every((name) => /^\d+$/.test(name))).toBe(true)
      store.close?.()
    },
  )

  test.each(['', 'ä'.repeat(100), undefined])('the id %j is refused, or made', async (id) => {
    const store = make().again()
    if (id === undefined) expect((await store.open()).id).toMatch(/^[0-9a-f-]{36}$/)
    else await expect(store.open(id)).rejects.toThrow("A session's id")
    store.close?.()
  })
})

test('a compaction shortens what the next turn continues; the transcript and earlier forks keep all', async () => {
  const short = counter.with({ compact: keepLast(3, { over: 6 }) })
  const runs = memoryStore()
  const session = await sessionStore(runs).open('a')
  for (const input of ['a', 'b', 'c', 'd', 'e']) await session.run(short, input)
  const all = ['a', '1', 'b', '2', 'c', '3', 'd', '2', 'e', '3']
  expect(said(session)).toEqual(['c', '3', 'd', '2', 'e', '3'])
  expect(session.transcript.map(({ content }) => content)).toEqual(all)
  const there = await sessionStore(runs).open('a')
  expect({ messages: there.messages, transcript: there.transcript }).toEqual({
    messages: session.messages,
    transcript: session.transcript,
  })
  expect((await readRun(session.log(3))).prefix.breaks).toEqual([{ step: 0, place: 'compaction', cause: 'keepLast' }])
  expect(said(await session.fork({ before: 3 }))).toEqual(all.slice(0, 6))
  expect(session.turns.map(({ at }) => at)).toEqual([0, 2, 4, 6, 8])
})

describe('a session whose process died', () => {
  test('must be resumed or dropped', async () => {
    const runs = fileStore(join(root, `${count++}`))
    const store = sessionStore(runs)
    await interrupt(runs, 'a/0')
    const session = await store.open('a')
    expect(session.status).toBe('interrupted')
    await expect(session.run(counter, 'x')).rejects.toEqual(refusal('session_pending', { turn: 0, runId: 'r' }))
    expect(await session.run(counter)).toMatchObject({ status: 'done', output: '1', runId: 'r' })
    await interrupt(runs, 'b/0')
    const other = await store.open('b')
    await other.drop()
    expect(await other.run(counter, 'x')).toMatchObject({ status: 'done', output: '2' })
  })

  test('whose earlier turn is gone is refused', async () => {
    const runs = memoryStore()
    const session = await sessionStore(runs).open('a')
    for (const input of ['one', 'two']) await session.run(counter, input)
    await runs.delete('a/0')
    const facts = await runs.log('a/1').load()
    await runs.log('b/0').append([...facts])
    await expect(sessionStore(runs).open('b')).rejects.toEqual(refusal('session_damaged'))
  })
})

test('a turn is read once by the process that opened it: later turns cost the same, however long the session is', async () => {
  const runs = memoryStore()
  let loaded = 0
  const counted: RunStore = {
    list: (query) => runs.list(query),
    summary: (id) => runs.summary(id),
    delete: (id) => runs.delete(id),
    log: (id) => {
      const log = runs.log(id)
      return {
        append: (facts) => log.append(facts),
        load: async () => {
          const facts = await log.load()
          loaded += facts.length
          return facts
        },
      }
    },
  }
  const store = sessionStore(counted)
  for (let turn = 0; turn < 30; turn++) await (await store.open('a')).run(counter, `${turn}`)
  expect(loaded).toBe(0)
  await sessionStore(counted).open('a')
  expect(loaded).toBe(30 * 4)
  const small = sessionStore(counted, { cache: 1 })
  loaded = 0
  for (const id of ['a', 'b', 'a']) await small.open(id)
  expect(loaded).toBe(2 * 30 * 4)
  expect(() => sessionStore(runs, { cache: -1 })).toThrow('`cache` is -1')
})

test('a folder of sessions has a file for each turn, of the size of the turn', async () => {
  const folder = join(root, `${count++}`)
  const session = await folderSessions(folder).open('a')
  for (let turn = 0; turn < 20; turn++) await session.run(counter, 'x'.repeat(1000))
  const sizes = Array.from({ length: 20 }, (_, turn) => statSync(join(folder, `a%2f${turn}.jsonl`)).size)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(100)
})

test('what a session does not take is refused', async () => {
  const session = await memorySessions().open('a')
  const run = (input: unknown, options: object): Promise<unknown> => session.run(counter, input as string, options)
  await expect(run('x', { log: {} })).rejects.toThrow('A session has its own logs: leave the option `log` out.')
  await expect(run('x', { wait: 1 })).rejects.toThrow('`wait` is 1')
  await expect(run('x', { waits: true })).rejects.toThrow('waits')
  await expect(run([], {})).rejects.toThrow('The input holds no message')
  await expect(run(undefined, {})).rejects.toEqual(refusal('session_idle', { status: 'new' }))
  await expect(session.run({} as never, 'x')).rejects.toThrow('an agent that `agent({ … })` returned')
})
