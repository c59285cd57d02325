import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { diagnose } from '../index.ts'
import { isExponential } from './ambiguity.ts'

const exponential = [
  '(a+)+$',
  '^(a*)*$',
  '^(a|a)*$',
  '^(a|aa)+$',
  '^(\\w+\\s?)*$',
  '^([a-z]+)*\\d$',
  '^((ab)*)*c',
  '^(?:a|b|ab)*c$',
  '^(.*,)*x$',
  '([a-zA-Z]+)*=',
  '^(x+x+)+y$',
  '(a|a?)+$',
  '^(\\d+,?)+$',
  '(?<name>a+)+b',
]
const harmless = [
  '^a+$',
  '^(ab+)*$',
  '^[a-z]+(-[a-z]+)*$',
  '^\\d{3}-\\d{4}$',
  '^(a|b)*$',
  '(a?)*b',
  '^(\\d+,)*\\d+$',
  '^[\\w.-]+@[\\w-]+\\.\\w+$',
  '^(?:[01]\\d|2[0-3]):[0-5]\\d$',
  '^(foo|bar|baz)+$',
  '^#[0-9a-f]{6}$',
  '^([A-Z][a-z]*)+$',
  '^(?!x)[a-z]+$',
  '^(a{2,3})+b$'.replace('{2,3}', '{2}'),
  '\\bfoo\\b',
  '[^]]',
  '^\\u{1F600}+$',
]

describe('isExponential', () => {
  it.each(exponential)('finds %s', (source) => expect(isExponential(source)).toBe(true))
  it.each(harmless)('leaves %s alone', (source) => expect(isExponential(source)).toBe(false))

  it('knows that case may not matter', () => {
    expect(isExponential('^(a|A)*$')).toBe(false)
    expect(isExponential('^(a|A)*$', 'i')).toBe(true)
  })

  it('ends in bounded time whatever the pattern', () => {
    for (const source of [
      '('.repeat(5000),
      '(a|'.repeat(90) + 'a' + ')*'.repeat(90),
      '(a{8}){8}'.repeat(50),
      '[a-',
      '(?<',
      'a{99999999}',
    ])
      expect(typeof isExponential(source)).toBe('boolean')
  })

  it('is a warning of diagnose', () => {
    expect(diagnose(z.object({ tag: z.string().regex(/^(\w+\s?)*$/) }))).toEqual([
      {
        severity: 'warning',
        rule: 'pattern',
        path: 'schema.tag',
        message: 'some strings take exponential time to match /^(\\w+\\s?)*$/',
        remedy: 'make each string match in one way only, e.g. /^\\w+(?:\\s\\w+)*$/ for /^(\\w+\\s?)*$/',
      },
    ])
  })
})

describe('the patterns of this package', () => {
  const literal = /(?<=[\s(=!,])\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([a-z]*)/g
  const root = dirname(import.meta.dirname)
  const shipped = globSync('**/*.ts', { cwd: root })
    .filter((file) => !/\.test(-d)?\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(literal)])
    .map(([, source = '', flags = '']) => ({ source, flags }))

  it('are found', () => expect(shipped.length).toBeGreaterThan(20))
  it.each(shipped)('are not exponential: $source', ({ source, flags }) =>
    expect(isExponential(source, flags)).toBe(false),
  )
})
