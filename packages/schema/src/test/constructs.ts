// Every construct of the sources, and what becomes of it: the data of the table test and of the manual's table.
import type { Finding, JsonSchema, StrictOptions } from '../index.ts'

export type Library = 'zod4' | 'mini' | 'zod3' | 'valibot' | 'arktype' | 'json'

export interface Construct {
  readonly name: string
  readonly group: string
  /** The schema of a property `value`, as code by library; `zod` is good for Zod 3 and 4. */
  readonly zod?: string
  readonly code?: Partial<Record<Library, string>>
  readonly options?: StrictOptions
  /** What the property becomes; `$ref`s into `definitions`. */
  readonly definition?: JsonSchema
  readonly definitions?: JsonSchema
  /** What the model writes, and what `execute` receives; `undefined`: the key is absent. */
  readonly back?: readonly (readonly [wire: unknown, value: unknown])[]
  /** What the model may not write, though the definition allows it. */
  readonly rejected?: readonly unknown[]
  /** Instead of a definition. */
  readonly error?: Finding['rule']
  readonly warning?: Finding['rule']
}

const pair = (key: JsonSchema, value: JsonSchema): JsonSchema => ({
  type: 'array',
  items: { type: 'object', properties: { key, value }, required: ['key', 'value'], additionalProperties: false },
})
const closed = (properties: JsonSchema): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const string = { type: 'string' }
const number = { type: 'number' }
const nothing = { type: 'null' }

const simple: Construct[] = [
  {
    name: 'string',
    group: 'Values',
    zod: 'z.string()',
    code: { mini: 'm.string()', valibot: 'v.string()', arktype: "'string'", json: '{ type: "string" }' },
    definition: string,
    back: [['x', 'x']],
    rejected: [1],
  },
  {
    name: 'number',
    group: 'Values',
    zod: 'z.number()',
    code: { valibot: 'v.number()', arktype: "'number'", json: '{ type: "number" }' },
    definition: number,
    back: [[1.5, 1.5]],
  },
  {
    name: 'integer',
    group: 'Values',
    zod: 'z.number().int()',
    code: { valibot: 'v.pipe(v.number(), v.integer())', arktype: "'number.integer'", json: '{ type: "integer" }' },
    definition: { type: 'integer' },
    back: [[2, 2]],
    rejected: [1.5],
  },
  {
    name: 'int32',
    group: 'Values',
    code: { zod4: 'z.int32()' },
    definition: { type: 'integer', minimum: -2147483648, maximum: 2147483647 },
  },
  {
    name: 'boolean',
    group: 'Values',
    zod: 'z.boolean()',
    code: { valibot: 'v.boolean()', arktype: "'boolean'", json: '{ type: "boolean" }' },
    definition: { type: 'boolean' },
    back: [[true, true]],
  },
  {
    name: 'null',
    group: 'Values',
    zod: 'z.null()',
    code: { valibot: 'v.null()', arktype: "'null'", json: '{ type: "null" }' },
    definition: nothing,
    back: [[null, null]],
  },
  {
    name: 'literal',
    group: 'Values',
    zod: "z.literal('a')",
    code: { valibot: "v.literal('a')", arktype: `"'a'"`, json: '{ const: "a" }' },
    definition: { type: 'string', const: 'a' },
    back: [['a', 'a']],
    rejected: ['b'],
  },
  {
    name: 'several literals',
    group: 'Values',
    code: { zod4: "z.literal(['a', 1, null])", json: '{ enum: ["a", 1, null] }' },
    definition: { anyOf: [{ type: ['string', 'number'], enum: ['a', 1] }, nothing] },
    back: [
      ['a', 'a'],
      [1, 1],
      [null, null],
    ],
  },
  {
    name: 'bigint literal',
    group: 'Values',
    zod: 'z.literal(5n)',
    definition: { type: 'string', const: '5' },
    back: [['5', 5n]],
  },
  {
    name: 'enum',
    group: 'Values',
    zod: "z.enum(['a', 'b'])",
    code: { valibot: "v.picklist(['a', 'b'])", arktype: `"'a' | 'b'"`, json: '{ type: "string", enum: ["a", "b"] }' },
    definition: { type: 'string', enum: ['a', 'b'] },
    back: [['b', 'b']],
  },
  {
    name: 'TypeScript enum',
    group: 'Values',
    zod: "z.nativeEnum({ A: 0, B: 1, 0: 'A', 1: 'B' })",
    definition: { type: 'number', enum: [0, 1] },
    back: [[1, 1]],
    rejected: ['A'],
  },
  {
    name: 'template literal',
    group: 'Values',
    code: { zod4: "z.templateLiteral(['v', z.int()])" },
    definition: { type: 'string', pattern: '^v-?\\d+$' },
    back: [['v2', 'v2']],
  },
  {
    name: 'stringbool',
    group: 'Values',
    code: { zod4: 'z.stringbool()' },
    definition: string,
    back: [
      ['true', true],
      ['no', false],
    ],
  },
  {
    name: 'date',
    group: 'Values',
    zod: 'z.date()',
    definition: { type: 'string', format: 'date-time' },
    back: [['2026-11-22T19:43:11Z', new Date('2026-11-22T19:43:11Z')]],
    rejected: ['tomorrow', 5],
  },
  {
    name: 'coerced date',
    group: 'Values',
    zod: 'z.coerce.date()',
    definition: { type: 'string', format: 'date-time' },
    back: [['2026-11-22T19:43:11Z', new Date('2026-11-22T19:43:11Z')]],
  },
  { name: 'coerced number', group: 'Values', zod: 'z.coerce.number()', definition: number, back: [[3, 3]] },
  {
    name: 'bigint',
    group: 'Values',
    zod: 'z.bigint()',
    definition: { type: 'string', pattern: '^-?\\d+$' },
    back: [['-12345678901234567890', -12345678901234567890n]],
    rejected: ['1.5'],
  },
]

const constraints: Construct[] = [
  {
    name: 'bounds of a number',
    group: 'Constraints',
    zod: 'z.number().min(1).lt(5).multipleOf(0.5)',
    code: { json: '{ type: "number", minimum: 1, exclusiveMaximum: 5, multipleOf: 0.5 }' },
    definition: { type: 'number', minimum: 1, exclusiveMaximum: 5, multipleOf: 0.5 },
    back: [[1.5, 1.5]],
    rejected: [0, 5],
  },
  {
    name: 'length of a string',
    group: 'Constraints',
    zod: 'z.string().min(2).max(3)',
    code: {
      valibot: 'v.pipe(v.string(), v.minLength(2), v.maxLength(3))',
      arktype: "'2 <= string <= 3'",
      json: '{ type: "string", minLength: 2, maxLength: 3 }',
    },
    definition: { type: 'string', description: 'At least 2 characters. At most 3 characters.' },
    back: [['abc', 'abc']],
    rejected: ['a'],
  },
  {
    name: 'length of an array',
    group: 'Constraints',
    zod: 'z.array(z.string()).min(1).max(2)',
    code: {
      valibot: 'v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(2))',
      arktype: "'1 <= string[] <= 2'",
      json: '{ type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 }',
    },
    definition: { type: 'array', items: string, minItems: 1, maxItems: 2 },
    rejected: [[]],
  },
  {
    name: 'unique items',
    group: 'Constraints',
    code: { json: '{ type: "array", items: { type: "string" }, uniqueItems: true }' },
    definition: { type: 'array', description: 'No item twice', items: string },
    back: [[['a'], ['a']]],
    rejected: [['a', 'a']],
  },
  {
    name: 'pattern',
    group: 'Constraints',
    zod: 'z.string().regex(/^[a-z]+$/)',
    code: {
      valibot: 'v.pipe(v.string(), v.regex(/^[a-z]+$/))',
      arktype: "'/^[a-z]+$/'",
      json: '{ type: "string", pattern: "^[a-z]+$" }',
    },
    definition: { type: 'string', pattern: '^[a-z]+$' },
    back: [['ab', 'ab']],
  },
  {
    name: 'pattern with flags or lookaround',
    group: 'Constraints',
    zod: 'z.string().regex(/^(?!x)[a-z]+$/i)',
    definition: { type: 'string', description: 'Matches /^(?!x)[a-z]+$/i' },
    back: [['AB', 'AB']],
    rejected: ['xa'],
  },
  {
    name: 'start and end of a string',
    group: 'Constraints',
    zod: "z.string().startsWith('a.')",
    definition: { type: 'string', pattern: '^a\\..*' },
    back: [['a.b', 'a.b']],
  },
  {
    name: 'email',
    group: 'Constraints',
    zod: 'z.string().email()',
    code: {
      valibot: 'v.pipe(v.string(), v.email())',
      arktype: "'string.email'",
      json: '{ type: "string", format: "email" }',
    },
    definition: { type: 'string', format: 'email' },
    back: [['a@b.co', 'a@b.co']],
    rejected: ['a'],
  },
  {
    name: 'UUID',
    group: 'Constraints',
    zod: 'z.string().uuid()',
    code: { valibot: 'v.pipe(v.string(), v.uuid())', json: '{ type: "string", format: "uuid" }' },
    definition: { type: 'string', format: 'uuid' },
  },
  {
    name: 'date-time',
    group: 'Constraints',
    zod: 'z.string().datetime({ offset: true })',
    code: { valibot: 'v.pipe(v.string(), v.isoTimestamp())', json: '{ type: "string", format: "date-time" }' },
    definition: { type: 'string', format: 'date-time' },
    back: [['2026-11-22T19:43:11+01:00', '2026-11-22T19:43:11+01:00']],
  },
  {
    name: 'date-time in UTC',
    group: 'Constraints',
    zod: 'z.string().datetime()',
    definition: { type: 'string', description: 'In UTC, ending in Z', format: 'date-time' },
  },
  {
    name: 'date of the calendar',
    group: 'Constraints',
    zod: 'z.string().date()',
    code: { valibot: 'v.pipe(v.string(), v.isoDate())', json: '{ type: "string", format: "date" }' },
    definition: { type: 'string', format: 'date' },
  },
  {
    name: 'time',
    group: 'Constraints',
    code: { zod4: 'z.iso.time()' },
    definition: {
      type: 'string',
      description: 'A time without offset, such as 19:43:11',
      pattern: '^(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?$',
    },
    back: [['19:43:11', '19:43:11']],
  },
  {
    name: 'URL',
    group: 'Constraints',
    zod: 'z.string().url()',
    code: {
      valibot: 'v.pipe(v.string(), v.url())',
      arktype: "'string.url'",
      json: '{ type: "string", format: "uri" }',
    },
    definition: { type: 'string', description: 'A URL' },
    back: [['https://a.b', 'https://a.b']],
  },
  {
    name: 'other formats',
    group: 'Constraints',
    code: { zod4: 'z.ulid()' },
    definition: { type: 'string', description: 'Format: ulid', pattern: '^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$' },
  },
  {
    name: 'for fine-tuned models',
    group: 'Constraints',
    zod: 'z.number().min(1)',
    options: { fineTuned: true },
    definition: { type: 'number', description: 'At least 1' },
    rejected: [0],
  },
  {
    name: 'refinement',
    group: 'Constraints',
    zod: "z.string().refine((text) => text !== 'x')",
    definition: string,
    rejected: ['x'],
  },
  {
    name: '`not`, `if` and other keywords',
    group: 'Constraints',
    code: { json: '{ type: "string", not: { const: "x" } }' },
    definition: string,
    warning: 'keyword',
    rejected: ['x'],
  },
]

const absence: Construct[] = [
  {
    name: 'optional',
    group: 'Absence',
    zod: 'z.string().optional()',
    code: {
      mini: 'm.optional(m.string())',
      valibot: 'v.optional(v.string())',
      arktype: "'string'",
      json: '{ type: "string" }',
    },
    definition: { type: ['string', 'null'] },
    back: [
      [null, undefined],
      ['x', 'x'],
    ],
  },
  {
    name: 'optional object',
    group: 'Absence',
    zod: 'z.object({ a: z.string() }).optional()',
    definition: { anyOf: [closed({ a: string }), nothing] },
    back: [[null, undefined]],
  },
  {
    name: 'optional enum',
    group: 'Absence',
    zod: "z.enum(['a', 'b']).optional()",
    definition: { anyOf: [{ type: 'string', enum: ['a', 'b'] }, nothing] },
    back: [[null, undefined]],
  },
  {
    name: 'nullable',
    group: 'Absence',
    zod: 'z.string().nullable()',
    code: { valibot: 'v.nullable(v.string())', arktype: "'string | null'", json: '{ type: ["string", "null"] }' },
    definition: { type: ['string', 'null'] },
    back: [[null, null]],
  },
  {
    name: 'nullish',
    group: 'Absence',
    zod: 'z.string().nullish()',
    code: { valibot: 'v.nullish(v.string())' },
    definition: { type: ['string', 'null'] },
    back: [[null, null]],
  },
  {
    name: 'default',
    group: 'Absence',
    zod: 'z.number().default(5)',
    code: { valibot: 'v.optional(v.number(), 5)' },
    definition: { type: ['number', 'null'], description: 'Default: 5' },
    back: [
      [null, 5],
      [1, 1],
    ],
  },
  {
    name: 'prefault',
    group: 'Absence',
    code: { zod4: "z.string().trim().prefault(' a ')" },
    definition: { type: ['string', 'null'], description: 'Default: " a "' },
    back: [[null, 'a']],
  },
  {
    name: 'catch',
    group: 'Absence',
    zod: 'z.number().catch(7)',
    definition: { type: ['number', 'null'], description: 'Default: 7' },
    back: [[null, 7]],
  },
  {
    name: 'default behind nullable',
    group: 'Absence',
    zod: 'z.number().nullable().default(5)',
    code: { valibot: 'v.nullish(v.number(), 5)' },
    definition: { type: ['number', 'null'] },
    warning: 'unreachable-default',
  },
  { name: 'nonoptional', group: 'Absence', code: { zod4: 'z.nonoptional(z.string().optional())' }, definition: string },
  {
    name: 'union with undefined',
    group: 'Absence',
    zod: 'z.union([z.string(), z.undefined()])',
    definition: { type: ['string', 'null'] },
    back: [[null, undefined]],
  },
  {
    name: 'optional items',
    group: 'Absence',
    zod: 'z.array(z.string().optional())',
    definition: { type: 'array', items: { type: ['string', 'null'] } },
    back: [
      [
        ['a', null],
        ['a', undefined],
      ],
    ],
  },
]

const collections: Construct[] = [
  {
    name: 'object',
    group: 'Collections',
    zod: 'z.object({ a: z.string() })',
    code: {
      valibot: 'v.object({ a: v.string() })',
      arktype: "{ a: 'string' }",
      json: '{ type: "object", properties: { a: { type: "string" } }, required: ["a"] }',
    },
    definition: closed({ a: string }),
    back: [[{ a: 'x' }, { a: 'x' }]],
  },
  {
    name: 'strict object',
    group: 'Collections',
    zod: 'z.object({ a: z.string() }).strict()',
    code: { valibot: 'v.strictObject({ a: v.string() })' },
    definition: closed({ a: string }),
    rejected: [{ a: 'x', b: 1 }],
  },
  {
    name: 'loose object',
    group: 'Collections',
    zod: 'z.object({ a: z.string() }).passthrough()',
    code: { json: '{ type: "object", properties: { a: { type: "string" } }, additionalProperties: true }' },
    error: 'open-object',
  },
  {
    name: 'loose object, closed',
    group: 'Collections',
    zod: 'z.object({ a: z.string() }).passthrough()',
    options: { openObject: 'closed' },
    definition: closed({ a: string }),
  },
  {
    name: 'object with a catchall',
    group: 'Collections',
    zod: 'z.object({ a: z.string() }).catchall(z.number())',
    error: 'open-object',
  },
  {
    name: 'array',
    group: 'Collections',
    zod: 'z.array(z.number())',
    code: {
      valibot: 'v.array(v.number())',
      arktype: "'number[]'",
      json: '{ type: "array", items: { type: "number" } }',
    },
    definition: { type: 'array', items: number },
    back: [[[1], [1]]],
  },
  {
    name: 'set',
    group: 'Collections',
    zod: 'z.set(z.number())',
    definition: { type: 'array', description: 'No item twice', items: number },
    back: [[[1, 2], new Set([1, 2])]],
  },
  {
    name: 'record',
    group: 'Collections',
    zod: 'z.record(z.string(), z.number())',
    code: {
      valibot: 'v.record(v.string(), v.number())',
      arktype: "'Record<string, number>'",
      json: '{ type: "object", additionalProperties: { type: "number" } }',
    },
    error: 'record',
  },
  {
    name: 'record, as pairs',
    group: 'Collections',
    zod: 'z.record(z.string(), z.number())',
    code: {
      valibot: 'v.record(v.string(), v.number())',
      arktype: "'Record<string, number>'",
      json: '{ type: "object", additionalProperties: { type: "number" } }',
    },
    options: { record: 'pairs' },
    definition: pair(string, number),
    back: [[[{ key: 'a', value: 1 }], { a: 1 }]],
  },
  {
    name: 'record of known keys',
    group: 'Collections',
    code: { zod4: "z.record(z.enum(['a', 'b']), z.number())" },
    definition: closed({ a: number, b: number }),
    back: [
      [
        { a: 1, b: 2 },
        { a: 1, b: 2 },
      ],
    ],
  },
  {
    name: 'partial record',
    group: 'Collections',
    code: { zod4: "z.partialRecord(z.enum(['a', 'b']), z.number())", zod3: "z.record(z.enum(['a', 'b']), z.number())" },
    definition: closed({ a: { type: ['number', 'null'] }, b: { type: ['number', 'null'] } }),
    back: [[{ a: 1, b: null }, { a: 1 }]],
  },
  { name: 'map', group: 'Collections', zod: 'z.map(z.number(), z.string())', error: 'record' },
  {
    name: 'map, as pairs',
    group: 'Collections',
    zod: 'z.map(z.number(), z.string())',
    options: { record: 'pairs' },
    definition: pair(number, string),
    back: [[[{ key: 1, value: 'a' }], new Map([[1, 'a']])]],
  },
  {
    name: 'tuple',
    group: 'Collections',
    zod: 'z.tuple([z.string(), z.number()])',
    code: {
      valibot: 'v.tuple([v.string(), v.number()])',
      arktype: "['string', 'number']",
      json: '{ type: "array", prefixItems: [{ type: "string" }, { type: "number" }], items: false, minItems: 2 }',
    },
    error: 'tuple',
  },
  {
    name: 'tuple, as an object',
    group: 'Collections',
    zod: 'z.tuple([z.string(), z.number()])',
    code: {
      valibot: 'v.tuple([v.string(), v.number()])',
      arktype: "['string', 'number']",
      json: '{ type: "array", prefixItems: [{ type: "string" }, { type: "number" }], items: false, minItems: 2 }',
    },
    options: { tuple: 'object' },
    definition: closed({ '0': string, '1': number }),
    back: [[{ '0': 'a', '1': 1 }, ['a', 1]]],
  },
  {
    name: 'tuple with a rest, as an object',
    group: 'Collections',
    zod: 'z.tuple([z.string()]).rest(z.number())',
    options: { tuple: 'object' },
    definition: closed({ '0': string, rest: { type: 'array', items: number } }),
    back: [[{ '0': 'a', rest: [1, 2] }, ['a', 1, 2]]],
  },
  { name: 'array without `items`', group: 'Collections', code: { json: '{ type: "array" }' }, error: 'any' },
]

const composition: Construct[] = [
  {
    name: 'union',
    group: 'Composition',
    zod: 'z.union([z.string(), z.object({ a: z.number() })])',
    code: {
      valibot: 'v.union([v.string(), v.object({ a: v.number() })])',
      json: '{ oneOf: [{ type: "string" }, { type: "object", properties: { a: { type: "number" } }, required: ["a"] }] }',
    },
    definition: { anyOf: [string, closed({ a: number })] },
    back: [
      ['x', 'x'],
      [{ a: 1 }, { a: 1 }],
    ],
  },
  {
    name: 'discriminated union',
    group: 'Composition',
    zod: "z.discriminatedUnion('kind', [z.object({ kind: z.literal('a'), at: z.date() }), z.object({ kind: z.literal('b'), at: z.string() })])",
    definition: {
      anyOf: [
        closed({ kind: { type: 'string', const: 'a' }, at: { type: 'string', format: 'date-time' } }),
        closed({ kind: { type: 'string', const: 'b' }, at: string }),
      ],
    },
    back: [
      [
        { kind: 'a', at: '2026-11-22T00:00:00Z' },
        { kind: 'a', at: new Date('2026-11-22T00:00:00Z') },
      ],
      [
        { kind: 'b', at: '2026-11-22T00:00:00Z' },
        { kind: 'b', at: '2026-11-22T00:00:00Z' },
      ],
    ],
  },
  {
    name: 'intersection of objects',
    group: 'Composition',
    zod: 'z.object({ a: z.string() }).and(z.object({ b: z.number() }))',
    code: {
      valibot: 'v.intersect([v.object({ a: v.string() }), v.object({ b: v.number() })])',
      arktype: "type({ a: 'string' }).and({ b: 'number' })",
      json: '{ allOf: [{ type: "object", properties: { a: { type: "string" } }, required: ["a"] }, { type: "object", properties: { b: { type: "number" } }, required: ["b"] }] }',
    },
    definition: closed({ a: string, b: number }),
    back: [
      [
        { a: 'x', b: 1 },
        { a: 'x', b: 1 },
      ],
    ],
  },
  {
    name: 'intersection with a union',
    group: 'Composition',
    zod: 'z.object({ a: z.string() }).and(z.union([z.object({ b: z.number() }), z.object({ c: z.number() })]))',
    definition: { anyOf: [closed({ a: string, b: number }), closed({ a: string, c: number })] },
    back: [
      [
        { a: 'x', c: 1 },
        { a: 'x', c: 1 },
      ],
    ],
  },
  {
    name: 'intersection of different types',
    group: 'Composition',
    zod: 'z.string().and(z.number())',
    code: { json: '{ allOf: [{ type: "string" }, { type: "number" }] }' },
    error: 'intersection',
  },
  {
    name: 'recursion',
    group: 'Composition',
    code: {
      zod4: '(() => { const Node = z.object({ name: z.string(), get children() { return z.array(Node) } }); return Node })()',
      zod3: '(() => { const Node = z.object({ name: z.string(), children: z.lazy(() => Node.array()) }); return Node })()',
    },
    definition: { $ref: '#/$defs/value' },
    definitions: { value: closed({ name: string, children: { type: 'array', items: { $ref: '#/$defs/value' } } }) },
    back: [
      [
        { name: 'a', children: [{ name: 'b', children: [] }] },
        { name: 'a', children: [{ name: 'b', children: [] }] },
      ],
    ],
  },
  {
    name: 'one object in two places',
    group: 'Composition',
    code: {
      zod4: '(() => { const A = z.object({ a: z.string() }); return z.object({ x: A, y: A.describe("The other").optional() }) })()',
    },
    definition: closed({
      x: { $ref: '#/$defs/x' },
      y: { description: 'The other', anyOf: [{ $ref: '#/$defs/x' }, nothing] },
    }),
    definitions: { x: closed({ a: string }) },
  },
  {
    name: 'transform',
    group: 'Composition',
    zod: 'z.string().transform((text) => text.length)',
    code: { valibot: 'v.pipe(v.string(), v.transform((text) => text.length))' },
    definition: string,
    back: [['abc', 3]],
  },
  {
    name: 'pipe',
    group: 'Composition',
    zod: 'z.string().transform(Number).pipe(z.number().min(5))',
    definition: string,
    back: [['7', 7]],
    rejected: ['1'],
  },
  {
    name: 'codec',
    group: 'Composition',
    code: {
      zod4: 'z.codec(z.iso.datetime({ offset: true }), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() })',
    },
    definition: { type: 'string', format: 'date-time' },
    back: [['2026-11-22T00:00:00Z', new Date('2026-11-22T00:00:00Z')]],
  },
  {
    name: 'preprocess',
    group: 'Composition',
    zod: 'z.preprocess((value) => value === "" ? undefined : value, z.string().optional())',
    definition: { type: ['string', 'null'] },
    back: [
      ['', undefined],
      [null, undefined],
    ],
  },
  {
    name: 'brand, readonly',
    group: 'Composition',
    zod: "z.string().brand('Id').readonly()",
    definition: string,
    back: [['x', 'x']],
  },
  {
    name: 'description',
    group: 'Composition',
    zod: "z.string().describe('A city').optional()",
    code: { json: '{ type: "string", description: "A city" }' },
    definition: { type: ['string', 'null'], description: 'A city' },
  },
  {
    name: 'title, examples, deprecation',
    group: 'Composition',
    code: {
      zod4: "z.string().meta({ title: 'City', description: 'As people write it', examples: ['Oslo'], deprecated: true })",
    },
    definition: { type: 'string', title: 'City', description: 'As people write it. Examples: "Oslo". Deprecated.' },
  },
]

const impossible: Construct[] = [
  {
    name: 'any, unknown',
    group: 'Not possible',
    zod: 'z.any()',
    code: { valibot: 'v.any()', arktype: "'unknown'", json: '{}' },
    error: 'any',
  },
  { name: 'custom, instanceof', group: 'Not possible', code: { zod4: 'z.instanceof(Date)' }, error: 'any' },
  { name: 'a transform alone', group: 'Not possible', code: { zod4: 'z.transform((value) => value)' }, error: 'any' },
  { name: 'undefined, void', group: 'Not possible', zod: 'z.undefined()', error: 'impossible' },
  { name: 'never', group: 'Not possible', zod: 'z.never()', code: { arktype: "'never'" }, error: 'impossible' },
  { name: 'NaN', group: 'Not possible', zod: 'z.nan()', error: 'impossible' },
  { name: 'symbol', group: 'Not possible', zod: 'z.symbol()', error: 'impossible' },
  {
    name: 'function',
    group: 'Not possible',
    code: { zod4: 'z.function()', zod3: 'z.function()' },
    error: 'impossible',
  },
  { name: 'file', group: 'Not possible', code: { zod4: 'z.file()' }, error: 'impossible' },
  { name: 'an enum of objects', group: 'Not possible', code: { json: '{ enum: [{ a: 1 }] }' }, error: 'impossible' },
  {
    name: 'a reference elsewhere',
    group: 'Not possible',
    code: { json: '{ $ref: "https://example.com/schema" }' },
    error: 'reference',
  },
  { name: 'what the library cannot write', group: 'Not possible', code: { valibot: 'v.date()' }, error: 'impossible' },
]

export const constructs: readonly Construct[] = [
  ...simple,
  ...constraints,
  ...absence,
  ...collections,
  ...composition,
  ...impossible,
]
