// What a failure of the platform says, whatever was thrown.

/** `fetch` says no more than "fetch failed"; its cause says why. */
export function wordsOf(cause: unknown): string {
  try {
    return spokenBy(cause)
  } catch {
    return 'an error that cannot be read'
  }
}

function spokenBy(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause instanceof AggregateError && cause.errors.length > 0) return spokenBy(cause.errors[0])
  const own = cause.message || cause.name
  return cause.cause instanceof Error ? `${own}: ${spokenBy(cause.cause)}` : own
}
