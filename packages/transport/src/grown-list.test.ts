import { expect, test } from 'vitest'
import { GrownList } from './grown-list.ts'

const item = (id: number): object => Object.freeze({ id })

test('what was made of a list goes on with a longer one, and begins anew with one that begins otherwise', () => {
  // What is made of a list is the list of its ids.
  const grown = new GrownList<number[]>(
    () => [],
    (made, one) => made.push((one as { id: number }).id),
  )
  const [a, b, c, d] = [item(1), item(2), item(3), item(4)]
  const { made } = grown.of([a, b])
  expect(grown.of([a, b])).toEqual({ made: [1, 2], count: 2 })
  expect(grown.of([a, b, c]).made).toBe(made)
  expect(grown.of([a, b, { id: 5 }])).toEqual({ made: [1, 2], count: 2 })
  expect(grown.of([a, b, d])).toEqual({ made: [1, 2, 4], count: 3 })
  expect(grown.of([a])).toEqual({ made: [1], count: 1 })
  expect(grown.of([])).toEqual({ made: [], count: 0 })
  expect(made).toEqual([1, 2, 3])
})
