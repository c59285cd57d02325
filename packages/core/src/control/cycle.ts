// Finds a model that repeats itself: the same calls in each of the last steps, or a cycle of two or three steps.
import type { ToolDone } from '../facts/events.ts'
import type { Step } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'

/** A cycle at the end of the run. */
export interface Cycle {
  /** The number of steps in one round. */
  readonly period: number
  /** The names of the calls of one round. */
  readonly calls: readonly string[]
  /** `warn`: the model has not been warned about this cycle. `end`: it went on after the warning. */
  readonly do: 'warn' | 'end'
}

/** By period: the number of steps after which the model is warned. The run ends `max(2, period)` steps later. */
const warnAfter: Readonly<Record<number, number>> = { 1: 3, 2: 4, 3: 6 }

/** The cycle in the steps since the last input, when something must be done about it. Pure. */
export function cycleIn({ steps, since, warnedAt }: RunState): Cycle | undefined {
  const last = steps.at(-1)
  if (!last) return undefined
  const weight = weightOf(last)
  for (let period = 1; period <= 3; period++) {
    const other = steps[steps.length - 1 - period]
    if (!other || weightOf(other) !== weight) continue // most steps end here
    const length = lengthOf(steps, since, period)
    if (length < warnAfter[period]!) continue
    const calls = steps.slice(-period).flatMap((step) => step.calls.map(({ name }) => name))
    if (warnedAt === null || warnedAt <= steps.length - length) return { period, calls, do: 'warn' }
    return steps.length - warnedAt >= Math.max(2, period) ? { period, calls, do: 'end' } : undefined
  }
  return undefined
}

/** What the model reads. */
export function warningOf({ period, calls }: Cycle): string {
  const names = [...new Set(calls)].join(', ')
  const what = period === 1 ? 'the same calls' : `the same ${period} steps`
  return `You repeat ${what} again and again, with the same arguments: ${names}. Do something else, or answer with what you know. If you go on like this, the run ends.`
}

/** The number of steps at the end that repeat with this period; 0 when the last one does not. */
function lengthOf(steps: readonly Step[], from: number, period: number): number {
  let at = steps.length - 1
  while (at - period >= from && isSame(steps[at]!, steps[at - period]!)) at--
  const repeated = steps.length - 1 - at
  return repeated === 0 ? 0 : repeated + period
}

/** Whether two steps make the same calls, in any order. A step without counted calls is the same as none. */
function isSame(a: Step, b: Step): boolean {
  if (a.calls.length !== b.calls.length || weightOf(a) !== weightOf(b)) return false
  const keys = keysOf(a)
  return keys.length > 0 && keys.join('\n') === keysOf(b).join('\n')
}

/** Cheap, and the same for calls in another order or with their properties in another order: different steps fail here. */
function weightOf({ calls }: Step): number {
  let weight = 0
  for (const call of calls) {
    const { loopKey } = call
    if (loopKey === false || call.final) continue
    for (const text of [call.name, loopKey ?? call.arguments])
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at)
        if (code > 32) weight += code
      }
  }
  return weight
}

/** The counted calls as texts. The run's typed answer is not counted: its retries have a limit of their own. */
const keysOf = ({ calls }: Step): string[] =>
  calls.flatMap((call) => (call.loopKey === false || call.final ? [] : keyOf(call))).toSorted()

const keyOf = ({ name, arguments: text, loopKey }: ToolDone): string =>
  loopKey === undefined ? JSON.stringify([name, canonical(text)]) : JSON.stringify([name, 'key', loopKey])

/** Arguments that differ only in spaces and the order of properties are the same. */
function canonical(text: string): unknown {
  try {
    return sorted(JSON.parse(text))
  } catch {
    return text
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([key, item]) => [key, sorted(item)])
}
