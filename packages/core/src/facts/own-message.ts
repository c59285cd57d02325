import { deepFreeze, type Message } from '@toolloop/wire'

/** Messages of our own making: frozen, never changed, so they need no second copy. */
const owned = new WeakSet<Message>()

/** Takes a message that nobody else holds. */
export function adopt<M extends Message>(message: M): M {
  owned.add(deepFreeze(message))
  return message
}

export const isOwn = (message: Message): boolean => owned.has(message)
