// A log as text, read as far as it goes. Files, dropped files and live streams are read here, in Node and in the page.
import { type Fact, readRun, type RunReading } from '@toolloop/core'

/** A log, or the beginning of a damaged one. */
export interface LogText {
  readonly facts: readonly Fact[]
  readonly reading: RunReading
  /** What is wrong behind the last fact that was read. */
  readonly damage: string | undefined
}

/**
 * Reads the facts of a log up to the first damage. `readRun` judges them, so that this knows no rule of its own.
 * @throws UsageError where no run can be read at all: an empty or foreign text
 */
export async function readText(text: string): Promise<LogText> {
  const { facts, damage } = parse(text)
  try {
    return { facts, reading: await readRun(facts), damage }
  } catch (error) {
    const sound = await soundLength(facts)
    if (sound === 0) throw damage === undefined || facts.length > 0 ? error : new Error(damage, { cause: error })
    const kept = facts.slice(0, sound)
    return { facts: kept, reading: await readRun(kept), damage: messageOf(error) }
  }
}

/** How many facts form a log: each prefix of a sound log is sound. */
async function soundLength(facts: readonly Fact[]): Promise<number> {
  let sound = 0
  let broken = facts.length
  while (sound + 1 < broken) {
    const middle = (sound + broken) >> 1
    if (await isSound(facts.slice(0, middle))) sound = middle
    else broken = middle
  }
  return sound
}

const isSound = (facts: readonly Fact[]): Promise<boolean> =>
  readRun(facts).then(
    () => true,
    () => false,
  )

/** The facts before the first line that is none. */
function parse(text: string): { facts: Fact[]; damage: string | undefined } {
  const facts: Fact[] = []
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  for (const [at, line] of lines.entries()) {
    const fact = factIn(line)
    if (!fact) return { facts, damage: `The log is damaged: line ${at + 1} is not a fact.` }
    facts.push(fact)
  }
  if (last === '') return { facts, damage: undefined }
  const fact = factIn(last) // a file whose last line break was lost in a copy
  if (fact) facts.push(fact)
  return {
    facts,
    damage: fact
      ? undefined
      : `The last line is incomplete (${last.length} characters): its writer died, or still writes.`,
  }
}

function factIn(line: string): Fact | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'seq' in value ? (value as Fact) : undefined
  } catch {
    return undefined
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
