import { expect, test } from 'vitest'
import { GrownList } from './grown-list.ts'

const item = (id: number): object => Object.freeze({ id })

test('a longer list adds its new items, one that begins otherwise begins anew, what may change is not remembered', () => {
  const grown = new GrownList(undefined)
  const [a, b, c, d] = [item(1), item(2), item(3), item(4)]
  const open = { id: 5 }
  expect(grown.goOn([a, b])).toEqual({ isNew: false, added: [a, b], count: 2 })
  expect(grown.goOn([a, b])).toEqual({ isNew: false, added: [], count: 2 })
  expect(grown.goOn([a, b, c])).toEqual({ isNew: false, added: [c], count: 3 })
  expect(grown.goOn([a, b, c, open, d])).toEqual({ isNew: false, added: [], count: 3 })
  expect(grown.goOn([a, b, d])).toEqual({ isNew: true, added: [a, b, d], count: 3 })
  expect(grown.goOn([a])).toEqual({ isNew: true, added: [a], count: 1 })
  expect(grown.goOn([open])).toEqual({ isNew: true, added: [], count: 0 })
  expect(grown.goOn([])).toEqual({ isNew: false, added: [], count: 0 })
})
