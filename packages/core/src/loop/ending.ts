// How batches change when a run ends.
import { type Fact, fact, isFact, type RunEvent } from '../facts/events.ts'
import { recordedElsewhere } from '../facts/part.ts'
import { graceOf } from '../run/in-time.ts'
import type { Level, LoopState } from '../run/level.ts'
import type { Machine } from './machine.ts'

/**
 * The batch after an abort: results that have arrived; once there are none, what the open task has so far, and the end.
 * Progress does not delay the end, since a tool may emit it without limit; but an inner run, whose events have arrived, has
 * its own end to record.
 */
export function interrupted<State extends LoopState>(
  level: Level<State>,
  machine: Pick<Machine<State, never>, 'cut'>,
  arrived: RunEvent[],
): RunEvent[] {
  const results = withoutStarts(arrived)
  if (results.some(isFact) || (graceLeft(level) > 0 && arrived.some((event) => isOfInner(level, event)))) return results
  const cut = machine.cut?.()
  return [...results, ...(cut ? [cut] : []), aborted(level)]
}

/** Milliseconds that an aborted level still waits for results. */
export const graceLeft = (level: Level): number =>
  Math.max(0, (level.abortedAt ??= level.clock.now()) + graceOf(level) - level.clock.now())

/** Events of inner runs have a path by now; those of the level's own tasks may have none. */
const isOfInner = ({ path }: Level, event: RunEvent): boolean =>
  'path' in event && event.path !== '' && event.path !== path

/** After an abort: drops the starts of tasks. They have not been logged, and the tasks do not start; those of parts have started. */
export const withoutStarts = (batch: RunEvent[]): RunEvent[] =>
  batch.filter((event) => !starts.has(event.type) || (isFact(event) && event.seq === recordedElsewhere))

const starts: ReadonlySet<string> = new Set<RunEvent['type']>([
  'tool.start',
  'tool.start.dynamic',
  'step.start',
  'stage.start',
  'part.start',
])

export const aborted = ({ signal, ending }: Level): Fact =>
  fact({ type: 'run.done', outcome: ending ?? { status: 'aborted', reason: reasonOf(signal) } })

/** Moves `run.done` to the end of its batch, and keeps only the first. Those of runs inside this one, which have a path by now, stay. */
export function endingLast(batch: RunEvent[]): RunEvent[] {
  if (batch.length === 1) return batch
  const end = batch.find(isOwnEnd)
  return end ? [...batch.filter((event) => !isOwnEnd(event)), end] : batch
}

const isOwnEnd = (event: RunEvent): boolean => event.type === 'run.done' && event.path === ''

/** The abort reason as text. The reason is the caller's value, so reading it may throw. */
export function reasonOf({ reason }: AbortSignal): string {
  try {
    const words: unknown = reason instanceof Error ? reason.message || reason.name : reason
    return typeof words === 'string' && words !== '' ? words : 'aborted'
  } catch {
    return 'aborted'
  }
}
