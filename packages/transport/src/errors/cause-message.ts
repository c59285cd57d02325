// The message of a platform error, whatever was thrown.

/** Joins the messages along `cause`: the message of `fetch` is only "fetch failed", its cause has the reason. */
export function messageOf(cause: unknown): string {
  try {
    return joinedMessage(cause)
  } catch {
    return 'an error that cannot be read'
  }
}

function joinedMessage(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause instanceof AggregateError && cause.errors.length > 0) return joinedMessage(cause.errors[0])
  const own = cause.message || cause.name
  return cause.cause instanceof Error ? `${own}: ${joinedMessage(cause.cause)}` : own
}
