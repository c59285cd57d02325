// Sockets that are still connecting, so that a request given up meanwhile leaves none behind.
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { APIConnectionError } from '../errors/classes.ts'

/**
 * A socket does not keep the process alive: whoever waits for it does (`presence.ts`). undici would have it stay for
 * every request that is under way, also for an answer that nobody reads, and asks for that by `ref`.
 */
function neverHolds(socket: Socket): void {
  socket.unref()
  socket.ref = () => socket
}

/** Counts the requests that wait for a connection; when the last one is given up, the attempts to connect are too. */
export class Connecting {
  readonly connect: buildConnector.connector
  readonly #sockets = new Set<Socket>()
  #waiting = 0

  constructor(connector: buildConnector.connector) {
    this.connect = (options, callback) => {
      // undici's own connector returns the socket at once, which its type does not say.
      const socket = connector(options, (...result) => {
        this.#sockets.delete(socket)
        if (result[0] === null) neverHolds(result[1])
        callback(...result)
      }) as unknown as Socket
      this.#sockets.add(socket)
    }
  }

  /** A request begins to wait. */
  enter(): void {
    this.#waiting++
  }

  /** It has its connection, or needs none any more. */
  leave(givenUp: boolean): void {
    this.#waiting--
    if (!givenUp || this.#waiting > 0) return
    for (const socket of this.#sockets)
      socket.destroy(new APIConnectionError('Nobody waits for this connection any more'))
  }
}
