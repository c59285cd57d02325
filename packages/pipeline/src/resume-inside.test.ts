// A stage fails while other stages have failed inside of theirs: what one resume runs again.
import { agent, type Fact, memoryLog } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { fallback, map, parallel, pipe, type Pipeline, race, reduce, retry, tap } from './index.ts'

const passOn = tap<Iterable<number>>(() => {})
const hang = (): Promise<never> => new Promise(() => {})

/** What ran, and whether stages fail. */
class World {
  readonly ran: string[] = []
  isBroken = true
  #failed: (() => void) | undefined
  /** Settles once `bad` has failed. */
  readonly failure: Promise<void> = new Promise((resolve) => (this.#failed = resolve))

  readonly good = (n: number): number => (this.ran.push(`good${n}`), n)
  /** Fails at 1 while the world is broken. */
  readonly bad = (n: number): number => {
    this.ran.push(`bad${n}`)
    if (n !== 1 || !this.isBroken) return n
    this.#failed!()
    throw new Error('bad')
  }
  /** Runs until its branch is aborted while the world is broken. */
  readonly slow = (n: number): number | Promise<never> => (this.isBroken ? hang() : n)
}

/** Fails once `bad` of the other stage has failed. */
const beside = (world: World) => async (n: number) => {
  await world.failure
  await new Promise((resolve) => setImmediate(resolve))
  if (world.isBroken) throw new Error('beside')
  return n
}

const cases: Record<string, (world: World) => Pipeline<number, unknown>> = {
  'the items of a map': ({ bad, slow }) =>
    pipe(
      () => [0, 1, 2],
      map((n: number) => (n === 2 ? slow(n) : bad(n)), { onFailure: 'settle' }),
    ),
  'the stages of a parallel': ({ bad, slow }) => parallel({ bad, slow }, { onFailure: 'settle' }),
  'a parallel in a map': ({ bad, slow }) =>
    pipe(
      () => [1],
      map(parallel({ bad, slow }, { onFailure: 'settle' })),
      tap(() => {}),
    ),
  'an attempt of a retry': ({ bad, slow }) =>
    retry(parallel({ bad, slow }, { onFailure: 'settle' }), { times: 2, backoff: 0 }),
  'a total of a reduce': ({ bad, slow }) =>
    pipe(
      () => [1],
      reduce(
        pipe(
          () => 1,
          parallel({ bad, slow }, { onFailure: 'settle' }),
          () => 1,
        ),
        0,
      ),
    ),
}

describe('one resume after an error runs again what failed inside stages that were aborted', () => {
  it.each(Object.entries(cases))('%s', async (_what, make) => {
    const world = new World()
    const log = memoryLog()
    const whole = parallel({ beside: beside(world), inside: make(world) })
    expect(await whole.run(1, { log })).toMatchObject({ status: 'error', error: { path: 'beside' } })
    const before = world.ran.length
    world.isBroken = false
    expect(await whole.run(undefined, { from: log })).toMatchObject({ status: 'done' })
    expect(world.ran.slice(before)).toEqual(['bad1'])
  })

  it('leaves a stage failed that has a follower: the second of a fallback, the others of a race', async () => {
    for (const choose of [fallback, race]) {
      const world = new World()
      const log = memoryLog()
      const clerk = agent({
        name: 'clerk',
        model: scriptedModel(() => {
          void world.bad(0)
          if (!world.isBroken) return text('Late.')
          try {
            world.bad(1)
          } catch {
            // The run fails by its refusal.
          }
          return text('', { message: { refusal: 'No.' } })
        }),
      })
      const whole = parallel({
        beside: beside(world),
        inside: choose(
          pipe(() => 'go', clerk),
          () => world.slow(1),
        ),
      })
      expect(await whole.run(1, { log })).toMatchObject({ status: 'error', error: { path: 'beside' } })
      const before = world.ran.length
      world.isBroken = false
      const result = await whole.run(undefined, { from: log })
      expect(result).toMatchObject({ status: 'done', output: { inside: 1 } })
      expect(world.ran.slice(before)).toEqual([])
      expect(log.facts.filter(({ type, path }) => type === 'run.resume' && path !== '')).toEqual([])
    }
  })
})

describe('an iterable that was not read to its end', () => {
  const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]

  it('is made again, with the taps behind it, from every prefix', async () => {
    const log = memoryLog()
    const whole = pipe(
      function* list(n: number) {
        for (let at = 0; at < n; at++) yield at
      },
      passOn,
      passOn,
      map((n: number) => n * 2, { concurrency: 1 }),
      (all: number[]) => all.length,
    )
    const first = await whole.run(3, { log, runId: 'r' })
    expect(first).toMatchObject({ status: 'done', output: 3 })
    for (let length = 1; length <= log.facts.length; length++) {
      const result = await whole.run(undefined, { from: memoryLog(saved(log.facts.slice(0, length))) })
      expect(result, `prefix ${length}`).toMatchObject({ status: 'done', output: 3 })
    }
  })

  it('is not made again once the first stage of a pipe behind it has read it', async () => {
    let made = 0
    let fails = true
    const log = memoryLog()
    const whole = pipe(
      (n: number) => (made++, new Set([n, n + 1]).values()),
      pipe(
        map((n: number) => n),
        (all: number[]) => {
          if (fails) throw new Error('late')
          return all
        },
      ),
    )
    expect(await whole.run(3, { log })).toMatchObject({ status: 'error' })
    fails = false
    expect(await whole.run(undefined, { from: log })).toMatchObject({ status: 'done', output: [3, 4] })
    expect(made).toBe(1)
  })
})
