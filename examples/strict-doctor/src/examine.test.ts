import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { examine } from '@toolloop/devtools'
import * as sample from './sample.ts'

describe('strict-doctor', () => {
  it('tells every finding with its place and its remedy', () => {
    expect(examine(sample).report).toMatchInlineSnapshot(`
      "✓ getWeather

      ✗ search
        ! search.query
            some strings take exponential time to match /^(\\w+\\s?)*$/
            → make each string match in one way only, e.g. /^\\w+(?:\\s\\w+)*$/ for /^(\\w+\\s?)*$/
        ✗ search.filters
            a record has arbitrary keys, which the strict subset cannot express
            → z.object({ … }) with the keys you know, or strict: { record: 'pairs' }
        ✗ search.filters.*
            z.any() has no type that the API could enforce
            → z.string().describe('JSON').transform((text) => JSON.parse(text))
        ✗ search.range
            the strict subset has no tuples
            → z.object({ … }) with a name for each place, or strict: { tuple: 'object' }
        ! search.limit
            the default is never used: the model writes null for what it leaves out, and null is accepted
            → .default(…) without .nullable()

      ✗ updates.patch
        ✗ updates.patch
            the object keeps unknown keys
            → z.object({ … }), or strict: { openObject: 'closed' }

      ✗ updates.list
        ✗ updates.list
            the root is an array, but must be an object
            → z.object({ value: … })

      4 schemas, 5 errors, 2 warnings"
    `)
  })

  it('takes the options that a tool takes', () => {
    const options = { record: 'pairs', tuple: 'object', openObject: 'closed' } as const
    expect(examine(sample, options).errors).toBe(2)
  })

  it('is content with what is right, and with nothing', () => {
    expect(examine({ getWeather: sample.getWeather, other: 1 })).toMatchObject({
      report: '✓ getWeather\n\n1 schema, 0 errors, 0 warnings',
      errors: 0,
    })
    expect(examine({}).report).toBe('No schema is exported.')
  })

  it('is a program that fails where the API would', () => {
    const { status, stdout } = program([`${import.meta.dirname}/sample.ts`, '--record=pairs'])
    expect(status).toBe(1)
    expect(stdout.trim()).toBe(examine(sample, { record: 'pairs' }).report)
  })

  it('finds a module from where the command was typed', () => {
    const { status, stdout } = program(['src/sample.ts'], dirname(import.meta.dirname))
    expect(status).toBe(1)
    expect(stdout.trim()).toBe(examine(sample).report)
  })

  it.each([
    [
      ['nowhere.ts'],
      'strict-doctor: there is no file /typed/here/nowhere.ts; pass the path of a module that exports schemas, from /typed/here',
    ],
    [['--record=pair'], 'strict-doctor: diagnose(): `record` is "pair"; it must be "pairs".'],
    [['a.ts', 'b.ts'], 'strict-doctor: it takes one module, not also b.ts'],
  ])('called with %j it says in one line what is wrong', (options, message) => {
    const { status, stdout, stderr } = program(options, '/typed/here')
    expect({ status, stdout, stderr: stderr.trim() }).toEqual({ status: 2, stdout: '', stderr: message })
  })
})

function program(
  options: readonly string[],
  typedIn?: string,
): { status: number | null; stdout: string; stderr: string } {
  const start = ['--conditions=@toolloop/source', `${import.meta.dirname}/main.ts`, ...options]
  const env = { ...process.env, INIT_CWD: typedIn }
  return spawnSync(process.execPath, start, { encoding: 'utf8', env })
}
