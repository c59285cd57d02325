// HTTP over any `fetch`.
import type { Http, HttpRequest, HttpResponse, Sending } from './contract.ts'
import { APIConnectionError } from '../errors/classes.ts'

/** Sends by this `fetch`. Does not follow redirects. */
export function fetchHttp(fetch: typeof globalThis.fetch): Http {
  return {
    send(request, onConnected) {
      // `fetch` does not report when the connection is open.
      onConnected()
      return sendByFetch(fetch, request)
    },
    close: async () => {},
  }
}

function sendByFetch(fetch: typeof globalThis.fetch, request: HttpRequest): Sending {
  const controller = new AbortController()
  const pending: Pending = { reject: undefined, failure: undefined, reader: undefined }
  const init: RequestInit = {
    method: request.method,
    headers: request.headers,
    redirect: 'manual',
    signal: controller.signal,
    ...(request.body === undefined ? {} : { body: request.body }),
  }
  const cancel = (error: Error): void => {
    if (pending.failure !== undefined) return
    pending.failure = error
    pending.reject?.(error)
    controller.abort(error)
    // The caller's own `fetch` may ignore the signal.
    if (pending.reader !== undefined) drop(pending.reader, error)
  }
  const response = orFailure(pending, async () =>
    responseOf(await fetch(request.origin + request.path, init), pending, cancel),
  )
  return { response, cancel }
}

function responseOf(response: Response, pending: Pending, cancel: (error: Error) => void): HttpResponse {
  const reader = response.body?.getReader()
  pending.reader = reader
  if (pending.failure !== undefined && reader !== undefined) drop(reader, pending.failure)
  return {
    status: response.status,
    headers: response.headers,
    read: () =>
      orFailure(pending, async () => {
        const next = await reader?.read()
        return next?.value === undefined ? undefined : [next.value]
      }),
    finish() {
      cancel(new APIConnectionError('The response was not read to its end'))
    },
  }
}

function drop(reader: ReadableStreamDefaultReader<Uint8Array>, error: Error): void {
  reader.cancel(error).catch(() => {})
}

/** The pending wait of one request. It rejects on `cancel`, also where `fetch` ignores its signal. */
interface Pending {
  reject: ((error: Error) => void) | undefined
  failure: Error | undefined
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined
}

function orFailure<T>(pending: Pending, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (pending.failure !== undefined) return reject(pending.failure)
    pending.reject = reject
    work().then(resolve, reject)
  })
}
