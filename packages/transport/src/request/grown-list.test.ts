import { expect, test } from 'vitest'
import { GrownList } from './grown-list.ts'

const item = (id: number): object => Object.freeze({ id })

test('adds the new items of a longer list, starts over for another list, and skips items that may change', () => {
  const grown = new GrownList(undefined)
  const [a, b, c, d] = [item(1), item(2), item(3), item(4)]
  const open = { id: 5 }
  expect(grown.extendTo([a, b])).toEqual({ isNew: false, added: [a, b], count: 2 })
  expect(grown.extendTo([a, b])).toEqual({ isNew: false, added: [], count: 2 })
  expect(grown.extendTo([a, b, c])).toEqual({ isNew: false, added: [c], count: 3 })
  expect(grown.extendTo([a, b, c, open, d])).toEqual({ isNew: false, added: [], count: 3 })
  expect(grown.extendTo([a, b, d])).toEqual({ isNew: true, added: [a, b, d], count: 3 })
  expect(grown.extendTo([a])).toEqual({ isNew: true, added: [a], count: 1 })
  expect(grown.extendTo([open])).toEqual({ isNew: true, added: [], count: 0 })
  expect(grown.extendTo([])).toEqual({ isNew: false, added: [], count: 0 })
})
