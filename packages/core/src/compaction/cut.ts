// Cuts a conversation where no call loses its result.
import type { Message } from '@toolloop/wire'

/** Messages that stay together: an assistant message with the tool messages of its calls, or one other message. */
type Group = readonly Message[]

export interface Cut {
  /** System and developer messages at the beginning. */
  readonly head: readonly Message[]
  /** Left out. */
  readonly older: readonly Message[]
  /** Begins with a user message, where there is one. */
  readonly kept: readonly Message[]
}

/**
 * Cuts off as few of the oldest messages as make `head` and `kept` fit. The last group always stays, and the user message
 * before it: a model that does not read what it was asked cannot go on.
 */
export function cutOldest(messages: readonly Message[], fits: (kept: readonly Message[]) => boolean): Cut {
  const begin = messages.findIndex((message) => !isHead(message))
  const head = messages.slice(0, begin < 0 ? messages.length : begin)
  const groups = groupsOf(messages.slice(head.length))
  // A longer end of the conversation never fits where a shorter one does not: search by halves.
  let low = 0
  let high = Math.max(0, groups.length - 1)
  while (low < high) {
    const middle = (low + high) >> 1
    if (fits([...head, ...endFrom(groups, middle)])) high = middle
    else low = middle + 1
  }
  const kept = endFrom(groups, low)
  const stays = new Set(kept)
  return { head, older: groups.flat().filter((message) => !stays.has(message)), kept }
}

const isHead = ({ role }: Message): boolean => role === 'system' || role === 'developer'

/** The groups from one on, with the last user message before them if they do not begin with one. */
function endFrom(groups: readonly Group[], from: number): Message[] {
  const end = groups.slice(from).flat()
  if (end[0]?.role === 'user') return end
  const asked = groups.slice(0, from).findLast(([message]) => message?.role === 'user')
  return [...(asked ?? []), ...end]
}

function groupsOf(messages: readonly Message[]): Group[] {
  const groups: Message[][] = []
  for (const message of messages)
    if (message.role === 'tool' && groups.length > 0) groups.at(-1)!.push(message)
    else groups.push([message])
  return groups
}
