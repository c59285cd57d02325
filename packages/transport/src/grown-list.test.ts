import { expect, test } from 'vitest'
import { GrownLists } from './grown-list.ts'

const MiB = 1024 * 1024
const item = (id: number): object => Object.freeze({ id })
/** What is made of a list is the list of its ids. */
const listsOf = (bytes: number): GrownLists<number[]> =>
  new GrownLists<number[]>(
    () => [],
    (made, one) => made.push((one as { id: number }).id),
    () => bytes,
  )

test('what was made of a list goes on with it, and is kept for one of those that part', () => {
  const lists = listsOf(1)
  const [a, b, c, d] = [item(1), item(2), item(3), item(4)]
  const { made } = lists.of([a, b])
  expect(lists.of([a, b])).toEqual({ made: [1, 2], count: 2 })
  expect(lists.of([a, b, c]).made).toBe(made)
  expect(lists.of([a, b, d])).toEqual({ made: [1, 2, 4], count: 3 })
  expect(lists.of([a, b, c, d]).made).toBe(made)
  expect(made).toEqual([1, 2, 3, 4])
})

test('what was made is kept within a bound, the newest of it', () => {
  const lists = listsOf(24 * MiB) // two of them fit
  const [a, b, c] = [item(1), item(2), item(3)]
  const [ofA, ofB, ofC] = [a, b, c].map((one) => lists.of([one]).made)
  expect(lists.of([b]).made).toBe(ofB)
  expect(lists.of([c]).made).toBe(ofC)
  expect(lists.of([a]).made).not.toBe(ofA)
  expect(lists.of([b]).made).not.toBe(ofB)
  expect(lists.of([a, c])).toEqual({ made: [1, 3], count: 2 })
})

test('a list that is larger than the bound is made anew each time', () => {
  const lists = listsOf(65 * MiB)
  const a = item(1)
  expect(lists.of([a]).made).not.toBe(lists.of([a]).made)
  expect(lists.of([a])).toEqual({ made: [1], count: 1 })
})
