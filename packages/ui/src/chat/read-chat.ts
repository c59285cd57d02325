// What a protocol may know of a chat when it reads a body.
import type { Fact } from '@toolloop/core'
import type { ReadChat } from './protocol.ts'
import type { ChatSession } from './session.ts'

/** Each log is read once, however often a body names its messages. */
export function readChat(chatId: string, session: ChatSession): ReadChat {
  const logs = new Map<number, Promise<readonly Fact[]>>()
  return {
    session,
    factsOf: (turn) => {
      const known = logs.get(turn) ?? Promise.resolve(session.log(turn).load())
      logs.set(turn, known)
      return known
    },
    runIdOf: (messageId, turn) => runIdOf(chatId, messageId, turn),
  }
}

/** A hash, so that an id from outside is never a name of ours. */
async function runIdOf(chatId: string, messageId: string, turn?: number): Promise<string> {
  const text = JSON.stringify([chatId, messageId, ...(turn === undefined ? [] : [turn])])
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
