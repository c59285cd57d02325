// What a run relies on in its log, as cases that any test runner can run.
import type { CheckedLog } from './checked-log.ts'
import { end, type LoggedFact, nested, note, odd, pause, same, start } from './log-facts.ts'

/** What can be done to a log from outside. Each thing that is here adds cases. */
export interface LogSurroundings<Log extends CheckedLog> {
  /** Another handle on what this log keeps, as another process has it. */
  readonly reopen?: (log: Log) => Log | Promise<Log>
  /** Cuts bytes off the end of what is kept, as a crash in the middle of a write does. */
  readonly tear?: (log: Log, bytes: number) => void | Promise<void>
  /** Makes appends fail; returns what makes them work again. It is called on a log that no handle has appended to since it was reopened. */
  readonly fail?: (log: Log) => (() => void | Promise<void>) | Promise<() => void | Promise<void>>
  /** Called with every log of a case when it is over. */
  readonly close?: (log: Log) => void | Promise<void>
}

export interface LogCase {
  readonly name: string
  /** Rejects when the promise is broken. */
  readonly run: () => Promise<void>
}

/**
 * Every promise of a log as a case. `make` returns a new, empty log each time.
 *
 * `for (const { name, run } of checkRunLog(make)) test(name, run)`, with vitest as with node:test.
 */
export function checkRunLog<Log extends CheckedLog>(
  make: () => Log | Promise<Log>,
  surroundings: LogSurroundings<Log> = {},
): LogCase[] {
  const { reopen, tear, fail } = surroundings
  const bodies: [name: string, body: (open: Opener<Log>) => Promise<void>][] = [...alone]
  if (reopen) bodies.push(...shared)
  if (reopen && tear) for (const name of Object.keys(tears)) bodies.push([name, torn(tear, tears[name]!)])
  if (reopen && fail)
    bodies.push(['a failing append rejects, and what was acknowledged can be gone on from', failing(fail)])
  return bodies.map(([name, body]) => ({ name, run: () => inPlace(body, make, surroundings) }))
}

interface Opener<Log extends CheckedLog> {
  readonly log: Log
  /** Another handle. */
  readonly again: () => Promise<Log>
}

async function inPlace<Log extends CheckedLog>(
  body: (open: Opener<Log>) => Promise<void>,
  make: () => Log | Promise<Log>,
  { reopen, close }: LogSurroundings<Log>,
): Promise<void> {
  const logs: Log[] = []
  const keep = (log: Log): Log => {
    logs.push(log)
    return log
  }
  try {
    const log = keep(await make())
    await body({ log, again: async () => keep(await reopen!(log)) })
  } finally {
    for (const log of logs.toReversed()) await close?.(log)
  }
}

type Case = [name: string, body: (open: Opener<CheckedLog>) => Promise<void>]

/** Cases of one handle. */
const alone: readonly Case[] = [
  ['a new log is empty', async ({ log }) => same('load', await log.load(), [])],
  [
    'facts are loaded as they were appended, in order',
    async ({ log }) => {
      const facts = [start, note(1), note(2), note(3)]
      await log.append(facts.slice(0, 1))
      await log.append(facts.slice(1, 3))
      await log.append(facts.slice(3))
      same('load', await log.load(), facts)
    },
  ],
  [
    'an empty batch changes nothing',
    async ({ log }) => {
      await log.append([])
      await log.append([start])
      await log.append([])
      same('load', await log.load(), [start])
    },
  ],
  [
    'appends that overlap are kept in the order of their calls',
    async ({ log }) => {
      const facts = [
        start,
        ...Array.from({ length: 99 }, (_, index) => note(index + 1, 'x'.repeat((index % 7) * 5000))),
      ]
      await Promise.all(facts.map(async (fact) => log.append([fact])))
      same('load', await log.load(), facts)
    },
  ],
  [
    'a load during an append sees whole facts, from the first on',
    async ({ log }) => {
      await log.append([start])
      const appended = log.append([note(1, 'x'.repeat(1_000_000)), note(2)])
      const seen = await log.load()
      await appended
      same('load', seen, [start, note(1, 'x'.repeat(1_000_000)), note(2)].slice(0, Math.max(1, seen.length)))
    },
  ],
  [
    'a gap is refused, and nothing of it is kept',
    async ({ log }) => {
      await log.append([start, note(1)])
      await refused('a fact that leaves one out', log, [note(3)])
      same('load', await log.load(), [start, note(1)])
    },
  ],
  [
    'a log that does not begin with fact 0 is refused',
    async ({ log }) => {
      await refused('a first fact with the number 1', log, [note(1)])
      same('load', await log.load(), [])
    },
  ],
  [
    'a batch with a gap is refused whole',
    async ({ log }) => {
      await log.append([start])
      await refused('a batch that leaves a fact out', log, [note(1), note(3)])
      same('load', await log.load(), [start])
    },
  ],
  [
    'a number that is taken is refused, and the first fact stands',
    async ({ log }) => {
      await log.append([start, note(1, 'first')])
      await refused('a second fact of the same number', log, [note(1, 'second')])
      same('load', await log.load(), [start, note(1, 'first')])
    },
  ],
  [
    'after a refusal the log goes on',
    async ({ log }) => {
      await log.append([start])
      await refused('a gap', log, [note(5)])
      await log.load()
      await log.append([note(1)])
      same('load', await log.load(), [start, note(1)])
    },
  ],
  [
    'a result of 1 MiB is kept whole',
    async ({ log }) => {
      const facts = [start, note(1, 'ä€🦉\n"\\'.repeat(100_000)), note(2, 'x'.repeat(1_048_576))]
      for (const fact of facts) await log.append([fact])
      same('load', await log.load(), facts)
    },
  ],
  [
    '2,000 facts in one append are kept',
    async ({ log }) => {
      const facts = [start, ...Array.from({ length: 1999 }, (_, index) => note(index + 1))]
      await log.append(facts)
      same('load', await log.load(), facts)
    },
  ],
  [
    'any text is kept as JSON keeps it: lone surrogates, NUL, every line break, odd keys',
    async ({ log }) => {
      const facts = [start, ...odd]
      for (const fact of facts) await log.append([fact])
      same('load', await log.load(), facts)
    },
  ],
  [
    'values nested 500 deep are kept',
    async ({ log }) => {
      const facts = [start, nested(1, 500)]
      await log.append(facts)
      same('load', await log.load(), facts)
    },
  ],
]

/** Cases of several handles on one log. */
const shared: readonly Case[] = [
  [
    'another handle loads all that was acknowledged',
    async ({ log, again }) => {
      await log.append([start, note(1)])
      await log.append([note(2)])
      same('load of another handle', await (await again()).load(), [start, note(1), note(2)])
    },
  ],
  [
    'of two that append the same fact one wins, and its fact stands',
    async ({ log, again }) => {
      await log.append([start, note(1), pause(2)])
      const handles = [await again(), await again(), await again(), await again()]
      for (const handle of handles) await handle.load()
      const ends = await Promise.allSettled(
        handles.map(async (handle, index) => handle.append([note(3, `of ${index}`)])),
      )
      const winners = ends.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []))
      if (winners.length !== 1) throw new Error(`${winners.length} of 4 writers have appended fact 3; it must be one.`)
      same('fact 3', (await (await again()).load()).slice(3), [note(3, `of ${winners[0]}`)])
    },
  ],
  [
    'a second writer never has a fact between those of the first',
    async ({ log, again }) => {
      await log.append([start])
      const second = await again()
      await second.load()
      const ends = await Promise.allSettled([
        (async () => second.append([note(1, 'second')]))(),
        (async () => log.append([note(1, 'first')]))(),
      ])
      const kept = await (await again()).load()
      const said = ends.flatMap(({ status }, index) => (status === 'fulfilled' ? [['second', 'first'][index]] : []))
      if (said.length !== 1) throw new Error(`${said.length} of 2 writers have appended fact 1; it must be one.`)
      same('load', kept, [start, note(1, said[0])])
    },
  ],
  [
    'a log whose run has ended goes on in another handle, also in one that was loaded before',
    async ({ log, again }) => {
      const early = await again()
      await log.append([start])
      await log.append([end(1)])
      const next = await again()
      same('load', await next.load(), [start, end(1)])
      await early.load()
      await early.append([note(2)])
      same('load', await (await again()).load(), [start, end(1), note(2)])
    },
  ],
  [
    'who loaded before another wrote is refused',
    async ({ log, again }) => {
      await log.append([start, pause(1)])
      const late = await again()
      await late.load()
      const first = await again()
      await first.load()
      await first.append([note(2), pause(3)])
      await refused('a fact whose writer has not seen the last ones', late, [note(2, 'late')])
      same('load', (await (await again()).load()).slice(2, 3), [note(2)])
    },
  ],
]

/** By how many bytes the last fact, of so many bytes, is cut: until little of it is left, or nothing. */
const tears: Readonly<Record<string, (bytes: number) => readonly number[]>> = {
  'a torn end is left out, and the next fact is not glued to it': (bytes) => [
    1,
    2,
    3,
    bytes >> 1,
    bytes - 2,
    bytes - 1,
  ],
  'an end that was cut off between two facts is no damage': (bytes) => [bytes],
}

function torn<Log extends CheckedLog>(
  tear: NonNullable<LogSurroundings<Log>['tear']>,
  cuts: (bytes: number) => readonly number[],
): (open: Opener<Log>) => Promise<void> {
  return async ({ log, again }) => {
    const facts = [start, pause(1)]
    await log.append(facts)
    const write = async (fact: LoggedFact): Promise<Log> => {
      const writer = await again()
      same('load', await writer.load(), facts)
      await writer.append([fact])
      return writer
    }
    const size = new TextEncoder().encode(JSON.stringify(pause(2, cutCall))).length + 1
    for (const bytes of cuts(size)) {
      await tear(await write(pause(facts.length, cutCall)), bytes)
      const next = pause(facts.length)
      await write(next)
      facts.push(next)
      same(`the log, of whose end ${bytes} bytes were cut,`, await (await again()).load(), facts)
    }
  }
}

/** In the middle of its bytes a character may be cut, too. */
const cutCall = 'ä€🦉'.repeat(8)

function failing<Log extends CheckedLog>(
  fail: NonNullable<LogSurroundings<Log>['fail']>,
): (open: Opener<Log>) => Promise<void> {
  return async ({ log, again }) => {
    await log.append([start, pause(1)])
    const broken = await again()
    await broken.load()
    const repair = await fail(broken)
    await refused('an append that cannot be kept', broken, [note(2, 'lost')])
    await repair()
    const next = await again()
    same('load', await next.load(), [start, pause(1)])
    await next.append([note(2)])
    same('load', await (await again()).load(), [start, pause(1), note(2)])
  }
}

async function refused(what: string, log: CheckedLog, facts: readonly LoggedFact[]): Promise<void> {
  try {
    await log.append(facts)
  } catch {
    return
  }
  throw new Error(`The log took ${what}; \`append\` must throw or reject.`)
}
