import { describe, expect, it } from 'vitest'
import { aFunction, checkLimit, checkOptions, milliseconds, oneOf, UsageError, wholeNumber } from './index.ts'

const known = { size: wholeNumber(1), mode: oneOf('a', 'b', false), call: aFunction, wait: milliseconds }
const check = (options: unknown): void => checkOptions('The thing', options as object, known)

function messageOf(run: () => void): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
}

const timer = 'it must be a number of milliseconds above 0, and at most 2147483647 (24.8 days).'

describe('options', () => {
  it.each([{}, { size: 1, mode: false, call: () => 1, wait: 0.5 }, { size: undefined }])('%j are right', (options) =>
    expect(messageOf(() => check(options))).toBeUndefined(),
  )

  it.each([
    [undefined, 'The thing takes an object of options, not undefined; there are size, mode, call, wait.'],
    ['x', 'The thing takes an object of options, not "x"; there are size, mode, call, wait.'],
    [[], 'The thing takes an object of options, not []; there are size, mode, call, wait.'],
    [{ sise: 1 }, 'The thing has no option `sise`; there are size, mode, call, wait.'],
    [{ size: 1.5 }, 'The thing: `size` is 1.5; it must be a whole number of at least 1.'],
    [{ size: null }, 'The thing: `size` is null; it must be a whole number of at least 1.'],
    [{ mode: 'c' }, 'The thing: `mode` is "c"; it must be "a" or "b" or false.'],
    [{ wait: 0 }, `The thing: \`wait\` is 0; ${timer}`],
    [{ wait: Infinity }, `The thing: \`wait\` is Infinity; ${timer}`],
    [{ wait: '5' }, `The thing: \`wait\` is "5"; ${timer}`],
    [{ mode: `${'x'.repeat(118)}😀` }, `The thing: \`mode\` is "${'x'.repeat(118)}; it must be "a" or "b" or false.`],
  ])('%j name the option, the value and the remedy', (options, message) =>
    expect(messageOf(() => check(options))).toBe(message),
  )
})

it('values that are no JSON are named too', () => {
  expect(messageOf(() => check({ call: { a: 1n } }))).toBe('The thing: `call` is an object; it must be a function.')
  expect(messageOf(() => check({ call: 5n }))).toBe('The thing: `call` is 5; it must be a function.')
  expect(messageOf(() => check({ size: check }))).toBe(
    'The thing: `size` is a function; it must be a whole number of at least 1.',
  )
})

describe('limits', () => {
  const limit = (value: unknown): void => checkLimit('`limit`', value as object, { key: aFunction })
  const count = 'it must be a whole number of at least 1, or Infinity.'

  it.each([
    { concurrency: 1 },
    { concurrency: Infinity },
    { interval: 1000, intervalCap: 2 },
    { concurrency: 3, interval: 0.5, intervalCap: 1, key: () => '' },
  ])('%j are right', (value) => expect(messageOf(() => limit(value))).toBeUndefined())

  it.each([
    [{}, '`limit` limits nothing: set `concurrency`, or `interval` with `intervalCap`. Got {}.'],
    [{ key: () => '' }, '`limit` limits nothing: set `concurrency`, or `interval` with `intervalCap`. Got {}.'],
    [{ concurency: 1 }, '`limit` has no option `concurency`; there are concurrency, interval, intervalCap, key.'],
    [
      { interval: 1000 },
      '`limit`: `interval` needs `intervalCap`: at most that many start per interval. Got {"interval":1000}.',
    ],
    [
      { concurrency: 2, intervalCap: 1 },
      '`limit`: `intervalCap` needs `interval`: the milliseconds it counts over. Got {"concurrency":2,"intervalCap":1}.',
    ],
    [{ concurrency: 0 }, `\`limit\`: \`concurrency\` is 0; ${count}`],
    [{ concurrency: '2' }, `\`limit\`: \`concurrency\` is "2"; ${count}`],
    [{ interval: 1, intervalCap: 1.5 }, `\`limit\`: \`intervalCap\` is 1.5; ${count}`],
    [{ concurrency: 1, key: 'user' }, '`limit`: `key` is "user"; it must be a function.'],
    ['x', '`limit` takes an object of options, not "x"; there are concurrency, interval, intervalCap, key.'],
  ])('%j are refused', (value, message) => expect(messageOf(() => limit(value))).toBe(message))
})
