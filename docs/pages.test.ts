// What the pages quote must be what the tests compile and run: a fence "```ts examples/file.ts", or "```tsx …", holds lines of that file.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('..', import.meta.url)
const pages = ['README.md', ...readdirSync(new URL('docs', root)).map((file) => `docs/${file}`)].filter(
  (page) => page.endsWith('.md') && existsSync(new URL(page, root)),
)
const quotes = pages.flatMap((page) =>
  [...readFileSync(new URL(page, root), 'utf8').matchAll(/^```tsx? (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, file = '', code = '']) => ({ page, file, code }),
  ),
)

test.each(quotes)('$page quotes $file as it is', ({ file, code }) => {
  const source = readFileSync(new URL(`docs/${file}`, root), 'utf8')
  expect(withoutIndent(source)).toContain(withoutIndent(code))
})

test.each(pages)('every piece of TypeScript in %s comes from a file', (page) => {
  const fences = [...readFileSync(new URL(page, root), 'utf8').matchAll(/^```(?:ts|tsx|typescript)\b(.*)$/gm)]
  expect(fences.filter(([, file = '']) => file.trim() === '').length).toBe(0)
})

/** A quote from inside a block stands further left on the page. */
function withoutIndent(code: string): string {
  return code.replaceAll(/^ +/gm, '')
}
