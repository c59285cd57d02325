// The six clocks of a request. They run only while we wait for the server, never while the consumer holds us back.
import { type Clock, systemClock } from '@toolloop/wire'
import { APITimeoutError, type TimeoutKind } from '../errors/classes.ts'
import type { ResolvedTimeouts } from '../request/timeouts.ts'
import { arrive, leave, unref } from './presence.ts'

/** What is being waited for. */
export type Phase = Exclude<TimeoutKind, 'total' | 'attempt'> | 'body' | 'trailer'

/** Measures one request. `onExpire` is called at most once per attempt, while a wait is on. */
export class Stopwatch {
  readonly #limits: ResolvedTimeouts
  readonly #onExpire: (error: APITimeoutError) => void
  #phase: Phase = 'connect'
  #total = 0
  #attempt = 0
  #inPhase = 0
  #since: number | undefined
  readonly #clock: Clock
  #timer: unknown
  #timerAt = 0

  constructor(limits: ResolvedTimeouts, clock: Clock, onExpire: (error: APITimeoutError) => void) {
    this.#limits = limits
    this.#clock = clock
    this.#onExpire = onExpire
  }

  /** Milliseconds the request has left. */
  get left(): number {
    return this.#limits.total - this.#total
  }

  /** Begins to wait. */
  startAttempt(): void {
    this.#attempt = 0
    this.#phase = 'connect'
    this.#inPhase = 0
    this.wait()
  }

  /** Something came: from here on the next thing is waited for. Works inside and outside a wait. */
  enter(phase: Phase): void {
    const waiting = this.#since !== undefined
    if (waiting) this.pause()
    this.#phase = phase
    this.#inPhase = 0
    if (waiting) this.wait()
  }

  /** A read is outstanding: the clocks run. */
  wait(): void {
    if (this.#since !== undefined) return
    const now = this.#clock.now()
    this.#since = now
    arrive()
    const at = now + this.#patience()
    if (at >= this.#timerAt && this.#timer !== undefined) return
    this.#arm(now, at)
  }

  /** The read is answered: the clocks stand. The timer stays; it looks again when it fires. */
  pause(): void {
    if (this.#since === undefined) return
    const spent = this.#clock.now() - this.#since
    this.#since = undefined
    leave()
    this.#total += spent
    this.#attempt += spent
    this.#inPhase += spent
  }

  /** Time that passed between attempts. */
  addTotal(milliseconds: number): void {
    this.#total += milliseconds
  }

  /** The attempt is over; no timer is left. */
  stop(): void {
    this.pause()
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(now: number, at: number): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    if (at === Number.POSITIVE_INFINITY) return
    this.#timerAt = at
    this.#timer = this.#clock.setTimeout(() => this.#look(), Math.min(Math.max(0, at - now), longestTimer))
    unref(this.#timer)
  }

  #look(): void {
    this.#timer = undefined
    if (this.#since === undefined) return
    const now = this.#clock.now()
    const at = this.#since + this.#patience()
    if (at - now > 0.5) return this.#arm(now, at)
    const kind = this.#spentKind()
    this.stop()
    this.#onExpire(expired(kind, this.#phase, this.#limits))
  }

  /** What the tightest clock has left. */
  #patience(): number {
    return Math.min(
      this.#limits.total - this.#total,
      this.#limits.attempt - this.#attempt,
      this.#phaseLimit() - this.#inPhase,
    )
  }

  #phaseLimit(): number {
    if (this.#phase === 'body') return Number.POSITIVE_INFINITY
    return this.#phase === 'trailer' ? Math.min(this.#limits.trailer, this.#limits.idle) : this.#limits[this.#phase]
  }

  #spentKind(): TimeoutKind {
    const patience = this.#patience()
    if (this.#limits.total - this.#total <= patience) return 'total'
    if (this.#limits.attempt - this.#attempt <= patience) return 'attempt'
    if (this.#phase === 'body') return 'total'
    return this.#phase === 'trailer' ? 'idle' : this.#phase
  }
}

/** The system's time, counted on even when somebody sets the clock. */
export const steadyClock: Clock = Object.freeze<Clock>({ ...systemClock, now: () => performance.now() })

const longestTimer = 2 ** 31 - 1

function expired(kind: TimeoutKind, phase: Phase, limits: ResolvedTimeouts): APITimeoutError {
  const allowed = limits[kind]
  const waited: Record<TimeoutKind, string> = {
    total: `The request took longer than ${allowed} ms in all`,
    attempt: `One attempt took longer than ${allowed} ms`,
    connect: `No connection within ${allowed} ms`,
    headers: `No response headers within ${allowed} ms`,
    firstEvent: `No first event within ${allowed} ms after the headers`,
    idle: `No event within ${allowed} ms after the last one`,
  }
  const where = kind === 'total' || kind === 'attempt' ? `, while waiting for ${awaited[phase]}` : ''
  return new APITimeoutError(kind, allowed, `${waited[kind]}${where} (option \`timeout.${kind}\`)`)
}

const awaited: Readonly<Record<Phase, string>> = {
  connect: 'the connection',
  headers: 'the response headers',
  firstEvent: 'the first event',
  idle: 'the next event',
  body: 'the body',
  trailer: 'the end of the stream',
}
