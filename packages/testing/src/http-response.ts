// Sends a planned response over HTTP: waits, writes with backpressure, and ends as planned.
import type { ServerResponse } from 'node:http'
import { sleep, type Clock } from '@toolloop/wire'
import { piecesOf, type Plan } from './plan.ts'

export interface SendOptions {
  readonly clock: Clock
  /** Aborts when the client closes the connection or the server closes. */
  readonly gone: AbortSignal
  /** Called with the number of body bytes just written to the socket. */
  readonly onSent: (bytes: number) => void
  /** Called when the client closes the connection before the plan is complete. */
  readonly onHangUp: () => void
}

/** Sends a response. Resolves when it was sent, cut as planned, or its connection was closed. */
export async function send(response: ServerResponse, plan: Plan, options: SendOptions): Promise<void> {
  const { clock, gone, onSent } = options
  try {
    if (plan.end.at !== undefined || plan.end.how === 'end') {
      response.writeHead(plan.status, plan.headers)
      response.flushHeaders()
      for (const { bytes, delay } of piecesOf(plan)) {
        if (delay > 0) await sleep(clock, delay, gone)
        gone.throwIfAborted()
        const more = response.write(bytes)
        onSent(bytes.length)
        if (!more) await once(response, 'drain', gone)
      }
    }
    await finish(response, plan.end.how, gone)
  } catch (error) {
    if (!gone.aborted) throw error
    options.onHangUp()
  }
}

/** A signal that aborts when the client closes the connection before the response is done, or the server closes. */
export function hangUp(response: ServerResponse, closing: AbortSignal): AbortSignal {
  const left = new AbortController()
  response.once('close', () => left.abort())
  return AbortSignal.any([left.signal, closing])
}

async function finish(response: ServerResponse, how: Plan['end']['how'], gone: AbortSignal): Promise<void> {
  if (how === 'stall') return once(response, 'close', gone)
  if (how === 'end') {
    response.end()
    if (!response.writableFinished) await once(response, 'finish', gone)
    return
  }
  // Flush the written bytes before the connection closes.
  if (response.headersSent) await new Promise<void>((resolve) => void response.write('', () => resolve()))
  if (how === 'reset') response.socket?.resetAndDestroy()
  else response.socket?.destroy()
}

function once(response: ServerResponse, event: 'drain' | 'finish' | 'close', gone: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      response.off(event, happened)
      reject(gone.reason)
    }
    const happened = (): void => {
      gone.removeEventListener('abort', stop)
      resolve()
    }
    if (gone.aborted) return stop()
    response.once(event, happened)
    gone.addEventListener('abort', stop, { once: true })
  })
}
