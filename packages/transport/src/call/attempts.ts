// One request over all its attempts: send, time, retry, let go.
import { type Retry, sleep, ToolloopError } from '@toolloop/wire'
import { beginningOf, wholeText } from '../response/text.ts'
import { excerpt } from '../errors/body.ts'
import { type Answer, apiErrorOf, parsedOrText } from '../errors/answer.ts'
import { APIConnectionError, APIUserAbortError } from '../errors/classes.ts'
import { wordsOf } from '../errors/words.ts'
import type { CallPolicy, CallTarget, Prepared } from './target.ts'
import type { Http, HttpRequest, HttpResponse, Sending } from '../http/contract.ts'
import type { Logger } from '../request/options.ts'
import type { LiveCalls, Placed } from './live.ts'
import { isRedirect, mostRedirects, redirected, redirectError } from './redirect.ts'
import { redact, redactCause, secretsIn } from '../errors/redact.ts'
import { Received, type ResponseInfo } from '../response/info.ts'
import { delayBefore } from './retry.ts'
import { Stopwatch } from './stopwatch.ts'

/** Who asked. */
export interface Caller {
  readonly signal: AbortSignal | undefined
  readonly onRetry: ((retry: Retry) => void) | undefined
  /** Holds the calls that are not over. */
  readonly live: LiveCalls<Call>
}

/** Made once per request. `run` sends; the body is read by `read` or `text`; `finish` or `cancel` ends it. */
export class Call implements Placed {
  place = -1
  readonly #target: CallTarget
  readonly #policy: CallPolicy
  readonly #caller: Caller
  readonly #watch: Stopwatch
  readonly #began: number
  readonly #start = Date.now()
  readonly #unlisten: () => void
  /** Whatever is awaited now: it can be ended. */
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

  /** What an error needs to know of the answer. */
  get answer(): Answer {
    const { status, headers } = this.#response ?? {}
    return { status, headers, from: this.#from, redact: (text) => this.#redact(text) }
  }

  /** Sends until `use` makes something of an answer; what may pass is retried. */
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

  /** Waits for the next attempt, or throws the error when there will be none. */
  async retry(cause: unknown): Promise<void> {
    this.#watch.stop() // first: an attempt that fails leaves its clocks to this
    const error = this.cleaned(cause)
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
    this.#report('warn', 'request is tried again', { delay, error: error.message })
    this.#tell({ attempt, error, delay })
    await this.#sleep(delay)
  }

  /** The next bytes of the body; the clocks run from here until `pause`. */
  read(response: HttpResponse): Promise<readonly Uint8Array[] | undefined> {
    this.#watch.wait()
    return response.read()
  }

  /** The consumer wants more: what has arrived may do, but the clocks run while it is read. */
  resume(): void {
    this.#watch.wait()
  }

  /** The consumer has what it wanted. */
  pause(): void {
    this.#watch.pause()
  }

  /** The whole body as text, up to the bound. */
  text(response: HttpResponse, begun?: readonly Uint8Array[]): string | Promise<string> {
    this.#watch.enter('body')
    return wholeText(() => this.read(response), response, this.#policy.maxBodyBytes, begun)
  }

  /** An event came; `finished` tells that only the usage may follow. */
  onEvent(finished: boolean): void {
    this.#timing.firstEvent ??= this.#elapsed()
    this.#watch.enter(finished ? 'trailer' : 'idle')
  }

  /** The answer is whole: the connection may be kept. */
  finish(): void {
    this.#timing.end = this.#elapsed()
    this.#response?.finish()
    this.#report('debug', 'response is complete', { milliseconds: Math.round(this.#timing.end) })
    this.#close()
  }

  /** Nobody wants the answer any more: the connection is cut. */
  cancel(reason = 'The stream was left before its end'): void {
    this.#cancelled = new APIConnectionError(reason, { retryable: false })
    this.#awaited.cancel(this.#cancelled)
    this.#close()
  }

  /** The same error as one of ours, without secrets. */
  cleaned(cause: unknown): ToolloopError {
    if (cause instanceof ToolloopError) return cause
    const words = wordsOf(cause)
    const problem = this.#response === undefined ? 'got no answer' : 'broke off'
    return new APIConnectionError(`${this.#from} ${problem}: ${excerpt(this.#redact(words), 512)}`, {
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

  /** Whatever fails here goes to `retry`, which stops the clocks. */
  #attempt(): Promise<HttpResponse> {
    this.#attempts++
    this.#response = undefined
    this.#watch.startAttempt()
    // Asking for a key may take its time, and is timed and interrupted like everything else.
    const pending = this.#target.prepare()
    return pending instanceof Promise
      ? this.#unlessInterrupted(pending).then((prepared) => this.#ask(prepared))
      : this.#ask(pending)
  }

  #ask({ http, request }: Prepared): Promise<HttpResponse> {
    this.#request = request
    return this.#send(http, request).then((response) => {
      this.#begun(response)
      return isGood(response) ? response : this.#goodAfter(http, request, response)
    })
  }

  /** Redirects lead on; any other answer than 2xx is an error. */
  async #goodAfter(http: Http, first: HttpRequest, answer: HttpResponse): Promise<HttpResponse> {
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
      this.#begun(response)
    }
    if (isGood(response)) return response
    throw await this.#refused(response)
  }

  #send(http: Http, request: HttpRequest): Promise<HttpResponse> {
    this.#throwIfOver()
    this.#watch.wait()
    this.#report('debug', 'request is sent')
    const sending = http.send(request, () => this.#watch.enter('headers'))
    this.#awaited = sending
    const over = this.#over // a logger, or a `fetch` of the caller's, may have ended it
    if (over !== undefined) sending.cancel(over)
    return sending.response
  }

  #begun(response: HttpResponse): void {
    this.#response = response
    this.#watch.pause()
    this.#watch.enter('firstEvent')
    this.#timing = { headers: this.#elapsed() }
    this.#report('debug', 'response has begun', { status: response.status })
  }

  /** The error an answer other than 2xx stands for. */
  async #refused(response: HttpResponse): Promise<Error> {
    const text = await this.#errorText(response)
    return apiErrorOf({ ...this.answer, body: parsedOrText(this.#redact(text)), hint: this.#hint(response) })
  }

  /** The most common reason for a 404: a base URL that ends before the version. */
  #hint({ status }: HttpResponse): string | undefined {
    const { path = '' } = this.#request ?? {}
    if (status !== 404 || /\/v\d|\/openai\//.test(path)) return undefined
    return '`baseURL` holds no version: most servers want it to end in `/v1`'
  }

  /** A long, slow or broken error body must not hide the error: what came of it will do. */
  async #errorText(response: HttpResponse): Promise<string> {
    this.#watch.enter('body')
    const { text, failure } = await beginningOf(() => this.read(response), errorBodyLength)
    if (failure instanceof APIUserAbortError) throw failure
    this.#awaited.cancel(new APIConnectionError('The error body was not read to its end'))
    return text
  }

  /** Until the next attempt, or until the caller's abort, or until nobody wants the answer any more. */
  async #sleep(delay: number): Promise<void> {
    const stop = new AbortController()
    this.#awaited = { cancel: (error) => stop.abort(error) }
    this.#watch.addTotal(delay)
    try {
      this.#throwIfOver()
      await sleep(this.#policy.clock, delay, stop.signal)
    } catch (error) {
      this.#close()
      throw error
    }
  }

  /** An abort that came between two waits, when there was nothing to interrupt. */
  #throwIfOver(): void {
    const over = this.#over
    if (over !== undefined) throw over
  }

  get #over(): Error | undefined {
    const { signal } = this.#caller
    return signal?.aborted ? abortError(signal) : this.#cancelled
  }

  #unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#awaited = { cancel: reject }
      work.then(resolve, reject)
    })
  }

  /** Nothing of ours is left: no timer, no listener. */
  #close(): void {
    this.#watch.stop()
    this.#unlisten()
    this.#caller.live.remove(this)
    this.#awaited = idle
  }

  #tell(retry: Retry): void {
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
      // A logger that fails must not fail the request; there is nobody left to tell.
    }
  }

  /** `POST https://api.openai.com/v1/chat/completions`: a query may hold what nobody should see. */
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

/** What is read of an error body, in characters. */
const errorBodyLength = 65_536

function nothing(): void {}
const idle = { cancel: nothing }

function abortError(signal: AbortSignal | undefined): APIUserAbortError {
  return new APIUserAbortError({ cause: signal?.reason })
}
