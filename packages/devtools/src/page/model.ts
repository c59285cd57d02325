// What the page shows, computed once for each log. All figures of the run are those of `readRun`.
import { apply, type Fact, initialState, type RunState } from '@toolloop/core'
import type { Message } from '@toolloop/wire'
import { type LogText, readText } from '../log/text.ts'
import { type Span, spansOf } from '../log/spans.ts'

/** A log as the page got it. */
export interface GivenLog {
  readonly name: string
  readonly path: string
  readonly text: string
}

export interface OpenLog extends LogText {
  readonly name: string
  readonly path: string
  readonly spans: readonly Span[]
  /** The levels of the tree, in the order in which they began. */
  readonly paths: readonly string[]
}

/** @throws Error for a text that is no log */
export async function openLog({ name, path, text }: GivenLog): Promise<OpenLog> {
  const log = await readText(text)
  const paths = [...new Set(log.facts.map((fact) => fact.path ?? ''))]
  return { ...log, name, path, spans: spansOf(log.facts), paths }
}

/** The conversation that a `step.start` sent, and the one that the request before it sent, at the same level. */
export interface RequestView {
  readonly messages: readonly Message[]
  readonly before: readonly Message[]
  readonly bytes: number
}

export function requestOf(facts: readonly Fact[], start: Fact): RequestView {
  let state: RunState = initialState
  let before: readonly Message[] = []
  for (const fact of facts) {
    if (fact.seq > start.seq) break
    if ((fact.path ?? '') !== (start.path ?? '')) continue
    try {
      state = apply(state, fact)
    } catch {
      break // not the level of an agent
    }
    if (fact.type === 'step.start' && fact.seq < start.seq) before = state.messages
  }
  const { messages } = state
  return { messages, before, bytes: new TextEncoder().encode(JSON.stringify(messages)).length }
}

/** How many messages both begin with. */
export function sharedPrefix({ messages, before }: RequestView): number {
  const at = messages.findIndex((message, index) => JSON.stringify(message) !== JSON.stringify(before[index]))
  return at < 0 ? messages.length : at
}
