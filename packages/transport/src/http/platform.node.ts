// HTTP on Node: undici's pool, called by `dispatch`. `fetch` would cost four times the CPU.
import type { Dispatcher, Pool } from 'undici'
import { LimitError, UsageError } from '@toolloop/wire'
import { Connecting } from './connector.node.ts'
import { decompressed } from './decompress.node.ts'
import { fetchHttp } from './fetch.ts'
import { version } from './version.ts'
import type { Http, HttpOptions, HttpResponse, Sending } from './contract.ts'
import { APIConnectionError } from '../errors/classes.ts'

/** Firewalls in front of some model servers reject requests without a user agent. */
export const userAgent: string | undefined = `toolloop/${version} node/${process.versions.node}`

/** Opens connections to one origin. */
export async function openHttp(origin: string, options: HttpOptions): Promise<Http> {
  if (options.fetch !== undefined) return fetchHttp(options.fetch)
  if (options.dispatcher !== undefined) return dispatcherHttp(dispatcherOf(options.dispatcher), options.maxHeaderBytes)
  const proxied = await proxyFor(options)
  if (proxied !== undefined) return proxied
  const { default: UndiciPool } = await import('undici/lib/dispatcher/pool.js')
  const { default: connectorOf } = await import('undici/lib/core/connect.js')
  // undici's own timeouts are off: ours follow the caller's options, and undici's five minutes would cut slow models.
  const connecting = new Connecting(connectorOf({ timeout: 0, allowH2: false }))
  const pool: Pool = new UndiciPool(origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: options.maxHeaderBytes,
    allowH2: false,
    connect: connecting.connect,
  })
  return {
    ...dispatcherHttp(pool, options.maxHeaderBytes, connecting),
    close: () => pool.destroy(new APIConnectionError('The client was closed', { retryable: false })),
  }
}

/** Connections through `proxy`, or, with `NODE_USE_ENV_PROXY=1`, through the proxies of the environment. */
async function proxyFor({ proxy, maxHeaderBytes }: HttpOptions): Promise<Http | undefined> {
  const settings = { headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: maxHeaderBytes, allowH2: false }
  let agent: Dispatcher
  if (proxy !== undefined) {
    const { default: ProxyAgent } = await import('undici/lib/dispatcher/proxy-agent.js')
    agent = new ProxyAgent({ uri: String(proxy), ...settings })
  } else if (process.env['NODE_USE_ENV_PROXY'] === '1') {
    const { default: EnvHttpProxyAgent } = await import('undici/lib/dispatcher/env-http-proxy-agent.js')
    agent = new EnvHttpProxyAgent(settings)
  } else return undefined
  return {
    ...dispatcherHttp(agent, maxHeaderBytes),
    close: () => agent.destroy(new APIConnectionError('The client was closed', { retryable: false })),
  }
}

function dispatcherOf(value: object): Dispatcher {
  if ('dispatch' in value && typeof value.dispatch === 'function') return value as Dispatcher
  throw new UsageError('`dispatcher` must be an undici dispatcher, e.g. a `ProxyAgent`: it has no `dispatch`')
}

/** `close` does nothing: a dispatcher that the caller passed is the caller's to close. */
function dispatcherHttp(dispatcher: Dispatcher, maxHeaderBytes: number, connecting?: Connecting): Http {
  return {
    send(request, onConnected) {
      const exchange = new Exchange(onConnected, maxHeaderBytes, connecting)
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
    close: async () => {},
  }
}

/** Unread bytes at which the socket is paused. */
const highWaterMark = 64 * 1024
/** After `finish`, a body that ends within so many bytes and milliseconds keeps its connection. */
const drainBytes = 4 * 1024
const drainTimeout = 200

type RawHeaders = Record<string, string | string[] | undefined>

/** One request and its response: undici's callbacks on one side, promises on the other. */
class Exchange implements Dispatcher.DispatchHandler, Sending, HttpResponse {
  readonly response: Promise<HttpResponse>
  status = 0
  readonly #onConnected: () => void
  readonly #maxHeaderBytes: number
  /** Notified once, when the wait for a connection ends. */
  #connecting: Connecting | undefined
  #rawHeaders: RawHeaders = {}
  #headers: Headers | undefined
  #controller: Dispatcher.DispatchController | undefined
  #settle:
    | { resolve: (response: HttpResponse | Promise<HttpResponse>) => void; reject: (error: Error) => void }
    | undefined
  #queue: Uint8Array[] = []
  #queued = 0
  #ended = false
  #draining = false
  #drainTimer: NodeJS.Timeout | undefined
  #failure: Error | undefined
  #reader: { resolve: (bytes: readonly Uint8Array[] | undefined) => void; reject: (error: Error) => void } | undefined

  constructor(onConnected: () => void, maxHeaderBytes: number, connecting: Connecting | undefined) {
    this.#maxHeaderBytes = maxHeaderBytes
    this.#onConnected = onConnected
    this.#connecting = connecting
    connecting?.enter()
    this.response = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#rawHeaders)
    return this.#headers
  }

  get ended(): boolean {
    return this.#ended && this.#queue.length === 0
  }

  whole(): readonly Uint8Array[] | undefined {
    return this.#ended ? this.#take() : undefined
  }

  arrived(): readonly Uint8Array[] | undefined {
    return this.#queue.length > 0 ? this.#take() : undefined
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
    this.#draining = true
    this.#queue = []
    this.#queued = 0
    this.#controller?.resume()
    this.#drainTimer = setTimeout(() => this.cancel(notReadToEnd()), drainTimeout).unref()
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
    this.#connected(false)
    this.#onConnected()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    if (status < 200) return
    this.status = status
    this.#rawHeaders = headers
    const encoding = headers['content-encoding']
    const plain = encoding === undefined || /^(?:identity)?$/i.test(String(encoding))
    this.#settle?.resolve(plain ? this : decompressed(this, String(encoding)))
    this.#settle = undefined
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#queued += chunk.byteLength
    if (this.#draining) {
      if (this.#queued > drainBytes) this.cancel(notReadToEnd())
      return
    }
    this.#queue.push(chunk)
    if (this.#reader !== undefined) {
      // The other chunks of this socket read arrive before the microtask and are returned with it.
      const reader = this.#reader
      this.#reader = undefined
      queueMicrotask(() => reader.resolve(this.#take()))
    } else if (this.#queued > highWaterMark) {
      controller.pause()
    }
  }

  onResponseEnd(): void {
    this.#ended = true
    clearTimeout(this.#drainTimer)
    this.#reader?.resolve(undefined)
    this.#reader = undefined
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(
      'code' in error && error.code === 'UND_ERR_HEADERS_OVERFLOW'
        ? headersTooLong(this.#maxHeaderBytes, error)
        : error,
    )
  }

  #connected(cancelled: boolean): void {
    this.#connecting?.leave(cancelled)
    this.#connecting = undefined
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
    clearTimeout(this.#drainTimer)
    this.#connected(true)
    this.#settle?.reject(error)
    this.#settle = undefined
    this.#reader?.reject(error)
    this.#reader = undefined
  }
}

function notReadToEnd(): APIConnectionError {
  return new APIConnectionError('The response was not read to its end')
}

function headersTooLong(allowed: number, cause: Error): LimitError {
  const message = `The response headers are longer than ${allowed} bytes; if this server may send so many, raise \`limits.maxHeaderBytes\``
  return new LimitError('maxHeaderBytes', allowed, message, { cause })
}

function headersOf(raw: RawHeaders): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one)
  }
  return headers
}
