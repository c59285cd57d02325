import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Crashes, crashes, type Kill, noCounts } from '../test/crash.ts'
import { race, raceKinds } from '../test/race.ts'
import { kinds } from '../test/stores.ts'

// A few of each; `crash-counts.ts` in `test` kills around every fact, and as often as it is asked to.
const kills: readonly (readonly Kill[])[] = [
  [{ fact: 0, moment: 'written' }, { fact: 9, moment: 'before' }, { fact: 11, moment: 'acknowledged' }, { after: 20 }],
  [{ fact: 7, moment: 'acknowledged' }, { after: 60 }],
]
const whole = { twice: 0, lost: 0, unknown: 0, missing: 0, broken: [] }

describe.each(kinds)('processes that write to a store of kind %s', (kind) => {
  let processes: Crashes
  beforeAll(async () => {
    processes = await crashes()
  })
  afterAll(() => processes.close())

  test('leave a log that loads and that the next one continues when they are killed: no effect twice, none lost', async () => {
    const counts = noCounts()
    for (const several of kills) await processes.pay(kind, several, counts)
    expect(counts).toMatchObject(whole)
    expect(counts.kills).toBeGreaterThanOrEqual(3)
    expect(counts.once).toBeGreaterThan(0)
  }, 120_000)

  test.each(raceKinds)(
    'of two processes that start one run, or approve one request, in the same millisecond one runs, the other is refused: %s',
    async (what) => {
      const rounds = 3
      const { odd, ran, refused, twice } = await race(kind, what, rounds)
      expect({ odd, ran, refused, twice }).toEqual({ odd: [], ran: rounds, refused: rounds, twice: 0 })
    },
    120_000,
  )
})
