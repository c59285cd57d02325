import { deepFreeze, type Message } from '@toolloop/wire'

/** Messages that this library made: frozen, so they need no second copy. */
const owned = new WeakSet<Message>()

/** Freezes and marks a message that no caller holds a reference to. */
export function adopt<M extends Message>(message: M): M {
  owned.add(deepFreeze(message))
  return message
}

export const isOwn = (message: Message): boolean => owned.has(message)
