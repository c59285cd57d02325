// One request over all its attempts: sends, times, retries and releases it.
import { type Retry, sleep, ToolloopError } from '@toolloop/wire'
import { beginningOf, wholeText } from '../response/text.ts'
import { excerpt } from '../errors/body.ts'
import { type Answer, apiErrorOf, parsedOrText } from '../errors/answer.ts'
import { APIConnectionError, APIUserAbortError } from '../errors/classes.ts'
import { messageOf } from '../errors/cause-message.ts'
import type { CallPolicy, CallTarget, Prepared } from './target.ts'
import type { Http, HttpRequest, HttpResponse, Sending } from '../http/contract.ts'
import type { Logger } from '../request/options.ts'
import type { LiveCalls, Placed } from './live.ts'
import { isRedirect, mostRedirects, redirected, redirectError } from './redirect.ts'
import { redact, redactCause, secretsIn } from '../errors/redact.ts'
import { Received, type ResponseInfo } from '../response/info.ts'
import { delayBefore } from './retry.ts'
import { Stopwatch } from './stopwatch.ts'

/** What the caller of a request passed along. */
export interface Caller {
  readonly signal: AbortSignal | undefined
  readonly onRetry: ((retry: Retry) => void) | undefined
  /** The pending calls of the client. */
  readonly live: LiveCalls<Call>
}

/** One request. `run` sends it, `read` and `text` read the body, `finish` or `cancel` ends it. */
export class Call implements Placed {
  place = -1
  readonly #target: CallTarget
  readonly #policy: CallPolicy
  readonly #caller: Caller
  readonly #watch: Stopwatch
  readonly #began: number
  readonly #start = Date.now()
  readonly #unlisten: () => void
  /** What the call waits for now; cancelling it ends the wait. */
  #awaited: Pick<Sending, 'cancel'> = idle
  #cancelled: Error | undefined
  #attempts = 0
  #renewed = false
  #response: HttpResponse | undefined
  #request: HttpRequest | undefined
  #timing: { headers: number; firstEvent?: number; end?: number } = { headers: 0 }

  constructor(target: CallTarget, policy: CallPolicy, caller: Caller) {
    this.#target = target
    this.#policy = policy
    this.#caller = caller
    this.#began = policy.clock.now()
    this.#watch = new Stopwatch(policy.timeouts, policy.clock, (error) => this.#awaited.cancel(error))
    this.#unlisten = caller.signal === undefined ? nothing : this.#listen(caller.signal)
    caller.live.add(this)
  }

  /** The response of the latest attempt. */
  get info(): ResponseInfo {
    return new Received(this.#response, this.#attempts, { start: this.#start, ...this.#timing })
  }

  /** The facts of the response that an error message needs. */
  get answer(): Answer {
    const { status, headers } = this.#response ?? {}
    return { status, headers, from: this.#from, redact: (text) => this.#redact(text) }
  }

  /** Sends the request until `use` accepts the response. Retries errors that the policy allows to retry. */
  async run<T>(use: (response: HttpResponse) => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        const made = use(await this.#attempt())
        return made instanceof Promise ? await made : made
      } catch (error) {
        await this.retry(error)
      }
    }
  }

  /** Waits until the next attempt is due. Throws the error where the policy allows no further attempt. */
  async retry(cause: unknown): Promise<void> {
    this.#watch.stop() // first: a failed attempt leaves its clocks running
    const error = this.toError(cause)
    this.#awaited.cancel(error)
    const attempt = this.#attempts
    const delay = delayBefore(this.#policy, {
      error,
      attempt,
      left: this.#watch.left,
      renewsKey: this.#target.renewsKey && !this.#renewed,
    })
    this.#renewed ||= (error as { status?: number }).status === 401
    if (delay === undefined) {
      this.#report('error', 'request failed', { error: error.message })
      this.#close()
      throw error
    }
    this.#report('warn', 'request will be retried', { delay, error: error.message })
    this.#emitRetry({ attempt, error, delay })
    await this.#sleep(delay)
  }

  /** Reads the next bytes of the body. The clocks run from here until `pause`. */
  read(response: HttpResponse): Promise<readonly Uint8Array[] | undefined> {
    this.#watch.wait()
    return response.read()
  }

  /** The consumer requests the next batch. The clocks run until `pause`, also while received bytes are decoded. */
  resume(): void {
    this.#watch.wait()
  }

  /** The consumer has its batch: the clocks stop. */
  pause(): void {
    this.#watch.pause()
  }

  /** Reads the whole body as text, up to `limits.maxBodyBytes`. */
  text(response: HttpResponse, begun?: readonly Uint8Array[]): string | Promise<string> {
    this.#watch.enter('body')
    return wholeText(() => this.read(response), response, this.#policy.maxBodyBytes, begun)
  }

  /** Records that an event arrived. `finished`: every choice has its `finish_reason`; only the usage can follow. */
  onEvent(finished: boolean): void {
    this.#timing.firstEvent ??= this.#elapsed()
    this.#watch.enter(finished ? 'trailer' : 'idle')
  }

  /** Ends a call whose answer is complete. The connection can be reused. */
  finish(): void {
    this.#timing.end = this.#elapsed()
    this.#response?.finish()
    this.#report('debug', 'response is complete', { milliseconds: Math.round(this.#timing.end) })
    this.#close()
  }

  /** Drops the answer and closes its connection. */
  cancel(reason = 'The stream was cancelled before its end'): void {
    this.#cancelled = new APIConnectionError(reason, { retryable: false })
    this.#awaited.cancel(this.#cancelled)
    this.#close()
  }

  /** The failure as a `ToolloopError` without secrets. */
  toError(cause: unknown): ToolloopError {
    if (cause instanceof ToolloopError) return cause
    const message = messageOf(cause)
    const problem = this.#response === undefined ? 'got no answer' : 'broke off'
    return new APIConnectionError(`${this.#from} ${problem}: ${excerpt(this.#redact(message), 512)}`, {
      cause: redactCause(cause, (text) => this.#redact(text)),
    })
  }

  #redact(text: string): string {
    return redact(text, secretsIn(this.#request))
  }

  #listen(signal: AbortSignal): () => void {
    if (signal.aborted) throw abortError(signal)
    const onAbort = (): void => this.#awaited.cancel(abortError(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    return () => signal.removeEventListener('abort', onAbort)
  }

  /** Errors from here go to `retry`, which stops the clocks. */
  #attempt(): Promise<HttpResponse> {
    this.#attempts++
    this.#response = undefined
    this.#watch.startAttempt()
    // A function that returns the key may be slow: timeouts and aborts apply to it too.
    const pending = this.#target.prepare()
    return pending instanceof Promise
      ? this.#unlessInterrupted(pending).then((prepared) => this.#exchange(prepared))
      : this.#exchange(pending)
  }

  #exchange({ http, request }: Prepared): Promise<HttpResponse> {
    this.#request = request
    return this.#send(http, request).then((response) => {
      this.#recordResponse(response)
      return isGood(response) ? response : this.#followRedirects(http, request, response)
    })
  }

  /** Follows redirects; throws where they end in anything else than a 2xx. */
  async #followRedirects(http: Http, first: HttpRequest, answer: HttpResponse): Promise<HttpResponse> {
    let request = first
    let response = answer
    for (let hops = 0; isRedirect(response); hops++) {
      const next = redirected(request, response)
      response.finish()
      if (next === undefined || hops === mostRedirects) throw redirectError(request, response, this.answer)
      this.#report('info', 'request is redirected', { to: this.#redact(next.path.replace(/\?.*/s, '')) })
      request = next
      this.#watch.enter('connect')
      response = await this.#send(http, request)
      this.#recordResponse(response)
    }
    if (isGood(response)) return response
    throw await this.#errorOf(response)
  }

  #send(http: Http, request: HttpRequest): Promise<HttpResponse> {
    this.#throwIfInterrupted()
    this.#watch.wait()
    this.#report('debug', 'request is sent')
    const sending = http.send(request, () => this.#watch.enter('headers'))
    this.#awaited = sending
    const interruption = this.#interruption // the caller's logger or `fetch` may have aborted the call
    if (interruption !== undefined) sending.cancel(interruption)
    return sending.response
  }

  #recordResponse(response: HttpResponse): void {
    this.#response = response
    this.#watch.pause()
    this.#watch.enter('firstEvent')
    this.#timing = { headers: this.#elapsed() }
    this.#report('debug', 'response has begun', { status: response.status })
  }

  /** The error of a response that is not 2xx. */
  async #errorOf(response: HttpResponse): Promise<Error> {
    const text = await this.#errorText(response)
    return apiErrorOf({ ...this.answer, body: parsedOrText(this.#redact(text)), hint: this.#hint(response) })
  }

  /** The most common reason for a 404: a base URL that ends before the version. */
  #hint({ status }: HttpResponse): string | undefined {
    const { path = '' } = this.#request ?? {}
    if (status !== 404 || /\/v\d|\/openai\//.test(path)) return undefined
    return '`baseURL` has no version: for most servers it ends in `/v1`'
  }

  /** A long, slow or broken error body must not hide the error: the part that arrived is enough. */
  async #errorText(response: HttpResponse): Promise<string> {
    this.#watch.enter('body')
    const { text, failure } = await beginningOf(() => this.read(response), errorBodyLength)
    if (failure instanceof APIUserAbortError) throw failure
    this.#awaited.cancel(new APIConnectionError('The error body was not read to its end'))
    return text
  }

  /** Waits for the next attempt. Rejects when the caller aborts or the call is cancelled. */
  async #sleep(delay: number): Promise<void> {
    const stop = new AbortController()
    this.#awaited = { cancel: (error) => stop.abort(error) }
    this.#watch.addTotal(delay)
    try {
      this.#throwIfInterrupted()
      await sleep(this.#policy.clock, delay, stop.signal)
    } catch (error) {
      this.#close()
      throw error
    }
  }

  /** For an abort between two waits, when `cancel` had nothing to end. */
  #throwIfInterrupted(): void {
    const interruption = this.#interruption
    if (interruption !== undefined) throw interruption
  }

  get #interruption(): Error | undefined {
    const { signal } = this.#caller
    return signal?.aborted ? abortError(signal) : this.#cancelled
  }

  #unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#awaited = { cancel: reject }
      work.then(resolve, reject)
    })
  }

  /** Clears the timer, the abort listener and the entry among the pending calls. */
  #close(): void {
    this.#watch.stop()
    this.#unlisten()
    this.#caller.live.remove(this)
    this.#awaited = idle
  }

  #emitRetry(retry: Retry): void {
    try {
      this.#caller.onRetry?.(retry)
    } catch (error) {
      this.#report('error', '`onRetry` threw', { error: String(error) })
    }
  }

  #report(level: keyof Logger, message: string, fields: Record<string, unknown> = {}): void {
    const { logger } = this.#policy
    if (logger?.[level] === undefined) return
    try {
      logger[level]?.(message, { request: this.#from, attempt: this.#attempts, ...fields })
    } catch {
      // A logger that throws must not fail the request, and there is no other place to report it.
    }
  }

  /** `POST https://api.openai.com/v1/chat/completions`, without the query: it may hold secrets. */
  get #from(): string {
    if (this.#request === undefined) return 'The request'
    const { method, origin, path } = this.#request
    return `${method} ${origin}${path.replace(/\?.*/s, '')}`
  }

  #elapsed(): number {
    return this.#policy.clock.now() - this.#began
  }
}

const isGood = ({ status }: HttpResponse): boolean => status >= 200 && status < 300

/** The most characters that are read of an error body. */
const errorBodyLength = 65_536

function nothing(): void {}
const idle = { cancel: nothing }

function abortError(signal: AbortSignal | undefined): APIUserAbortError {
  return new APIUserAbortError({ cause: signal?.reason })
}
