// What the doctor says: every way in which a schema does not fit, where it stands, and how to mend it.
import { clip } from '../value/excerpt.ts'

/** One thing that is wrong (`error`) or not as it seems (`warning`) with a schema. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** Which rule, in one word or two, e.g. `record`, `root`, `limit:properties`. */
  readonly rule: Rule
  /** Where, in the source schema's terms, e.g. `parameters.user.tags[]`. */
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
/** A schema with more findings than this is not looked at further. */
export const maxFindings = 1000

/** Which functions, formats and definitions may be called: the API's rule. */
export const namePattern: RegExp = /^[a-zA-Z0-9_-]{1,64}$/

/** The finding about a name the API refuses, if it does. */
export function checkName(name: unknown, path: string): Finding[] {
  if (typeof name === 'string' && namePattern.test(name)) return []
  const shown = typeof name === 'string' ? `\`${clip(name, 80)}\`` : typeof name
  const mended = typeof name === 'string' ? name.replaceAll(/[^a-zA-Z0-9_-]+/g, '_').slice(0, 64) : ''
  return [
    {
      severity: 'error',
      rule: 'name',
      path,
      message: `the name ${shown} is not 1 to 64 letters, digits, \`_\` or \`-\``,
      remedy: namePattern.test(mended) ? `name: '${mended}'` : `name: 'get_weather'`,
    },
  ]
}
