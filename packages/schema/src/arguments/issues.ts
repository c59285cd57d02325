// Issues, worded for the model: one bounded line each, with path, expectation and received value.
import { clip, excerpt, formatPath } from '../value/excerpt.ts'
import type { Shape } from '../shape/shape.ts'
import type { StandardIssue } from '../contract/standard-schema.ts'
import { wirePath } from './wire-path.ts'

/** One way in which a value does not fit its schema. */
export interface Issue {
  /** The place in what the model wrote, e.g. `user.tags[2]`; empty for the whole value. */
  readonly path: string
  /** What was expected and what was received. */
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

/**
 * Translates the issues of a schema library.
 * @param value what the model wrote; paths into records and tuples are resolved in it
 */
export function issuesOf(found: readonly StandardIssue[], value: unknown, shape?: Shape): Issue[] {
  return found.slice(0, 100).flatMap((issue) =>
    unfold(issue, []).map(({ message, keys }) => {
      const { path, at } = wirePath(shape, keys, value)
      return { path: formatPath(path), message: phrase(message, path, at) }
    }),
  )
}

interface Unfolded {
  readonly message: string
  readonly keys: readonly PropertyKey[]
  readonly expected?: string | undefined
}

/** A union that rejects a value has issues for each branch; only those of the closest branch are reported. */
function unfold(issue: ZodIssue, before: readonly PropertyKey[]): Unfolded[] {
  const keys = [...before, ...(issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))]
  const branches = branchesOf(issue).map((branch) =>
    branch.flatMap((inner) => unfold(inner, absolute(issue) ? before : keys)),
  )
  if (branches.length === 0) return [{ message: issue.message, keys, expected: issue.expected }]
  const deeper = branches.filter((branch) => branch.every((inner) => inner.keys.length > keys.length))
  const [closest] = deeper.toSorted((a, b) => a.length - b.length)
  if (closest) return closest
  const expected = branches.flatMap((branch) => branch.map((inner) => inner.expected ?? ''))
  const known = expected.length > 0 && expected.every((text) => text !== '')
  return [{ message: known ? `expected ${[...new Set(expected)].join(' or ')}` : issue.message, keys }]
}

/** What Zod adds to an issue of a union. */
interface ZodIssue extends StandardIssue {
  readonly code?: string
  readonly expected?: string
  /** Zod 4: the issues of each branch, their paths relative. */
  readonly errors?: unknown
  /** Zod 3: the error of each branch, its paths absolute. */
  readonly unionErrors?: unknown
}

function branchesOf({ code, errors, unionErrors }: ZodIssue): ZodIssue[][] {
  if (code !== 'invalid_union') return []
  if (Array.isArray(errors)) return errors.filter((branch): branch is ZodIssue[] => Array.isArray(branch))
  if (Array.isArray(unionErrors)) return unionErrors.map((error: { issues: ZodIssue[] }) => error.issues)
  return []
}

function absolute(issue: ZodIssue): boolean {
  return Array.isArray(issue.unionErrors)
}

/** Removes the library's preamble, and adds the received value. */
function phrase(message: string, path: readonly PropertyKey[], at: unknown): string {
  const line = message
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/^Invalid (?:input|type|value): (?=expected)/i, '')
    .replace(/^Expected /, 'expected ')
  const text = withoutPath(line, formatPath(path))
  const expectation = text.replace(
    /,? (?:but )?received (?:string|number|boolean|undefined|null|array|object|NaN)$/i,
    '',
  )
  if (expectation === text && /\breceived\b|\(was /i.test(text)) return text
  const expected = expectation.replace(/^expected (date|bigint)$/, (_, type: string) => `expected ${wireTypes[type]}`)
  return `${expected}, received ${excerpt(at)}`
}

/** How the model writes these types. */
const wireTypes: Readonly<Record<string, string>> = {
  date: 'an ISO 8601 date and time',
  bigint: 'an integer as a string of digits',
}

/** Messages of ArkType begin with the path, which the line has already. */
function withoutPath(line: string, path: string): string {
  return path !== '' && line.startsWith(`${path} must`) ? line.slice(path.length + 1) : line
}
