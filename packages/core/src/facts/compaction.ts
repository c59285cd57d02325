// How a conversation was shortened: edits that a fact records.
import type { Message, Usage } from '@toolloop/wire'
import { adopt } from './own-message.ts'

/** Replaces `remove` messages from place `at` on, counted in the conversation as it was. */
export interface MessageEdit {
  readonly at: number
  readonly remove: number
  readonly insert: readonly Message[]
}

/** A model call of a compaction. `usage` is `null` when the server reported none; then `estimated` counts tokens of its answer. */
export interface CompactionCall {
  readonly model: string
  readonly usage: Usage | null
  readonly cost?: number
  readonly estimated?: number
}

/** The edits that make `after` of `before`: messages that stay are the same objects, in the same order. */
export function editsBetween(before: readonly Message[], after: readonly Message[]): MessageEdit[] {
  const known = new Set(before)
  const edits: MessageEdit[] = []
  let at = 0
  let insert: Message[] = []
  const closeAt = (end: number): void => {
    if (end > at || insert.length > 0) edits.push({ at, remove: end - at, insert })
    insert = []
  }
  for (const message of after) {
    const found = known.has(message) ? before.indexOf(message, at) : -1
    if (found < 0) insert.push(message)
    else {
      closeAt(found)
      at = found + 1
    }
  }
  closeAt(before.length)
  return edits
}

export function edited(messages: readonly Message[], edits: readonly MessageEdit[]): readonly Message[] {
  const after: Message[] = []
  let from = 0
  for (const { at, remove, insert } of edits) {
    after.push(...messages.slice(from, at), ...insert.map(adopt))
    from = at + remove
  }
  return [...after, ...messages.slice(from)]
}
