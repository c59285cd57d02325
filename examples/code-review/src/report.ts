// The review as Markdown. What models and file names contribute is one line of plain text each.
import type { Found } from './findings.ts'
import type { Parts } from './parts.ts'
import type { Reviewed } from './review.ts'

export interface Review {
  /** What was compared, in words. */
  readonly range: string
  readonly diff: Parts
  readonly reviewed: readonly Reviewed[]
  /** The last line, such as what the review has cost. */
  readonly footer: string
}

export function markdown({ range, diff, reviewed, footer }: Review): string {
  const files = Map.groupBy(reviewed, ({ part }) => diff.parts.find(({ id }) => id === part)?.file ?? part)
  const all = reviewed.flatMap(({ findings }) => findings)
  const lines = [`# Review of ${plain(range)}`, '', `${summary(all)} in ${count(files.size, 'file')}.`, '']
  for (const [file, parts] of files) {
    const findings = parts.flatMap((one) => one.findings).toSorted((a, b) => a.line - b.line)
    const objections = parts.flatMap(({ objection }) => (objection === '' ? [] : [objection]))
    if (findings.length === 0 && objections.length === 0) continue
    lines.push(`## ${code(file)}`, '')
    for (const finding of findings) lines.push(...entry(file, finding), '')
    for (const objection of objections)
      lines.push(`> The evaluator did not accept these findings: ${plain(objection)}`, '')
  }
  if (diff.leftOut.length > 0) {
    lines.push('## Not reviewed', '')
    for (const { file, why } of diff.leftOut) lines.push(`- ${code(file)}: ${why}`)
    lines.push('')
  }
  return `${[...lines, plain(footer)].join('\n')}\n`
}

function entry(file: string, { line, severity, title, why, fix, by }: Found): string[] {
  return [
    `- **${severity}**, ${code(`${file}:${line}`)}: ${plain(title)} (${by.join(', ')})`,
    `  - ${plain(why)}`,
    `  - Fix: ${plain(fix)}`,
  ]
}

function summary(findings: readonly Found[]): string {
  if (findings.length === 0) return 'No findings'
  const kinds = Map.groupBy(findings, ({ severity }) => severity)
  const parts = (['error', 'warning', 'note'] as const).flatMap((kind) => {
    const found = kinds.get(kind)
    return found ? [count(found.length, kind)] : []
  })
  return parts.join(', ')
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** One line without control characters, which a terminal would obey. */
const plain = (words: string): string => words.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()

const code = (name: string): string => `\`${plain(name).replaceAll('`', "'")}\``
