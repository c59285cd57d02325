import { isObject } from '../value/plain-object.ts'

type Form = 'an array' | 'an array of strings' | 'an object' | 'a string' | 'a number' | 'a string or an array'

const forms: Readonly<Record<string, Form>> = {
  $ref: 'a string',
  type: 'a string or an array',
  enum: 'an array',
  required: 'an array of strings',
  allOf: 'an array',
  anyOf: 'an array',
  oneOf: 'an array',
  prefixItems: 'an array',
  properties: 'an object',
  patternProperties: 'an object',
  $defs: 'an object',
  definitions: 'an object',
  pattern: 'a string',
  format: 'a string',
  minimum: 'a number',
  maximum: 'a number',
  exclusiveMinimum: 'a number',
  exclusiveMaximum: 'a number',
  multipleOf: 'a number',
  minLength: 'a number',
  maxLength: 'a number',
  minItems: 'a number',
  maxItems: 'a number',
}

const checks: Readonly<Record<Form, (value: unknown) => boolean>> = {
  'an array': Array.isArray,
  'an array of strings': (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'an object': isObject,
  'a string': (value) => typeof value === 'string',
  'a number': Number.isFinite,
  'a string or an array': (value) => typeof value === 'string' || Array.isArray(value),
}

/** The first keyword whose value has the wrong form, and the form that JSON Schema requires. */
export function malformed(node: Readonly<Record<string, unknown>>): { keyword: string; form: Form } | undefined {
  for (const keyword of Object.keys(node)) {
    const form = Object.hasOwn(forms, keyword) ? forms[keyword] : undefined
    if (form && !checks[form](node[keyword])) return { keyword, form }
  }
  return undefined
}
