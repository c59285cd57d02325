// A log's summary, in a file beside it. It records the size of its log: when the sizes differ, the log has grown and the
// summary is out of date.
import { closeSync, fstatSync, openSync, readFileSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs'
import type { Fact } from '@toolloop/core'
import { LogError } from './log-error.ts'
import { type StoredSummary, summaryOf } from './run-store.ts'

const name = (log: string): string => `${log}.summary`

/** `undefined` for a log that does not exist or holds no complete fact. */
export function readSummary(log: string): StoredSummary | undefined {
  const size = statSync(log, { throwIfNoEntry: false })?.size
  if (size === undefined) return undefined
  try {
    const { size: of, ...summary } = JSON.parse(readFileSync(name(log), 'utf8')) as StoredSummary & { size: number }
    if (of === size) return summary
  } catch {
    // There is no summary yet, or a loss of power has emptied it.
  }
  return summarise(log)?.summary
}

/** Called by the log's owner. */
export function writeSummary(log: string): void {
  const made = summarise(log)
  if (made === undefined) return
  const draft = `${name(log)}-draft`
  writeFileSync(draft, JSON.stringify({ size: made.size, ...made.summary }), { mode: 0o600 })
  renameSync(draft, name(log))
}

/** Makes a summary from the first and the last complete line. */
function summarise(log: string): { summary: StoredSummary; size: number } | undefined {
  const fd = open(log)
  if (fd === undefined) return undefined
  try {
    const { size } = fstatSync(fd)
    const first = firstLine(fd, size)
    let last = lastLine(fd, size)
    if (last?.includes(0)) last = lastLine(fd, size - last.length - 1) // a torn line with a hole in it
    if (first === undefined || last === undefined) return undefined
    return { summary: summaryOf(factOf(log, first), factOf(log, last)), size }
  } finally {
    closeSync(fd)
  }
}

/** `undefined` for a log that was deleted since its name was read. */
function open(log: string): number | undefined {
  try {
    return openSync(log, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function factOf(log: string, line: Buffer): Fact {
  try {
    return JSON.parse(line.toString('utf8')) as Fact
  } catch (cause) {
    throw new LogError('log_damaged', `The log ${log} is damaged: its first or last line is not JSON.`, { cause })
  }
}

const piece = 16_384

function firstLine(fd: number, size: number): Buffer | undefined {
  for (let length = piece; ; length *= 4) {
    const data = slice(fd, 0, Math.min(length, size))
    const end = data.indexOf(10)
    if (end >= 0) return data.subarray(0, end)
    if (length >= size) return undefined
  }
}

function lastLine(fd: number, size: number): Buffer | undefined {
  for (let length = piece; ; length *= 4) {
    const from = Math.max(0, size - length)
    const data = slice(fd, from, size)
    const end = data.lastIndexOf(10)
    const start = end <= 0 ? -1 : data.lastIndexOf(10, end - 1)
    if (end >= 0 && (start >= 0 || from === 0)) return data.subarray(start + 1, end)
    if (from === 0) return undefined
  }
}

function slice(fd: number, from: number, to: number): Buffer {
  const data = Buffer.alloc(to - from)
  return data.subarray(0, readSync(fd, data, 0, data.length, from))
}
