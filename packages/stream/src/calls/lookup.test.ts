import { expect, test } from 'vitest'
import { Lookup } from './lookup.ts'

test('a lookup finds what a map finds', () => {
  const keys = ['a', 'a', 'b', 'a', 'c', 'b']
  const lookup = new Lookup<string, { value: number }>()
  const map = new Map<string, { value: number }>()
  for (const [at, key] of keys.entries()) {
    const value = { value: at }
    expect(lookup.get(key)).toBe(map.get(key))
    lookup.set(key, value)
    map.set(key, value)
    for (const each of keys) expect(lookup.get(each)).toBe(map.get(each))
  }
})
