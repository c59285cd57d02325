import { expect, test } from 'vitest'
import { deepFreeze, isDeepFrozen } from './index.ts'

test('everything inside is frozen, and that is seen', () => {
  const value = { a: [{ b: 'c' }], d: null, e: 1 }
  expect(isDeepFrozen(value)).toBe(false)
  expect(deepFreeze(value)).toBe(value)
  expect(isDeepFrozen(value)).toBe(true)
  expect(() => value.a.push({ b: 'x' })).toThrow(TypeError)
})

test.each<[string, unknown, boolean]>([
  ['a string', 'x', true],
  ['nothing', null, true],
  ['an open object in a frozen one', Object.freeze({ a: {} }), false],
  ['an open array in a frozen one', Object.freeze([[1]]), false],
  ['a function, which may answer otherwise tomorrow', Object.freeze({ toJSON: () => 1 }), false],
])('%s', (_name, value, frozen) => {
  expect(isDeepFrozen(value)).toBe(frozen)
})
