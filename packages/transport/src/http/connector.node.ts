// Tracks sockets that are still connecting, so that a cancelled request leaves none open.
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { APIConnectionError } from '../errors/classes.ts'

/**
 * Stops a socket from keeping the process alive: a wait does that (`presence.ts`). undici calls `ref` for every pending
 * request, also for an answer that no consumer reads.
 */
function neverKeepsAlive(socket: Socket): void {
  socket.unref()
  socket.ref = () => socket
}

/** Counts the requests that wait for a connection. When the last one is cancelled, the connecting sockets are destroyed. */
export class Connecting {
  readonly connect: buildConnector.connector
  readonly #sockets = new Set<Socket>()
  #waiting = 0

  constructor(connector: buildConnector.connector) {
    this.connect = (options, callback) => {
      // undici's own connector returns the socket at once, which its type does not say.
      const socket = connector(options, (...result) => {
        this.#sockets.delete(socket)
        if (result[0] === null) neverKeepsAlive(result[1])
        callback(...result)
      }) as unknown as Socket
      this.#sockets.add(socket)
    }
  }

  /** A request starts to wait for a connection. */
  enter(): void {
    this.#waiting++
  }

  /** The request has its connection, or was cancelled. */
  leave(cancelled: boolean): void {
    this.#waiting--
    if (!cancelled || this.#waiting > 0) return
    for (const socket of this.#sockets)
      socket.destroy(new APIConnectionError('All requests that waited for this connection were cancelled'))
  }
}
