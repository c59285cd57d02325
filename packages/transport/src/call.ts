// One request over all its attempts: send, time, retry, redirect.
import { LimitError, ToolloopError, type Retry } from '@toolloop/wire'
import { APIConnectionError, APIError, APIUserAbortError, requestIdOf } from './errors.ts'
import { excerpt } from './error-body.ts'
import { apiErrorOf } from './error-response.ts'
import type { Http, HttpRequest, HttpResponse, Sending } from './http.ts'
import type { Logger, ResolvedBackoff } from './options.ts'
import type { ResponseInfo } from './response-info.ts'
import { type ResolvedTimeouts, Stopwatch } from './timeouts.ts'

export interface CallOptions {
  readonly timeouts: ResolvedTimeouts
  readonly maxRetries: number
  readonly backoff: ResolvedBackoff
  readonly maxBodyBytes: number
  readonly signal: AbortSignal | undefined
  readonly onRetry: ((retry: Retry) => void) | undefined
  readonly logger: Logger | undefined
  readonly random: () => number
}

/** What a call sends; asked before every attempt, because a key may change. */
export interface CallTarget {
  readonly open: () => Promise<Http>
  readonly request: () => Promise<{ request: HttpRequest; secrets: readonly string[] }>
  /** Can another key be had? Then a 401 is worth another attempt. */
  readonly renewsKey: boolean
}

/** A call is made once; `attempt` and `retry` alternate until one of them throws or the body is read. */
export class Call {
  readonly #target: CallTarget
  readonly #options: CallOptions
  readonly #watch: Stopwatch
  readonly #start = Date.now()
  readonly #clock = performance.now()
  #attempts = 0
  #sending: Sending | undefined
  #response: HttpResponse | undefined
  #from = ''
  #secrets: readonly string[] = []
  #timing: { headers: number; firstEvent?: number; end?: number } = { headers: 0 }
  #unlisten: () => void = () => {}

  constructor(target: CallTarget, options: CallOptions) {
    this.#target = target
    this.#options = options
    this.#watch = new Stopwatch(options.timeouts)
  }

  /** The response of the latest attempt. */
  get info(): ResponseInfo {
    const headers = this.#response?.headers ?? new Headers()
    return {
      status: this.#response?.status ?? 0,
      headers,
      requestId: requestIdOf(headers),
      attempts: this.#attempts,
      timing: { start: this.#start, ...this.#timing },
    }
  }

  /** Where errors say they come from. */
  get answer(): { status: number | undefined; headers: Headers | undefined; from: string } {
    return { status: this.#response?.status, headers: this.#response?.headers, from: this.#from }
  }

  /** Sends until `use` makes something of an answer; errors that may pass are retried. */
  async run<T>(use: (response: HttpResponse) => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        const response = await this.#attempt()
        return await use(response)
      } catch (error) {
        await this.retry(error)
      }
    }
  }

  /** Waits before another attempt, or throws the error when there will be none. */
  async retry(cause: unknown): Promise<void> {
    this.#end()
    const error = this.cleaned(cause)
    this.#sending?.cancel(error)
    const delay = this.#delayAfter(error)
    if (delay === undefined) {
      this.#options.logger?.error?.('request failed', { ...this.#fields(), error: error.message })
      throw error
    }
    this.#options.logger?.warn?.('request is retried', { ...this.#fields(), delay, error: error.message })
    this.#options.onRetry?.({ attempt: this.#attempts, error, delay })
    await this.#sleep(delay)
  }

  /** The next bytes of the body; the clocks run meanwhile. */
  async read(response: HttpResponse): Promise<readonly Uint8Array[] | undefined> {
    this.#watch.wait()
    try {
      const bytes = await response.read()
      if (bytes === undefined) this.#done()
      return bytes
    } finally {
      this.#watch.pause()
    }
  }

  /** The whole body as text, up to the bound. */
  async text(response: HttpResponse, begun?: readonly Uint8Array[]): Promise<string> {
    const { maxBodyBytes } = this.#options
    this.#watch.enter('body')
    const decoder = new TextDecoder()
    let text = ''
    let size = 0
    for (let parts = begun ?? (await this.read(response)); parts !== undefined; parts = await this.read(response)) {
      for (const part of parts) {
        size += part.byteLength
        if (size > maxBodyBytes) throw tooLarge(maxBodyBytes)
        text += decoder.decode(part, { stream: true })
      }
    }
    return text + decoder.decode()
  }

  /** An event came; `finished` tells that only the usage may follow. */
  onEvent(finished: boolean): void {
    this.#timing.firstEvent ??= this.#elapsed()
    this.#watch.enter(finished ? 'trailer' : 'idle')
  }

  /** The answer is whole: the connection may be kept. */
  finish(): void {
    this.#done()
    this.#response?.finish()
    this.#end()
  }

  /** The consumer leaves: the connection is cut. */
  cancel(): void {
    this.#sending?.cancel(new APIConnectionError('The stream was left before its end'))
    this.#end()
  }

  /** Ours, and without secrets. */
  cleaned(cause: unknown): ToolloopError {
    const error = cause instanceof ToolloopError ? cause : this.#connectionError(cause)
    scrub(error, this.#secrets)
    return error
  }

  async #attempt(): Promise<HttpResponse> {
    throwIfAborted(this.#options.signal)
    this.#attempts++
    const { request, secrets } = await this.#target.request()
    this.#secrets = secrets
    this.#from = `${request.method} ${request.origin}${request.path.replace(/\?.*/, '')}`
    const http = await this.#target.open()
    throwIfAborted(this.#options.signal)
    const response = await this.#send(http, request)
    if (response.status >= 200 && response.status < 300) return response
    throw await this.#failed(response)
  }

  async #send(http: Http, request: HttpRequest): Promise<HttpResponse> {
    this.#options.logger?.debug?.('request is sent', this.#fields())
    const sending = http.send(request, () => this.#watch.enter('headers'))
    this.#sending = sending
    this.#listen(sending)
    this.#watch.startAttempt((error) => sending.cancel(error))
    try {
      this.#response = await sending.response
    } finally {
      this.#watch.pause()
    }
    this.#watch.enter('firstEvent')
    this.#timing = { headers: this.#elapsed() }
    this.#options.logger?.debug?.('response has begun', { ...this.#fields(), status: this.#response.status })
    return this.#response
  }

  async #failed(response: HttpResponse): Promise<Error> {
    if (response.status >= 300 && response.status < 400) return this.#redirected(response)
    let body: unknown = ''
    try {
      body = await this.#errorText(response)
    } catch (error) {
      if (!(error instanceof APIConnectionError)) throw error
    }
    return apiErrorOf({ ...this.answer, body: parsedOr(body as string) })
  }

  async #errorText(response: HttpResponse): Promise<string> {
    this.#watch.enter('body')
    const decoder = new TextDecoder()
    let text = ''
    while (text.length < errorBodyLength) {
      const parts = await this.read(response)
      if (parts === undefined) return text
      for (const part of parts) text += decoder.decode(part, { stream: true })
    }
    this.#sending?.cancel(new APIConnectionError('The error body is too long'))
    return text.slice(0, errorBodyLength)
  }

  #redirected(response: HttpResponse): APIError {
    const where = response.headers.get('location')
    const target =
      where === null ? 'elsewhere, without saying where' : `to ${excerpt(originOf(where, this.#from), 512)}`
    return new APIError(
      `${this.#from} answered ${response.status}: it redirects ${target}. Redirects are not followed; set \`baseURL\``,
      { status: response.status, headers: response.headers },
    )
  }

  #delayAfter(error: ToolloopError): number | undefined {
    const { maxRetries, backoff, random } = this.#options
    if (this.#attempts > maxRetries) return undefined
    const renewed = this.#target.renewsKey && error instanceof APIError && error.status === 401 && this.#attempts === 1
    if (renewed) return 0
    if (!error.retryable) return undefined
    const asked = error instanceof APIError ? error.retryAfter : undefined
    if (asked !== undefined && asked > backoff.cap) return undefined
    const delay = asked ?? random() * Math.min(backoff.max, backoff.initial * 2 ** (this.#attempts - 1))
    return delay < this.#watch.left ? delay : undefined
  }

  #sleep(delay: number): Promise<void> {
    const { signal } = this.#options
    throwIfAborted(signal)
    this.#watch.addTotal(delay)
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        clearTimeout(timer)
        reject(abortOf(signal))
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, delay)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  #listen(sending: Sending): void {
    const { signal } = this.#options
    if (signal === undefined) return
    const onAbort = (): void => sending.cancel(abortOf(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    this.#unlisten = () => signal.removeEventListener('abort', onAbort)
  }

  #done(): void {
    this.#timing.end ??= this.#elapsed()
    this.#end()
  }

  #end(): void {
    this.#watch.stop()
    this.#unlisten()
    this.#unlisten = () => {}
  }

  #connectionError(cause: unknown): APIConnectionError {
    const words = cause instanceof Error ? excerpt(cause.message || cause.name, 512) : String(cause)
    const problem = this.#response === undefined ? 'got no answer' : 'was cut off'
    return new APIConnectionError(`${this.#from} ${problem}: ${words}`, { cause })
  }

  #elapsed(): number {
    return performance.now() - this.#clock
  }

  #fields(): Record<string, unknown> {
    return { request: this.#from, attempt: this.#attempts }
  }
}

/** What is read of an error body, in characters. */
const errorBodyLength = 65_536

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortOf(signal)
}

function abortOf(signal: AbortSignal | undefined): APIUserAbortError {
  return new APIUserAbortError({ cause: signal?.reason })
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function originOf(location: string, from: string): string {
  try {
    return new URL(location, from.slice(from.indexOf(' ') + 1)).origin
  } catch {
    return location
  }
}

function tooLarge(allowed: number): LimitError {
  return new LimitError(
    'maxBodyBytes',
    allowed,
    `The body is longer than ${allowed} bytes; if that is right for this server, raise \`limits.maxBodyBytes\``,
  )
}

/** A server may quote the key it was sent. */
function scrub(error: Error, secrets: readonly string[]): void {
  for (const secret of secrets) {
    if (secret.length >= 8 && error.message.includes(secret)) error.message = error.message.replaceAll(secret, '***')
  }
}
