// What the page shows, computed once for each log. All figures of the run are those of `readRun`.
import type { Fact, Moment } from '@toolloop/core'
import { isStageIn } from '@toolloop/core/machine'
import type { PackedRequests } from '../log/requests.ts'
import { type Span, spansOf } from '../log/spans.ts'
import { type LogText, readText } from '../log/text.ts'
import { type TreeNode, treeOf } from '../log/tree.ts'

/** A log as the page got it. */
export interface GivenLog {
  readonly name: string
  readonly path: string
  readonly text: string
  readonly requests?: PackedRequests | undefined
}

export interface OpenLog extends LogText {
  readonly name: string
  readonly path: string
  readonly spans: readonly Span[]
  readonly tree: readonly TreeNode[]
  readonly requests: PackedRequests | undefined
}

/** @throws Error for a text that is no log */
export async function openLog({ name, path, text, requests }: GivenLog): Promise<OpenLog> {
  const log = await readText(text)
  return { ...log, name, path, spans: orNone(spansOf, log.facts), tree: orNone(treeOf, log.facts), requests }
}

/** Only the root's facts are validated. Where others lack a field, a view is empty, and the rest of the page works. */
function orNone<Row>(make: (facts: readonly Fact[]) => readonly Row[], facts: readonly Fact[]): readonly Row[] {
  try {
    return make(facts)
  } catch {
    return []
  }
}

/** The facts that hold the query, of the levels at and below the path. */
export function matching({ reading, facts }: OpenLog, query: string, path: string): readonly Moment[] {
  const wanted = query.toLowerCase()
  if (wanted === '' && path === '') return reading.timeline
  return reading.timeline.filter(
    (moment, at) =>
      isOf(facts[at]!, path) &&
      (wanted === '' ||
        moment.text.toLowerCase().includes(wanted) ||
        JSON.stringify(facts[at]).toLowerCase().includes(wanted)),
  )
}

/** Facts about a stage are at the level of its pipeline. */
const isOf = (fact: Fact, path: string): boolean =>
  isStageIn(fact.path ?? '', path) || ('stage' in fact && fact.stage !== undefined && isStageIn(fact.stage, path))
