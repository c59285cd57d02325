// What does not fit, phrased for the model: one bounded line per problem, with path, expectation and what came.
import type { StandardIssue } from './standard-schema.ts'

/** One way in which a value does not fit its schema. */
export interface Issue {
  /** Where in what the model wrote, e.g. `user.tags[2]`; empty for the whole. */
  readonly path: string
  /** What was expected and what came instead. */
  readonly message: string
}

const maxIssues = 10
const maxLine = 240

/** One line per issue, at most ten. */
export function formatIssues(issues: readonly Issue[]): string {
  const lines = issues
    .slice(0, maxIssues)
    .map(({ path, message }) => clip(`- ${path ? `${path}: ` : ''}${message}`, maxLine))
  if (issues.length > maxIssues) lines.push(`- and ${issues.length - maxIssues} more`)
  return lines.join('\n')
}

/** The issues a schema library reported, in our terms. `value` is what the model wrote. */
export function issuesOf(found: readonly StandardIssue[], value: unknown): Issue[] {
  return found.flatMap((issue) => {
    const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
    return [{ path: formatPath(keys), message: withReceived(issue.message, keys, value) }]
  })
}

/** `['user', 'tags', 2]` → `user.tags[2]` */
export function formatPath(keys: readonly PropertyKey[]): string {
  let path = ''
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`
    else if (typeof key === 'string' && /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key))
      path += path ? `.${key}` : key
    else path += `[${JSON.stringify(String(key))}]`
  }
  return path
}

function withReceived(message: string, keys: readonly PropertyKey[], value: unknown): string {
  const line = message.replaceAll(/\s*\n\s*/g, ' ')
  if (/\b(received|but got|was)\b/i.test(line)) return line
  let at: unknown = value
  for (const key of keys)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined
  return `${line}, received ${excerpt(at)}`
}

/** A value in a few characters. */
export function excerpt(value: unknown, maxLength = 60): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null)
    return clip(`an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}`, maxLength)
  return typeof value === 'string' ? clip(JSON.stringify(value), maxLength) : `a ${typeof value}`
}

/** At most `maxLength` characters, cut between code points, with an ellipsis where something is missing. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const end = /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1
  return `${text.slice(0, end)}…`
}
