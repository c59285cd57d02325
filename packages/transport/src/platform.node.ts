// HTTP on Node: undici's pool, driven by its lowest call. `fetch` would cost four times the CPU.
import type { Dispatcher, Pool } from 'undici'
import { fetchHttp } from './fetch-http.ts'
import type { Http, HttpOptions, HttpResponse, Sending } from './http.ts'
import { APIConnectionError } from './errors.ts'

/** Opens connections to one origin. */
export async function openHttp(origin: string, options: HttpOptions): Promise<Http> {
  if (options.fetch !== undefined) return fetchHttp(options.fetch)
  if (options.dispatcher !== undefined) return dispatcherHttp(options.dispatcher as Dispatcher, async () => {})
  const { default: UndiciPool } = await import('undici/lib/dispatcher/pool.js')
  const pool: Pool = new UndiciPool(origin, {
    // All waiting is timed by us, from the caller's options; undici's own five minutes would cut slow models.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: options.connectTimeout === Number.POSITIVE_INFINITY ? 0 : options.connectTimeout,
    allowH2: false,
  })
  return dispatcherHttp(pool, async () => pool.destroy(new APIConnectionError('The client was closed')))
}

function dispatcherHttp(dispatcher: Dispatcher, close: () => Promise<void>): Http {
  return {
    send(request, onConnected) {
      const exchange = new Exchange(onConnected)
      try {
        dispatcher.dispatch(
          {
            origin: request.origin,
            path: request.path,
            method: request.method,
            headers: request.headers as Record<string, string>,
            body: request.body ?? null,
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          exchange,
        )
      } catch (error) {
        exchange.onResponseError(undefined, error as Error)
      }
      return exchange
    },
    close,
  }
}

/** Unread bytes at which the socket is told to wait. */
const highWaterMark = 64 * 1024
/** What may still come after the end of the answer without costing the connection. */
const lastBytes = 4 * 1024
const lastMoment = 200

type Headed = Record<string, string | string[] | undefined>

/** One request and its response: undici's callbacks on one side, promises on the other. */
class Exchange implements Dispatcher.DispatchHandler, Sending, HttpResponse {
  readonly response: Promise<HttpResponse>
  status = 0
  readonly #onConnected: () => void
  #headed: Headed = {}
  #headers: Headers | undefined
  #controller: Dispatcher.DispatchController | undefined
  #settle: { resolve: (response: HttpResponse) => void; reject: (error: Error) => void } | undefined
  #queue: Uint8Array[] = []
  #queued = 0
  #ended = false
  #letGo = false
  #failure: Error | undefined
  #reader: { resolve: (bytes: readonly Uint8Array[] | undefined) => void; reject: (error: Error) => void } | undefined

  constructor(onConnected: () => void) {
    this.#onConnected = onConnected
    this.response = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#headed)
    return this.#headers
  }

  read(): Promise<readonly Uint8Array[] | undefined> {
    if (this.#queue.length > 0) return Promise.resolve(this.#take())
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#ended) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
    })
  }

  finish(): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#letGo = true
    this.#queue = []
    this.#queued = 0
    this.#controller?.resume()
    const timer = setTimeout(
      () => this.cancel(new APIConnectionError('The response was not read to its end')),
      lastMoment,
    )
    timer.unref()
  }

  cancel(error: Error): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#queue = []
    this.#fail(error)
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#failure !== undefined) return controller.abort(this.#failure)
    this.#controller = controller
    this.#onConnected()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headed): void {
    if (status < 200) return
    this.status = status
    this.#headed = headers
    this.#settle?.resolve(this)
    this.#settle = undefined
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#queued += chunk.byteLength
    if (this.#letGo) {
      if (this.#queued > lastBytes) this.cancel(new APIConnectionError('The response was not read to its end'))
      return
    }
    this.#queue.push(chunk)
    if (this.#reader !== undefined) {
      // What else this socket read holds comes before the reader's turn, and leaves with it.
      const reader = this.#reader
      this.#reader = undefined
      queueMicrotask(() => reader.resolve(this.#take()))
    } else if (this.#queued > highWaterMark) {
      controller.pause()
    }
  }

  onResponseEnd(): void {
    this.#ended = true
    this.#reader?.resolve(undefined)
    this.#reader = undefined
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(error)
  }

  #take(): readonly Uint8Array[] {
    const queue = this.#queue
    this.#queue = []
    this.#queued = 0
    this.#controller?.resume()
    return queue
  }

  #fail(error: Error): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = error
    this.#settle?.reject(error)
    this.#settle = undefined
    this.#reader?.reject(error)
    this.#reader = undefined
  }
}

function headersOf(headed: Headed): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(headed)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one)
  }
  return headers
}
