// What does not fit, phrased for the model: one bounded line per problem, with path, expectation and what came.
import { clip, excerpt, formatPath } from '../value/excerpt.ts'
import type { Shape } from '../shape/shape.ts'
import type { StandardIssue } from '../contract/standard-schema.ts'
import { wirePath } from './wire-path.ts'

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

/**
 * The issues a schema library reported, in our terms.
 * @param value what the model wrote; issues of a record or a tuple are found there
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

/** A union that nothing fits reports each branch; the model is told of the branch that came closest. */
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

/** Without the library's own preamble, and with what came. */
function phrase(message: string, path: readonly PropertyKey[], at: unknown): string {
  const line = message
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/^Invalid (?:input|type|value): (?=expected)/i, '')
    .replace(/^Expected /, 'expected ')
  const told = withoutPath(line, formatPath(path))
  const said = told.replace(/,? (?:but )?received (?:string|number|boolean|undefined|null|array|object|NaN)$/i, '')
  if (said === told && /\breceived\b|\(was /i.test(told)) return told
  const expected = said.replace(/^expected (date|bigint)$/, (_, type: string) => `expected ${wireTypes[type]}`)
  return `${expected}, received ${excerpt(at)}`
}

/** What the model writes for it. */
const wireTypes: Readonly<Record<string, string>> = {
  date: 'an ISO 8601 date and time',
  bigint: 'an integer as a string of digits',
}

/** ArkType begins with the path, which stands before the line already. */
function withoutPath(line: string, path: string): string {
  return path !== '' && line.startsWith(`${path} must`) ? line.slice(path.length + 1) : line
}
