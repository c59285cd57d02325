// The progress of the runs that a worker has: for display, so it does not go through the engine.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { RunEvent } from '@toolloop/core'
import type { ProgressBatch } from '@toolloop/engine'

/** Where a client reads the progress of a run. The token is known to those who may read the run through Restate. */
export interface ProgressAddress {
  readonly url: string
  readonly token: string
}

const root = '/toolloop/progress/'
/** Bytes that may wait for a slow reader. It misses what is beyond. */
const maxWaiting = 1 << 20

/** Serves JSON lines, each a `ProgressBatch`. */
export class ProgressServer {
  readonly #token = randomBytes(24).toString('base64url')
  readonly #readers = new Map<string, Set<Http2ServerResponse>>()

  addressOf(url: string): ProgressAddress {
    return { url, token: this.#token }
  }

  /** Takes the events of a live run in order. */
  listenerFor(runId: string): (event: RunEvent) => void {
    let after = 0
    let waiting: RunEvent[] = []
    const flush = (): void => {
      const events = waiting
      waiting = []
      if (events.length > 0) this.#send(runId, { after, events })
    }
    return (event) => {
      if ('seq' in event) {
        flush()
        after = event.seq + 1
      } else if (this.#readers.has(runId) && waiting.push(event) === 1) setImmediate(flush)
    }
  }

  /** Responds to a request for progress. `false`: it is another one. */
  serve(request: Http2ServerRequest, response: Http2ServerResponse): boolean {
    if (!request.url.startsWith(root)) return false
    if (!isSame(request.headers['authorization'], `Bearer ${this.#token}`)) {
      response.writeHead(401).end()
      return true
    }
    const runId = runIdOf(request.url)
    if (runId === undefined) {
      response.writeHead(400).end()
      return true
    }
    const readers = this.#readers.get(runId) ?? new Set()
    this.#readers.set(runId, readers.add(response))
    response.once('close', () => {
      readers.delete(response)
      if (readers.size === 0) this.#readers.delete(runId)
    })
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
    response.write('\n') // sends the headers
    return true
  }

  #send(runId: string, batch: ProgressBatch): void {
    const readers = this.#readers.get(runId)
    if (!readers) return
    const line = `${JSON.stringify(batch)}\n`
    for (const reader of readers) if (reader.stream && reader.stream.writableLength < maxWaiting) reader.write(line)
  }
}

/** `undefined`: the path is not encoded as `progressPath` does. */
function runIdOf(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(root.length))
  } catch {
    return undefined
  }
}

/** The path of a run's progress. */
export const progressPath = (runId: string): string => `${root}${encodeURIComponent(runId)}`

function isSame(given: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
