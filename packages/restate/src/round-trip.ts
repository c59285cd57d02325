// Whether a connection still stands: a process that stood still has not seen yet what arrived meanwhile.
import type { Http2Session } from 'node:http2'

/**
 * The function resolves when the other side has answered a ping that was sent after the call, or the connection has ended.
 * Calls share pings: a session takes ten at a time.
 */
export function roundTripOf(session: Http2Session): () => Promise<void> {
  let waiting: PromiseWithResolvers<void> | undefined
  let isPinging = false
  const ping = (): void => {
    const due = waiting
    if (!due) return
    waiting = undefined
    isPinging = true
    const answered = (): void => {
      isPinging = false
      due.resolve()
      ping()
    }
    // A ping is answered with an error when the connection ends.
    if (session.destroyed || !session.ping(answered)) answered()
  }
  return () => {
    const { promise } = (waiting ??= Promise.withResolvers())
    if (!isPinging) ping()
    return promise
  }
}
