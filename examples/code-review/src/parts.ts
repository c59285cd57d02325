// A diff in parts that fit into a request: one for each file, more for a large one.
import type { FileDiff } from './git.ts'

export interface Part {
  /** Such as `src/a.ts`, or `src/a.ts (2 of 3)`. */
  readonly id: string
  readonly file: string
  /** The lines of the diff, each with its number in the new file. */
  readonly text: string
  /** The numbers that occur in it. */
  readonly lines: ReadonlySet<number>
}

export interface Parts {
  readonly parts: readonly Part[]
  /** Files that are not reviewed. */
  readonly leftOut: readonly { readonly file: string; readonly why: string }[]
}

/** Splits a diff. `size`: characters of a part; a line of code is never split, but a very long one is cut. */
export function partsOf(files: readonly FileDiff[], size = 20_000): Parts {
  const parts: Part[] = []
  const leftOut: { file: string; why: string }[] = []
  for (const { file, isBinary, hunks } of files) {
    if (isBinary) leftOut.push({ file, why: 'binary' })
    else if (lockFiles.test(file)) leftOut.push({ file, why: 'lock file' })
    else if (/^@@ -\S+ \+0,0 @@/.test(hunks)) leftOut.push({ file, why: 'deleted' })
    else if (hunks === '') leftOut.push({ file, why: 'only its name or mode changed' })
    else parts.push(...split(file, hunks, size))
  }
  return { parts, leftOut }
}

const lockFiles =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|Cargo\.lock|go\.sum|poetry\.lock|uv\.lock|composer\.lock|Gemfile\.lock)$/

function split(file: string, hunks: string, size: number): Part[] {
  const pieces: { text: string; lines: Set<number> }[] = []
  let piece = { text: '', lines: new Set<number>() }
  for (const [number, line] of numbered(hunks)) {
    if (piece.text !== '' && piece.text.length + line.length > size) {
      pieces.push(piece)
      piece = { text: '', lines: new Set() }
    }
    piece.text += `${line}\n`
    if (number !== undefined) piece.lines.add(number)
  }
  pieces.push(piece)
  return pieces.map((one, at) => ({
    ...one,
    file,
    id: pieces.length === 1 ? file : `${file} (${at + 1} of ${pieces.length})`,
  }))
}

/** Each line of a file's hunks with its number in the new file; `undefined` for those that the new file has not. */
function* numbered(hunks: string): Generator<[number | undefined, string]> {
  let next = 0
  for (const line of hunks.replace(/\n$/, '').split('\n')) {
    const start = /^@@ -\S+ \+(\d+)/.exec(line)
    const [sign, code] = [line[0], cut(line.slice(1))]
    if (start) {
      next = Number(start[1])
      yield [undefined, cut(line)]
    } else if (sign === '-') yield [undefined, `${' '.repeat(6)} - ${code}`]
    else if (sign === '+' || sign === ' ') {
      yield [next, `${String(next).padStart(6)} ${sign} ${code}`]
      next++
    }
  }
}

const longest = 500
const cut = (code: string): string =>
  code.length <= longest ? code : `${code.slice(0, longest)}… (${code.length - longest} more characters)`
