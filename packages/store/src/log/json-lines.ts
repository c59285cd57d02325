// A log as text, one fact a line. JSON escapes line breaks inside values, so a line break always ends a fact.
import { isUtf8 } from 'node:buffer'
import type { Fact } from '@toolloop/core'
import { deepFreeze } from '@toolloop/wire'
import { LogError } from './log-error.ts'

export interface Lines {
  readonly facts: readonly Fact[]
  /** Bytes of the complete lines. */
  readonly size: number
  /** Bytes after them: an incomplete line, whose writer died or is still writing. */
  readonly torn: number
}

export const writeLines = (facts: readonly Fact[]): Buffer =>
  Buffer.from(
    facts.length === 1 ? `${JSON.stringify(facts[0])}\n` : facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''),
  )

/**
 * Reads a whole file. Skips what follows the last line break: it was never acknowledged.
 * @throws LogError `log_damaged`, with the line number, when a complete line is not the next fact
 */
export function readLines(path: string, data: Buffer): Lines {
  const facts: Fact[] = []
  const sound = isUtf8(data)
  let from = 0
  for (let to = data.indexOf(10); to >= 0; to = data.indexOf(10, from)) {
    if (isTorn(data.subarray(from))) break
    facts.push(readFact(path, data.subarray(from, to), facts.length, sound))
    from = to + 1
  }
  return { facts, size: from, torn: data.length - from }
}

/** Whether the tail is an incomplete write. A loss of power can leave zeros before the line break. */
export function isTorn(tail: Buffer): boolean {
  const end = tail.indexOf(10)
  return end < 0 || (end === tail.length - 1 && tail.includes(0))
}

function readFact(path: string, line: Buffer, at: number, sound: boolean): Fact {
  if (!sound && !isUtf8(line)) throw damaged(path, at, 'is not UTF-8')
  let fact: Fact
  try {
    fact = deepFreeze(JSON.parse(line.toString('utf8')) as Fact)
  } catch (cause) {
    throw damaged(path, at, 'is not JSON', cause)
  }
  if (fact?.seq !== at) throw damaged(path, at, `holds fact ${String(fact?.seq)} instead of ${at}`)
  return fact
}

function damaged(path: string, at: number, what: string, cause?: unknown): LogError {
  return new LogError(
    'log_damaged',
    `The log ${path} is damaged: line ${at + 1} ${what}. Restore it from a copy, or keep the lines before that one.`,
    { cause },
  )
}
