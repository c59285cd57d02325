// Findings: each problem of a schema, with its path and its remedy.
import { clip, excerpt } from '../value/excerpt.ts'

/** One problem of a schema: an `error`, which the API would reject, or a `warning` about surprising behaviour. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** The rule that the schema breaks, e.g. `record`, `root`, `limit:properties`. */
  readonly rule: Rule
  /** The place in the source schema, e.g. `parameters.user.tags[]`. */
  readonly path: string
  /** What is wrong, with the value. */
  readonly message: string
  /** What to write instead. */
  readonly remedy: string
}

export type Rule =
  | 'root'
  | 'name'
  | 'duplicate'
  | 'any'
  | 'record'
  | 'tuple'
  | 'open-object'
  | 'impossible'
  | 'intersection'
  | 'reference'
  | 'keyword'
  | 'required'
  | 'property-name'
  | 'unreachable-default'
  | 'pattern'
  | 'recursive-union'
  | 'limit:properties'
  | 'limit:depth'
  | 'limit:enum'
  | 'limit:characters'
  | 'limit:size'
  | 'limit:tools'

/** Findings as text, one paragraph each. */
export function formatFindings(findings: readonly Finding[]): string {
  const shown = findings
    .slice(0, maxShown)
    .map(({ path, message, remedy }) => `  ${clip(path, maxPath)}: ${message}\n    → ${remedy}`)
  if (findings.length > maxShown) shown.push(`  and ${findings.length - maxShown} more, see \`findings\``)
  return shown.join('\n')
}

const maxShown = 20
const maxPath = 300
/** Errors of one schema beyond this number are dropped. */
export const maxFindings = 1000

/** The names that the API accepts for functions and response formats. */
export const namePattern: RegExp = /^[a-zA-Z0-9_-]{1,64}$/

/** A finding if the API rejects the name, else none. */
export function checkName(name: unknown, path: string): Finding[] {
  if (typeof name === 'string' && namePattern.test(name)) return []
  const shown = typeof name === 'string' ? `\`${clip(name, 80)}\`` : name === undefined ? 'undefined' : excerpt(name)
  const repaired = typeof name === 'string' ? name.replaceAll(/[^a-zA-Z0-9_-]+/g, '_').slice(0, 64) : ''
  return [
    {
      severity: 'error',
      rule: 'name',
      path,
      message: `the name ${shown} is not 1 to 64 letters, digits, \`_\` or \`-\``,
      remedy: namePattern.test(repaired) ? `name: '${repaired}'` : `name: 'get_weather'`,
    },
  ]
}
