// Reviews like a model where there is no API key: each reviewer knows a few patterns.
import { lastText, type ScriptRequest, text } from '@toolloop/testing'
import type { Finding } from './findings.ts'

type Pattern = Omit<Finding, 'line'> & { readonly pattern: RegExp }

const patterns: Readonly<Record<string, readonly Pattern[]>> = {
  bugs: [
    {
      pattern: /[^=!]==[^=]/,
      severity: 'warning',
      title: 'Loose comparison with ==',
      why: 'It converts types first, so that 0 equals an empty text.',
      fix: '',
    },
    {
      pattern: /catch\s*(\(\w+\))?\s*\{\s*\}/,
      severity: 'error',
      title: 'Empty catch loses the error',
      why: 'A failure goes on as if nothing had happened.',
      fix: '',
    },
    {
      pattern: /\beval\(/,
      severity: 'warning',
      title: 'Call of eval hides errors',
      why: 'A syntax error appears only when it runs.',
      fix: '',
    },
  ],
  security: [
    {
      pattern: /\beval\(/,
      severity: 'error',
      title: 'Call of eval runs input as code',
      why: 'Whoever controls the text controls the process.',
      fix: '',
    },
    {
      pattern: /(password|secret|api_?key)\s*[:=]\s*['"]/i,
      severity: 'error',
      title: 'Secret in the code',
      why: 'Everyone who can read the repository can use it.',
      fix: '',
    },
  ],
  simplicity: [
    { pattern: /\bTODO\b/, severity: 'note', title: 'An open TODO', why: 'The change is not complete.', fix: '' },
    {
      pattern: /\bconsole\.log\(/,
      severity: 'note',
      title: 'Output for debugging',
      why: 'It ends up in the log of everybody.',
      fix: '',
    },
  ],
}

/** Answers as reviewer, editor or evaluator, by the instructions of the request. */
export function scriptedReviewer(request: ScriptRequest): ReturnType<typeof text> {
  const instructions = lastText(request, 'system') || lastText(request, 'developer')
  const [diff = '', list = ''] = lastText(request).split('\n\nFindings:\n')
  const [, lens = ''] = /^You review code for (\w+):/.exec(instructions) ?? []
  if (lens !== '') return answer({ findings: found(diff, patterns[lens] ?? []) })
  const [findings = '', advice] = list.split('\n\nAdvice: ')
  const drafts = findings
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Finding & { number: number })
  if (instructions.startsWith('You edit'))
    return answer({
      findings: drafts.map((draft) =>
        advice ? { ...draft, fix: `Replace it: ${draft.title.toLowerCase()}.` } : draft,
      ),
    })
  const done = drafts.every(({ fix }) => fix !== '')
  return answer({ done, advice: done ? '' : 'Say for each finding what to change.' })
}

const answer = (value: unknown): ReturnType<typeof text> => text(JSON.stringify(value))

/** The added lines that have a pattern. */
function found(diff: string, known: readonly Pattern[]): Finding[] {
  return diff.split('\n').flatMap((line) => {
    const [, number, code = ''] = /^ *(\d+) \+ (.*)$/.exec(line) ?? []
    return number === undefined
      ? []
      : known.flatMap(({ pattern, ...finding }) => (pattern.test(code) ? [{ line: Number(number), ...finding }] : []))
  })
}
