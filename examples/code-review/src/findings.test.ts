import { expect, it } from 'vitest'
import { type Finding, merged } from './findings.ts'

const finding = (line: number, title: string, severity: Finding['severity'] = 'warning'): Finding => ({
  line,
  severity,
  title,
  why: 'why',
  fix: 'fix',
})
const lines = new Set([1, 2, 3, 4, 5, 20])

it('keeps what two reviewers found once, with the more severe wording', () => {
  const found = merged(
    {
      correctness: { findings: [finding(3, 'Unchecked user input')] },
      security: {
        findings: [finding(4, 'User input reaches the shell', 'error'), finding(20, 'Unchecked user input')],
      },
    },
    lines,
  )
  expect(found).toEqual([
    { ...finding(4, 'User input reaches the shell', 'error'), by: ['correctness', 'security'] },
    { ...finding(20, 'Unchecked user input'), by: ['security'] },
  ])
})

it('keeps different findings on one line, and sorts by severity and line', () => {
  const one = [finding(5, 'Dead code', 'note'), finding(2, 'Wrong index', 'error'), finding(2, 'Missing test', 'note')]
  expect(merged({ all: { findings: one } }, lines)).toEqual(
    [one[1], one[2], one[0]].map((each) => ({ ...each, by: ['all'] })),
  )
})

it('drops findings about lines that are not in the diff', () => {
  expect(merged({ all: { findings: [finding(7, 'Elsewhere')] } }, lines)).toEqual([])
})
