// The requests of a run as its agent renders them today, packed: the page has the conversation in its log already.
import { apply, type Fact, initialState, type Replayed, type RunState, shownOf } from '@toolloop/core'
import type { Message } from '@toolloop/wire'

/** The requests of the root's steps. `parts` holds each list of messages and each set of parameters once. */
export interface PackedRequests {
  /** The module of the agent. */
  readonly agent: string
  readonly parts: readonly unknown[]
  readonly steps: Readonly<Record<number, PackedRequest>>
}

interface PackedRequest {
  /** The place in `parts` of the messages before the conversation, or of all messages where a hook sent others. */
  readonly head: number
  /** The place in `parts` of the rest of the body. */
  readonly rest: number
  readonly hasConversation: boolean
  /** The parts that are not what was sent. */
  readonly differs: readonly string[]
}

export function packRequests(facts: readonly Fact[], replayed: Replayed<unknown>, agent: string): PackedRequests {
  const parts: unknown[] = []
  const places = new Map<string, number>()
  const placeOf = (part: unknown): number => {
    const text = JSON.stringify(part)
    const known = places.get(text)
    if (known !== undefined) return known
    places.set(text, parts.length)
    return parts.push(part) - 1
  }
  const steps: Record<number, PackedRequest> = {}
  let state = initialState
  for (const fact of facts) {
    state = apply(state, fact)
    if (fact.type !== 'step.start' || fact.path) continue
    const found = replayed.request(fact.step)
    if (!found) continue
    const { messages, ...rest } = found.request
    const shown = shownOf(state)
    const head = messages.length - shown.length
    const hasConversation = head >= 0 && JSON.stringify(messages.slice(head)) === JSON.stringify(shown)
    steps[fact.step] = {
      head: placeOf(hasConversation ? messages.slice(0, head) : messages),
      rest: placeOf({ model: fact.model, ...rest }),
      hasConversation,
      differs: found.differs,
    }
  }
  return { agent, parts, steps }
}

/** The body of a step's request; `undefined` for a step that was not replayed. */
export function unpack(
  { parts, steps }: PackedRequests,
  step: number,
  conversation: readonly Message[],
): { readonly body: Record<string, unknown>; readonly differs: readonly string[] } | undefined {
  const packed = steps[step]
  if (!packed) return undefined
  const head = parts[packed.head] as readonly Message[]
  const { model, ...rest } = parts[packed.rest] as Record<string, unknown>
  const messages = packed.hasConversation ? [...head, ...conversation] : head
  return { body: { model, messages, ...rest }, differs: packed.differs }
}

/** The conversation that a `step.start` sent, and the one that the request before it sent, at the same level. */
export interface Conversations {
  readonly messages: readonly Message[]
  readonly before: readonly Message[]
  /** The number of the step before. */
  readonly stepBefore: number | undefined
}

export function conversationsAt(facts: readonly Fact[], start: Fact): Conversations {
  let state: RunState = initialState
  let before: readonly Message[] = []
  let stepBefore: number | undefined
  for (const fact of facts) {
    if (fact.seq > start.seq) break
    if ((fact.path ?? '') !== (start.path ?? '')) continue
    try {
      state = apply(state, fact)
    } catch {
      break // the level is damaged: only the root's facts are validated
    }
    if (fact.type === 'step.start' && fact.seq < start.seq) [before, stepBefore] = [shownOf(state), fact.step]
  }
  return { messages: shownOf(state), before, stepBefore }
}

/** How many messages both begin with. */
export function sharedPrefix(messages: readonly Message[], before: readonly Message[]): number {
  const at = messages.findIndex((message, index) => JSON.stringify(message) !== JSON.stringify(before[index]))
  return at < 0 ? messages.length : at
}
