import { expect, it } from 'vitest'
import { partsOf } from './parts.ts'

const hunks = `@@ -1,3 +1,4 @@ function first() {
 const a = 1
-const b = 2
+const b = 3
+const c = 4
 return a
\\ No newline at end of file
@@ -20 +21,2 @@
 last
+more
`
const diff = (file: string, text = hunks, isBinary = false) => ({ file, isBinary, hunks: text })

it('numbers the lines of the new file', () => {
  const { parts, leftOut } = partsOf([diff('a.ts')])
  expect(leftOut).toEqual([])
  expect(parts).toEqual([
    {
      id: 'a.ts',
      file: 'a.ts',
      lines: new Set([1, 2, 3, 4, 21, 22]),
      text: [
        '@@ -1,3 +1,4 @@ function first() {',
        '     1   const a = 1',
        '       - const b = 2',
        '     2 + const b = 3',
        '     3 + const c = 4',
        '     4   return a',
        '@@ -20 +21,2 @@',
        '    21   last',
        '    22 + more',
        '',
      ].join('\n'),
    },
  ])
})

it.each([40, 60, 100, 1000])('splits a large file without losing a line (parts of %i characters)', (size) => {
  const lines = Array.from({ length: 30 }, (_, at) => `+line ${at + 1}`)
  const { parts } = partsOf([diff('a.ts', `@@ -0,0 +1,30 @@\n${lines.join('\n')}\n`)], size)
  for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(size)
  expect(parts.flatMap((part) => [...part.lines])).toEqual(lines.map((_, at) => at + 1))
  expect(parts.map(({ id }) => id)).toEqual(
    parts.length === 1 ? ['a.ts'] : parts.map((_, at) => `a.ts (${at + 1} of ${parts.length})`),
  )
})

it('cuts a very long line', () => {
  const [part] = partsOf([diff('a.min.js', `@@ -1 +1 @@\n+${'x'.repeat(100_000)}\n`)]).parts
  expect(part!.text).toMatch(/x… \(99500 more characters\)\n$/)
  expect(part!.text.length).toBeLessThan(700)
})

it('leaves out what no reviewer reads, and says why', () => {
  const { parts, leftOut } = partsOf([
    diff('logo.png', '', true),
    diff('web/pnpm-lock.yaml'),
    diff('moved.ts', ''),
    diff('gone.ts', '@@ -1,2 +0,0 @@\n-a\n-b\n'),
  ])
  expect(parts).toEqual([])
  expect(leftOut).toEqual([
    { file: 'logo.png', why: 'binary' },
    { file: 'web/pnpm-lock.yaml', why: 'lock file' },
    { file: 'moved.ts', why: 'only its name or mode changed' },
    { file: 'gone.ts', why: 'deleted' },
  ])
})
