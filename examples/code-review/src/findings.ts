// What reviewers find, and which of it is the same.
import { z } from 'zod'

const severities = ['error', 'warning', 'note'] as const

export const Finding = z.object({
  line: z.number().int().describe('The number of the line, as the diff shows it.'),
  severity: z.enum(severities).describe('error: it breaks. warning: it may break. note: it could be better.'),
  title: z.string().describe('What is wrong, in at most ten words.'),
  why: z.string().describe('What happens because of it, in one sentence.'),
  fix: z.string().describe('What to change, in one sentence.'),
})
export type Finding = z.infer<typeof Finding>

/** A finding, and the reviewers who have it. */
export interface Found extends Finding {
  readonly by: readonly string[]
}

/** The findings of all reviewers, each once, the most severe first. Those about lines that are not in the diff are dropped. */
export function merged(
  found: Readonly<Record<string, { readonly findings: readonly Finding[] }>>,
  lines: ReadonlySet<number>,
): Found[] {
  const all: Found[] = []
  for (const [by, { findings }] of Object.entries(found))
    for (const finding of findings) {
      if (!lines.has(finding.line)) continue
      const at = all.findIndex((one) => isSame(one, finding))
      if (at < 0) all.push({ ...finding, by: [by] })
      else all[at] = both(all[at]!, finding, by)
    }
  return all.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line)
}

const rank = ({ severity }: Finding): number => severities.indexOf(severity)

/** Two reviewers seldom use the same words, or name the same line of a statement. */
function isSame(one: Finding, other: Finding): boolean {
  if (Math.abs(one.line - other.line) > 2) return false
  const [a, b] = [wordsOf(one.title), wordsOf(other.title)]
  const shared = [...a].filter((word) => b.has(word)).length
  return shared * 2 >= Math.min(a.size, b.size)
}

const wordsOf = (title: string): Set<string> =>
  new Set(title.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [title.toLowerCase()])

/** The more severe of the two, found by both. */
function both(one: Found, other: Finding, by: string): Found {
  const names = one.by.includes(by) ? one.by : [...one.by, by]
  return { ...(rank(other) < rank(one) ? other : one), by: names }
}
