import { diagnose, type Finding, type StandardSchema, type StrictOptions } from '@toolloop/schema'

export interface Examination {
  /** A paragraph per schema. */
  readonly report: string
  /** The findings of each schema. */
  readonly schemas: readonly { readonly name: string; readonly findings: readonly Finding[] }[]
  /** How many findings the API would answer with 400. */
  readonly errors: number
}

/** Looks at every schema a module exports, also within plain objects: `export const tools = { search: z.object(…) }`. */
export function examine(module: Readonly<Record<string, unknown>>, options: StrictOptions = {}): Examination {
  const schemas = Object.entries(module).flatMap(([name, value]) => schemasIn(name, value))
  if (schemas.length === 0) return { report: 'No schema is exported.', errors: 0, schemas: [] }
  const examined = schemas.map(([name, schema]) => ({ name, findings: diagnose(schema, { ...options, root: name }) }))
  const findings = examined.flatMap((one) => one.findings)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const total = `${count(schemas.length, 'schema')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`
  return { report: [...examined.map(paragraph), total].join('\n\n'), errors, schemas: examined }
}

function paragraph({ name, findings }: { name: string; findings: readonly Finding[] }): string {
  if (findings.length === 0) return `✓ ${name}`
  const lines = findings.map(({ severity, path, message, remedy }) => {
    const mark = severity === 'error' ? '✗' : '!'
    return `  ${mark} ${path}\n      ${message}\n      → ${remedy}`
  })
  const mark = findings.some(({ severity }) => severity === 'error') ? '✗' : '!'
  return [`${mark} ${name}`, ...lines].join('\n')
}

function schemasIn(name: string, value: unknown): [string, StandardSchema][] {
  if (isSchema(value)) return [[name, value]]
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return []
  return Object.entries(value).flatMap(([key, inner]): [string, StandardSchema][] =>
    isSchema(inner) ? [[`${name}.${key}`, inner]] : [],
  )
}

function isSchema(value: unknown): value is StandardSchema {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
