import { messagesFrom } from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'

/** @throws UsageError for anything but a text or a user message */
export function checkMessage(message: unknown): void {
  const [own, ...more] = messagesFrom(message as string)
  if (own?.role === 'user' && more.length === 0) return
  throw new UsageError(
    more.length > 0
      ? `Pass one message, not a list of ${more.length + 1}: call \`steer\` or \`followUp\` for each.`
      : `Pass a text or a user message, not a message of role ${JSON.stringify(own?.role)}.`,
  )
}
