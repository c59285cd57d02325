import type { Rule } from './findings.ts'

/** The language in which a schema is written; its remedies use the same language. */
export type Dialect = 'zod' | 'json'

/** What to write instead, as code. */
export const remedies: Readonly<Record<Dialect, Readonly<Partial<Record<Rule, string>>>>> = {
  zod: {
    root: 'z.object({ value: … })',
    record: "z.object({ … }) with the keys you know, or strict: { record: 'pairs' }",
    tuple: "z.object({ … }) with a name for each place, or strict: { tuple: 'object' }",
    'open-object': "z.object({ … }), or strict: { openObject: 'closed' }",
    keyword: "describe it to the model with .describe('…')",
    required: 'define the property, or take its name out of "required"',
    'property-name': 'give the property another name',
    pattern: 'make each string match in one way only, e.g. /^\\w+(?:\\s\\w+)*$/ for /^(\\w+\\s?)*$/',
    'recursive-union': "z.discriminatedUnion('kind', […]) with a literal `kind` in each branch",
    'unreachable-default': '.default(…) without .nullable()',
  },
  json: {
    root: '{ "type": "object", "properties": { "value": … } }',
    record: 'name the keys with "properties", or strict: { record: \'pairs\' }',
    tuple: "an object with a name for each place, or strict: { tuple: 'object' }",
    'open-object': '"additionalProperties": false, or strict: { openObject: \'closed\' }',
    keyword: 'describe it to the model in the "description"',
    required: 'define the property, or take its name out of "required"',
    'property-name': 'give the property another name',
    pattern: 'make each string match in one way only, e.g. /^\\w+(?:\\s\\w+)*$/ for /^(\\w+\\s?)*$/',
    'recursive-union': 'a union with a literal property in each branch, with a library that checks that property first',
    'unreachable-default': 'take null out of the type',
  },
}
