// The seam for engines, by itself: what has arrived leaves together, and no work is forgotten.
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../facts/events.ts'
import { MemoryScope } from './memory-scope.ts'

const event = (callId: string): RunEvent => ({
  type: 'tool.progress',
  run: 'r',
  path: '',
  step: 0,
  callId,
  name: 't',
  data: null,
})
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

async function* yielding(...batches: readonly RunEvent[][]): AsyncGenerator<RunEvent[], void, void> {
  yield* batches
}

/** Takes everything, with a pause before each turn. */
async function drain(scope: MemoryScope, keys: readonly string[]): Promise<string[]> {
  const seen: string[] = []
  while (keys.some((key) => scope.has(key))) {
    await turn()
    for (const one of await scope.next()) seen.push((one as { callId: string }).callId)
    scope.logged()
  }
  for (const one of scope.arrived()) seen.push((one as { callId: string }).callId)
  return seen
}

describe('the memory scope', () => {
  it.each([
    ['first', [[], [event('a')]]],
    ['in the middle', [[event('a')], [], [event('b')]]],
    ['last', [[event('a')], []]],
    ['only', [[], [], []]],
  ])('goes on after an empty batch, here %s, though nobody waited for it', async (_where, batches) => {
    const scope = new MemoryScope(new AbortController().signal)
    scope.start('one', yielding(...batches), false)
    scope.start('two', yielding([event('x')], [], [event('y')]), true)
    const seen = await drain(scope, ['one', 'two'])
    expect(seen.filter((id) => id === 'a' || id === 'b')).toEqual(
      batches.flat().map((one) => (one as { callId: string }).callId),
    )
    expect(seen.filter((id) => id === 'x' || id === 'y')).toEqual(['x', 'y'])
  })

  it('hands over at once all that has arrived', async () => {
    const scope = new MemoryScope(new AbortController().signal)
    for (const key of ['a', 'b', 'c']) scope.start(key, yielding([event(key)]), true)
    await turn()
    expect((await scope.next()).map((one) => (one as { callId: string }).callId)).toEqual(['a', 'b', 'c'])
  })

  it('asks a work for more only when its batch was logged or taken', async () => {
    const pulled: number[] = []
    async function* work(): AsyncGenerator<RunEvent[], void, void> {
      for (let count = 0; count < 3; count++) {
        pulled.push(count)
        yield [event(String(count))]
      }
    }
    const scope = new MemoryScope(new AbortController().signal)
    scope.start('one', work(), true)
    await turn()
    scope.logged() // nothing was given yet, so nothing was logged
    await turn()
    expect(pulled).toEqual([0])
    await scope.next()
    expect(pulled).toEqual([0])
    scope.logged()
    await turn()
    expect(pulled).toEqual([0, 1])
  })
})
