import { isObject } from '../value/plain-object.ts'

type Form = 'a list' | 'a list of texts' | 'an object' | 'text' | 'a number' | 'text or a list'

const forms: Readonly<Record<string, Form>> = {
  $ref: 'text',
  type: 'text or a list',
  enum: 'a list',
  required: 'a list of texts',
  allOf: 'a list',
  anyOf: 'a list',
  oneOf: 'a list',
  prefixItems: 'a list',
  properties: 'an object',
  patternProperties: 'an object',
  $defs: 'an object',
  definitions: 'an object',
  pattern: 'text',
  format: 'text',
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
  'a list': Array.isArray,
  'a list of texts': (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'an object': isObject,
  text: (value) => typeof value === 'string',
  'a number': Number.isFinite,
  'text or a list': (value) => typeof value === 'string' || Array.isArray(value),
}

/** The first keyword whose value has not the form that JSON Schema demands, and that form. */
export function malformed(node: Readonly<Record<string, unknown>>): { keyword: string; form: Form } | undefined {
  for (const keyword of Object.keys(node)) {
    const form = Object.hasOwn(forms, keyword) ? forms[keyword] : undefined
    if (form && !checks[form](node[keyword])) return { keyword, form }
  }
  return undefined
}
