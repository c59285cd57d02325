import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sessionStore } from '../index.ts'
import { bundle } from '../test/crash.ts'
import { type Racer, startRacer } from '../test/racers.ts'
import { moments, sessionCrashes, type SessionCounts } from '../test/session-crash.ts'
import { changePairs, killChanges, raceChanges } from '../test/session-changes.ts'
import type { TurnAnswer, TurnJob } from '../test/session-race-program.ts'
import { kinds, linesOf, openStore } from '../test/stores.ts'

describe.each(kinds)('a session in a store of kind %s', (kind) => {
  // A few points; `session-crash-counts.ts` in `test` kills at as many as it is asked to.
  test('whose process is killed loses nothing that was acknowledged, and is finished by the next process', async () => {
    const crashes = await sessionCrashes()
    try {
      const appends = await crashes.measure(kind)
      const counts: SessionCounts = { kills: 0, unknown: 0, broken: [] }
      for (let append = 0; append < appends; append += 3)
        await crashes.kill(kind, append, moments[append % moments.length]!, counts)
      expect(counts).toMatchObject({ kills: Math.ceil(appends / 3), broken: [] })
      expect(counts.kills).toBeGreaterThan(8)
    } finally {
      crashes.close()
    }
  }, 180_000)

  describe('that two processes run', () => {
    const folder = mkdtempSync(join(tmpdir(), 'toolloop-session-race-'))
    const effects = join(folder, 'effects')
    let racers: Racer<TurnJob, TurnAnswer>[] = []
    beforeAll(async () => {
      const program = await bundle('session-race-program', folder)
      racers = await Promise.all([0, 1].map(() => startRacer<TurnJob, TurnAnswer>(program)))
    }, 60_000)
    afterAll(async () => {
      await Promise.all(racers.map((racer) => racer.close()))
      rmSync(folder, { recursive: true, force: true })
    })

    test('takes one turn at a time: the other process is refused, or waits', async () => {
      for (let round = 0, known = 0; round < 4; round++) {
        const wait = round % 2 === 1
        const gate = join(folder, `gate-${round}`)
        const at = Date.now() + 50
        const asked = racers.map((racer, who) =>
          racer.ask({ kind, folder, effects, gate, input: `${round} of ${who}`, wait, at }),
        )
        const answers = Promise.all(asked)
        answers.catch(() => {})
        if (!wait) await Promise.race(asked) // the one that is refused: the other waits for the gate
        writeFileSync(gate, '')
        const refused = (await answers).filter((answer) => 'refused' in answer)
        expect(refused).toEqual(wait ? [] : [{ refused: 'session_busy' }])
        const runs = openStore(kind, folder)
        const session = await sessionStore(runs).open('chat')
        known += wait ? 2 : 1
        expect(session.turns.map(({ status }) => status)).toEqual(Array.from({ length: known }, () => 'done'))
        const paid = linesOf(effects)
        expect([paid.length, new Set(paid).size]).toEqual([known, known])
        runs.close?.()
      }
    }, 120_000)
  })
})

describe.each(kinds)('processes that change one session in a store of kind %s', (kind) => {
  // A few rounds; `session-change-counts.ts` in `test` runs as many as it is asked to.
  test.each(changePairs)(
    'one that calls %s, one that calls %s, and a reader, see it whole or gone',
    async (...pair) => {
      expect(await raceChanges(kind, pair, 4)).toMatchObject({ rounds: 4, broken: [] })
    },
    120_000,
  )

  test.each(['delete', 'fork'] as const)(
    'a %s that is killed is finished by the next caller',
    async (what) => {
      const { broken, rounds } = await killChanges(kind, what, kind === 'file' ? what : 'run', 5)
      expect({ broken, isKilled: rounds > 4 }).toEqual({ broken: [], isKilled: true })
    },
    120_000,
  )
})
