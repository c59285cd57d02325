// A session that is deleted or forked is whole or gone at each moment, whatever others do with it meanwhile.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { fileStore, LogError, memoryStore, type RunStore, sessionStore, sqliteStore } from '../index.ts'
import { steppedStore } from '../test/stepped-store.ts'

const root = mkdtempSync(join(tmpdir(), 'toolloop-whole-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0

/** Another handle on the same runs, as another process has it. */
type OpenStore = () => RunStore
const closing: { close(): void }[] = []
afterAll(() => closing.forEach((one) => one.close()))

const stores: [name: string, make: () => OpenStore][] = [
  [
    'memoryStore',
    () => {
      const runs = memoryStore()
      return () => runs
    },
  ],
  [
    'fileStore',
    () => {
      const folder = join(root, `${count++}`)
      return () => fileStore(folder, { sync: 'none' })
    },
  ],
  [
    'sqliteStore',
    () => {
      const path = join(root, `${count++}.sqlite`)
      const two = [sqliteStore(path, { sync: 'none' }), sqliteStore(path, { sync: 'none' })]
      closing.push(...two)
      return () => two[count++ % 2]!
    },
  ],
]

const greeter = agent({ name: 'greeter', model: scriptedModel(() => text('Hello.')) })
const turns = 3

/** Two turns and a third one, which waits for a decision. */
async function fill(runs: RunStore, last: 'done' | 'approval'): Promise<void> {
  const session = await sessionStore(runs).open('chat')
  for (let turn = 0; turn < turns - 1; turn++) await session.run(greeter, `Turn ${turn}`)
  const input = `Turn ${turns - 1}`
  await (last === 'done' ? session.run(greeter, input) : session.run(payer([]), input))
}

const payer = (paid: string[]) =>
  agent({
    name: 'payer',
    model: scriptedModel(({ messages }) => (messages.at(-1)?.role === 'tool' ? text('Paid.') : call('pay'))),
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

/** What one of several callers does with the session `chat`. It resolves to what happened, or rejects with a refusal. */
type Deed = (runs: RunStore) => Promise<unknown>

const deeds = {
  deletes: (runs) => sessionStore(runs).delete('chat'),
  'starts a turn': async (runs) => (await sessionStore(runs).open('chat')).run(greeter, 'New'),
  'resumes its last turn': async (runs) => {
    const session = await sessionStore(runs).open('chat')
    const decisions = Object.fromEntries(session.requests.map(({ id }) => [id, { approve: true } as const]))
    return session.run(payer([]), undefined, { decisions })
  },
  'drops its last turn': async (runs) => (await sessionStore(runs).open('chat')).drop(),
  'forks it': async (runs) => (await sessionStore(runs).open('chat')).fork({ id: 'copy' }),
  'forks another one to its id': async (runs) => (await sessionStore(runs).open('other')).fork({ id: 'chat' }),
} as const satisfies Record<string, Deed>

const refusals = ['session_busy', 'session_pending', 'session_idle', 'session_exists', 'log_owned']

/** Runs a deed; a refusal is its code, any other error is thrown. */
async function outcome(deed: Deed, runs: RunStore): Promise<unknown> {
  try {
    const value = await deed(runs)
    return typeof value === 'boolean' ? value : 'done'
  } catch (error) {
    const { code } = error as { readonly code?: string }
    if (code !== undefined && refusals.includes(code)) return code
    throw error
  }
}

/** How many turns the session has, as every reader sees it and as the store keeps it. */
async function turnsOf(runs: RunStore, id: string): Promise<number> {
  const session = await sessionStore(runs).open(id)
  const listed = (await sessionStore(runs).list()).data.find((one) => one.id === id)
  expect(listed?.turns ?? 0).toBe(session.turns.length)
  return session.turns.length
}

/** Nothing is left but the logs of whole sessions. */
async function checkRest(runs: RunStore): Promise<void> {
  const expected: string[] = []
  for (const id of ['chat', 'copy', 'other'])
    for (let turn = 0, all = await turnsOf(runs, id); turn < all; turn++) expected.push(`${id}/${turn}`)
  const { data } = await runs.list()
  expect(data.map(({ id }) => id).toSorted()).toEqual(expected.toSorted())
}

/** Runs `first` until before its step number `step`, then `second` as a whole, then the rest of `first`. */
async function interleave(first: Deed, second: Deed, open: OpenStore, step: number) {
  let between: unknown
  let steps = 0
  const runs = open()
  const stepped = steppedStore(runs, async (at) => {
    steps = at + 1
    if (at === step) between = await outcome(second, open())
  })
  return { first: await outcome(first, stepped), second: between, steps, runs }
}

const pairs: [first: keyof typeof deeds, second: keyof typeof deeds, last: 'done' | 'approval'][] = [
  ['deletes', 'starts a turn', 'done'],
  ['starts a turn', 'deletes', 'done'],
  ['deletes', 'resumes its last turn', 'approval'],
  ['resumes its last turn', 'deletes', 'approval'],
  ['deletes', 'drops its last turn', 'approval'],
  ['drops its last turn', 'deletes', 'approval'],
  ['deletes', 'deletes', 'done'],
  ['deletes', 'forks it', 'done'],
  ['forks it', 'deletes', 'done'],
  ['deletes', 'forks another one to its id', 'done'],
  ['forks another one to its id', 'deletes', 'done'],
]

describe.each(stores)('%s', (name, make) => {
  /** The order of steps is the same over every store, so the slower ones try some of them. */
  const stride = name === 'memoryStore' ? 1 : 3

  test.each(pairs)('one %s while another one %s: at each step both agree, and nothing is left', async (a, b, last) => {
    for (let step = 0, steps = 1; step < steps; step += stride) {
      const open = make()
      await fill(open(), last)
      await (await sessionStore(open()).open('other')).run(greeter, 'Other')
      const both = await interleave(deeds[a], deeds[b], open, step)
      steps = both.steps
      await checkRest(both.runs)
      const left = await turnsOf(both.runs, 'chat')
      const isDeleted = both.first === true || both.second === true
      expect({ step, ...both, left, isGone: left < turns }).toMatchObject({ isGone: isDeleted })
      if (step === 0) expect(both.second).not.toBe('session_busy')
    }
  })

  test.each(['starts a turn', 'forks another one to its id'] as const)(
    'of several that make a new session, one that forks and one that %s, one wins, and the session is what it made',
    async (b) => {
      for (const [first, second] of [
        ['forks another one to its id', b],
        [b, 'forks another one to its id'],
      ] as const)
        for (let step = 0, steps = 1; step < steps; step += stride) {
          const open = make()
          const other = await sessionStore(open()).open('other')
          for (const input of ['Other 0', 'Other 1']) await other.run(greeter, input)
          const both = await interleave(deeds[first], deeds[second], open, step)
          steps = both.steps
          await checkRest(both.runs)
          const messages = (await sessionStore(both.runs).open('chat')).messages.map(({ content }) => content)
          const made = [both.first, both.second].filter((what) => what === 'done').length
          const isCopy = messages[0] === 'Other 0'
          // A turn may also follow the copy. At worst both are refused, and can try again.
          expect({ step, made, messages }).toEqual({
            step,
            made,
            messages: [
              ...(isCopy ? ['Other 0', 'Hello.', 'Other 1', 'Hello.'] : []),
              ...(made === (isCopy ? 2 : 1) ? ['New', 'Hello.'] : []),
            ],
          })
        }
    },
  )

  test('readers see it whole or gone at each step of a delete and of a fork', async () => {
    for (const what of ['deletes', 'forks it'] as const) {
      const open = make()
      await fill(open(), 'done')
      const known = sessionStore(open()) // has opened the session before
      const session = await known.open('chat')
      const early = await sessionStore(open()).open('chat')
      await early.fork({ id: 'early', before: 2 })
      const seen: number[][] = []
      const look = async (): Promise<void> => {
        const at = what === 'deletes' ? 'chat' : 'copy'
        seen.push([await turnsOf(open(), at), (await known.open(at)).turns.length, (await session.load()).turns.length])
      }
      await deeds[what](steppedStore(open(), look))
      await look()
      const whole =
        what === 'deletes'
          ? [
              [3, 3, 3],
              [0, 0, 0],
            ]
          : [
              [0, 0, 3],
              [3, 3, 3],
            ]
      expect([...new Set(seen.map((one) => JSON.stringify(one)))].map((one) => JSON.parse(one) as number[])).toEqual(
        whole,
      )
    }
  })

  test.each(['deletes', 'starts a turn', 'forks another one to its id'] as const)(
    'a delete or a fork that fails at any step is settled by the next caller, who %s',
    async (next) => {
      for (const what of ['deletes', 'forks another one to its id'] as const)
        for (let step = 0, fails = true; fails; step += stride) {
          fails = false
          const open = make()
          const other = await sessionStore(open()).open('other')
          for (const input of ['Other 0', 'Other 1', 'Other 2']) await other.run(greeter, input)
          if (what === 'deletes') await fill(open(), 'done')
          const failing = steppedStore(open(), (at, kind) => {
            if (at < step || fails || kind === 'append') return
            fails = true
            throw new LogError('log_storage', 'The disk does not answer.')
          })
          await deeds[what](failing).catch((error: unknown) => expect(error).toMatchObject({ code: 'log_storage' }))
          const left = await turnsOf(open(), 'chat')
          expect([0, turns]).toContain(left)
          const after = await outcome(deeds[next], open())
          await checkRest(open())
          const ends = {
            deletes: { left: 0 },
            'starts a turn': { after: 'done', left: left + 1 },
            'forks another one to its id': { after: left === 0 ? 'done' : 'session_exists', left: turns },
          }
          expect({ step, after, left: await turnsOf(open(), 'chat') }).toMatchObject(ends[next])
        }
    },
  )
})

/** A deed that goes on for so many steps at a time. */
function slowly(deed: Deed, runs: RunStore) {
  const steps = { allowed: 0, taken: 0 }
  let go = Promise.withResolvers<void>()
  let rests = Promise.withResolvers<void>()
  const stepped = steppedStore(runs, async () => {
    while (steps.taken >= steps.allowed) {
      rests.resolve()
      await go.promise
    }
    steps.taken++
  })
  const end = outcome(deed, stepped).finally(() => rests.resolve())
  end.catch(() => {})
  return {
    /** Resolves when it has taken so many more steps, or has ended. */
    async goOn(more: number): Promise<void> {
      steps.allowed += more
      rests = Promise.withResolvers()
      go.resolve()
      go = Promise.withResolvers()
      await Promise.race([rests.promise, end])
    },
    end,
    get taken() {
      return steps.taken
    },
  }
}

test.each([
  ['deletes', 'starts a turn', 'done'],
  ['deletes', 'resumes its last turn', 'approval'],
  ['forks another one to its id', 'starts a turn', 'done'],
] as const)(
  'one %s and one %s, in turns: both agree, and nothing is left',
  async (a, b, last) => {
    // Another one goes on with one or two steps: it stores its start, and looks at the session again.
    for (let before = 0; before < 12; before++)
      // then its turn has begun
      for (let until = 0, isThere = true; isThere; until++) {
        const runs = memoryStore()
        const other = await sessionStore(runs).open('other')
        for (const input of ['Other 0', 'Other 1']) await other.run(greeter, input)
        if (a === 'deletes') await fill(runs, last)
        const second = slowly(deeds[b], runs)
        await second.goOn(before)
        const first = slowly(deeds[a], runs)
        await first.goOn(until >> 1)
        isThere = first.taken === until >> 1
        await second.goOn(1 + (until % 2))
        await first.goOn(Infinity)
        await second.goOn(Infinity)
        const ends = { first: await first.end, second: await second.end }
        await checkRest(runs)
        const left = await turnsOf(runs, 'chat')
        const [isChanged, isRun] = [
          ends.first === true || (a !== 'deletes' && ends.first === 'done'),
          ends.second === 'done',
        ]
        const expected =
          a === 'deletes'
            ? isChanged
              ? [0, 1]
              : [turns + (isRun && b === 'starts a turn' ? 1 : 0)]
            : [Number(isRun) + (isChanged ? 2 : 0)]
        expect({ before, until, ...ends, left }).toMatchObject({ left: expect.toBeOneOf(expected) as number })
      }
  },
  90_000,
)
