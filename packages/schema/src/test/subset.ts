/* oxlint-disable typescript/no-unsafe-type-assertion, typescript/no-base-to-string -- looks at what it does not know */
// The API's subset of JSON Schema, checked independently of the code that writes definitions. Written from the
// published rules: "Structured outputs", supported schemas and limits.

type Schema = Record<string, unknown>

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])
const formats = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'])
const always = ['title', 'description', 'type', 'enum', 'const', 'anyOf', '$ref', '$defs']
const ofType: Record<string, string[]> = {
  string: ['pattern', 'format'],
  number: ['multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  integer: ['multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
}

/** Every way in which the API would reject the schema. */
export function violations(root: unknown): string[] {
  const problems: string[] = []
  const total = { properties: 0, characters: 0, values: 0 }
  if (!isSchema(root) || root['type'] !== 'object') return ['the root must have type object']
  if ('anyOf' in root) problems.push('root anyOf')
  const definitions = isSchema(root['$defs']) ? root['$defs'] : {}
  const walk = (schema: unknown, path: string, depth: number): void => {
    const say = (text: string): void => void problems.push(`${path}: ${text}`)
    if (!isSchema(schema)) return say('not a schema')
    if ('$ref' in schema) return reference(schema, say)
    const kinds = [schema['type'] ?? []].flat()
    for (const kind of kinds) if (!types.has(String(kind))) say(`type ${String(kind)}`)
    if (kinds.length === 0 && !Array.isArray(schema['anyOf'])) say('no type')
    const allowed = new Set([...always, ...kinds.flatMap((kind) => ofType[String(kind)] ?? [])])
    for (const key of Object.keys(schema)) if (!allowed.has(key)) say(`keyword ${key}`)
    if ('$defs' in schema && path !== '#') say('$defs below the root')
    if ('format' in schema && !formats.has(String(schema['format']))) say(`format ${String(schema['format'])}`)
    if (/\(\?<?[=!]/.test(String(schema['pattern'] ?? ''))) say('lookaround')
    const values = 'const' in schema ? [schema['const']] : ((schema['enum'] as unknown[] | undefined) ?? [])
    enumeration(values, say)
    if (kinds.includes('object')) object(schema, path, depth, say)
    if (kinds.includes('array')) {
      if (depth > 10) say('too deep')
      walk(schema['items'], `${path}/items`, depth + 1)
    }
    for (const [index, option] of ((schema['anyOf'] ?? []) as unknown[]).entries())
      walk(option, `${path}/anyOf/${index}`, depth)
  }
  const reference = (schema: Schema, say: (text: string) => void): void => {
    if (Object.keys(schema).length > 1) say('something beside $ref')
    const name = /^#\/\$defs\/([a-zA-Z0-9_-]+)$/.exec(String(schema['$ref']))?.[1]
    if (schema['$ref'] !== '#' && (name === undefined || !Object.hasOwn(definitions, name)))
      say(`$ref ${String(schema['$ref'])}`)
  }
  const enumeration = (values: readonly unknown[], say: (text: string) => void): void => {
    const length = values.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0)
    total.values += values.length
    total.characters += length
    if (values.length > 250 && length > 15_000) say('a long enum')
    if (values.some((value) => value !== null && typeof value === 'object')) say('an enum of objects')
  }
  const object = (schema: Schema, path: string, depth: number, say: (text: string) => void): void => {
    if (depth > 10) say('too deep')
    if (schema['additionalProperties'] !== false) say('additionalProperties is not false')
    const properties = isSchema(schema['properties']) ? schema['properties'] : {}
    const keys = Object.keys(properties)
    const required = new Set(schema['required'] as unknown[])
    if (required.size !== keys.length || keys.some((key) => !required.has(key))) say('required is not all keys')
    total.properties += keys.length
    total.characters += keys.join('').length
    for (const key of keys) walk(properties[key], `${path}/properties/${key}`, depth + 1)
  }
  walk(root, '#', 1)
  for (const [name, definition] of Object.entries(definitions)) {
    total.characters += name.length
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) problems.push(`the name ${name}`)
    walk(definition, `#/$defs/${name}`, 1)
  }
  if (total.properties > 5000) problems.push('more than 5,000 properties')
  if (total.values > 1000) problems.push('more than 1,000 enum values')
  if (total.characters > 120_000) problems.push('more than 120,000 characters')
  return problems
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
