import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportedNames, reexportedNames } from '../../../scripts/public-names.ts'

const packages = resolve(import.meta.dirname, '../..')

/** What packages export for each other. A name that is missing here is public: `toolloop` exports it. */
const internals: Readonly<Record<string, readonly string[]>> = {
  wire: [
    'aFunction',
    'aText',
    'brand',
    'checkLimit',
    'checkResultBound',
    'checkOptionNames',
    'checkOptions',
    'deepFreeze',
    'isDeepFrozen',
    'milliseconds',
    'oneOf',
    'plainText',
    'OptionCheck',
    'showOption',
    'sleep',
    'wholeNumber',
  ],
  // `toolloop` has the options of its decoder as `SseDecoderOptions`: the client's `sse` has options too.
  transport: ['rememberResponse', 'SseOptions'],
  stream: ['checkAnswerLimits'],
  schema: [],
  client: ['LazyEvents', 'safeError'],
  core: ['difference'],
}

describe('toolloop', () => {
  const exported = new Set(reexportedNames(join(import.meta.dirname, 'index.ts')))

  it.each(Object.entries(internals))('exports every name of %s but its internals', (name, expected) => {
    const names = exportedNames(join(packages, name, 'src/index.ts'))
    expect(names.filter((one) => !exported.has(`@toolloop/${name}#${one}`)).toSorted()).toEqual(expected.toSorted())
  })

  it('exports the JSON Schema entry whole', () => {
    expect(reexportedNames(join(import.meta.dirname, 'json-schema.ts'))).toEqual(
      exportedNames(join(packages, 'schema/src/json-schema.ts')).map((name) => `@toolloop/schema/json-schema#${name}`),
    )
  })
})
