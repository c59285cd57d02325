// Where today's requests differ from those of the log, by the hashes that the log has of them.
import type { Fact } from '../facts/events.ts'
import type { PrefixMark } from '../facts/prefix-mark.ts'

const parts = ['tools', 'instructions', 'output'] as const
export type RequestPart = (typeof parts)[number]

/** By step. A mark holds until the next one; `marks` are those of today's steps. */
export function differencesIn(
  facts: readonly Fact[],
  marks: ReadonlyMap<number, PrefixMark>,
): Map<number, readonly RequestPart[]> {
  const differences = new Map<number, readonly RequestPart[]>()
  let was: PrefixMark | undefined
  let is: PrefixMark | undefined
  for (const fact of facts) {
    if (fact.type === 'run.resume') is = was // each stretch begins with what the log has
    if (fact.type !== 'step.start') continue
    was = fact.prefix?.mark ?? was
    is = marks.get(fact.step) ?? is
    differences.set(
      fact.step,
      parts.filter((part) => was?.[part] !== is?.[part]),
    )
  }
  return differences
}
