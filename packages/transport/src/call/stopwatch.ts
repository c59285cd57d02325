// The six clocks of a request. They run while the consumer waits for data, and stop while it processes data.
import { type Clock, systemClock } from '@toolloop/wire'
import { APITimeoutError, type TimeoutKind } from '../errors/classes.ts'
import type { ResolvedTimeouts } from '../request/timeouts.ts'
import { beginWait, endWait, unref } from './presence.ts'

/** What the request waits for. */
export type Phase = Exclude<TimeoutKind, 'total' | 'attempt'> | 'body' | 'trailer'

/** Measures one request. `onExpire` is called at most once per attempt, during a wait. */
export class Stopwatch {
  readonly #limits: ResolvedTimeouts
  readonly #onExpire: (error: APITimeoutError) => void
  #phase: Phase = 'connect'
  #total = 0
  #attempt = 0
  #inPhase = 0
  #since: number | undefined
  #pausedAt = Number.NEGATIVE_INFINITY
  readonly #clock: Clock
  #timer: unknown
  #timerAt = 0
  /** The timer fired late, and fires once more behind what came meanwhile. */
  #wasLate = false

  constructor(limits: ResolvedTimeouts, clock: Clock, onExpire: (error: APITimeoutError) => void) {
    this.#limits = limits
    this.#clock = clock
    this.#onExpire = onExpire
  }

  /** Milliseconds until the total timeout. */
  get left(): number {
    return this.#limits.total - this.#total
  }

  /** Starts an attempt with the wait for its connection. */
  startAttempt(): void {
    this.#attempt = 0
    this.#phase = 'connect'
    this.#inPhase = 0
    this.wait()
  }

  /** Enters the next phase, inside or outside a wait. */
  enter(phase: Phase): void {
    const waiting = this.#since !== undefined
    if (waiting) this.pause()
    this.#phase = phase
    this.#inPhase = 0
    if (waiting) this.wait()
  }

  /**
   * Starts or continues a wait: the clocks run, also while received bytes are decoded. Checks them here too, because a
   * server that sends without a pause leaves timers no turn.
   */
  wait(): void {
    const now = this.#clock.now()
    if (this.#since === undefined) {
      // A short absence counts as waiting: otherwise a flood that is consumed at once would never time out.
      if (now - this.#pausedAt < shortAbsence) this.#spend(now - this.#pausedAt)
      this.#since = now
      beginWait()
    }
    const at = this.#since + this.#remaining()
    if (at <= now) return this.#expire()
    if (at >= this.#timerAt && this.#timer !== undefined) return
    this.#arm(now, at)
  }

  /** Ends a wait: the clocks stop. The timer stays armed; when it fires it checks the clocks. */
  pause(): void {
    if (this.#since === undefined) return
    const now = this.#clock.now()
    this.#spend(now - this.#since)
    this.#since = undefined
    this.#pausedAt = now
    endWait()
  }

  /** Adds time that passed between attempts. */
  addTotal(milliseconds: number): void {
    this.#total += milliseconds
  }

  /** Ends an attempt and clears its timer. */
  stop(): void {
    this.pause()
    this.#pausedAt = Number.NEGATIVE_INFINITY
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #spend(milliseconds: number): void {
    this.#total += milliseconds
    this.#attempt += milliseconds
    this.#inPhase += milliseconds
  }

  #arm(now: number, at: number): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    if (at === Number.POSITIVE_INFINITY) return
    this.#timerAt = at
    this.#timer = this.#clock.setTimeout(() => this.#check(), Math.min(Math.max(0, at - now), longestTimer))
    unref(this.#timer)
  }

  #check(): void {
    const again = this.#wasLate
    this.#wasLate = false
    this.#timer = undefined
    if (this.#since === undefined) return
    const now = this.#clock.now()
    const at = this.#since + this.#remaining()
    if (at - now > 0.5) return this.#arm(now, at)
    if (again || now - at < lateness) return this.#expire()
    // The process was busy: what came in time may wait in the socket, and is read before the next timer.
    this.#wasLate = true
    this.#arm(now, now)
  }

  #expire(): void {
    const kind = this.#spentKind()
    this.stop()
    this.#onExpire(expired(kind, this.#phase, this.#limits))
  }

  /** Milliseconds until the first clock runs out, as of the start of the wait. */
  #remaining(): number {
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
    const remaining = this.#remaining()
    if (this.#limits.total - this.#total <= remaining) return 'total'
    if (this.#limits.attempt - this.#attempt <= remaining) return 'attempt'
    if (this.#phase === 'body') return 'total'
    return this.#phase === 'trailer' ? 'idle' : this.#phase
  }
}

/** Milliseconds below which the consumer's time counts as waiting. */
const shortAbsence = 20
/** Milliseconds behind its time at which a timer shows that the process was busy. */
const lateness = 20

/** The system clock with monotonic time: setting the wall clock does not change it. */
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
  const where = kind === 'total' || kind === 'attempt' ? `, while waiting for ${phaseNames[phase]}` : ''
  return new APITimeoutError(kind, allowed, `${waited[kind]}${where} (option \`timeout.${kind}\`)`)
}

const phaseNames: Readonly<Record<Phase, string>> = {
  connect: 'the connection',
  headers: 'the response headers',
  firstEvent: 'the first event',
  idle: 'the next event',
  body: 'the body',
  trailer: 'the end of the stream',
}
