import { describe, expect, it } from 'vitest'
import { GrowingText } from './growing-text.ts'

describe('a text that grows', () => {
  it('is read from any place, however long its deltas are', () => {
    const deltas = ['a', 'bc', '', 'd', 'efghij', 'k', 'l', 'm😀n', 'o'.repeat(40), 'p', 'q']
    for (const order of [deltas, deltas.toReversed()]) {
      const text = new GrowingText('')
      let whole = ''
      for (const delta of order) {
        text.add(delta)
        whole += delta
        expect(text.length).toBe(whole.length)
        for (let offset = 0; offset <= whole.length; offset++) expect(text.behind(offset)).toBe(whole.slice(offset))
      }
    }
  })
})
