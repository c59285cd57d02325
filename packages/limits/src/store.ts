// What a store of shared limits does. Each operation is one round trip, and one atomic step on the counts of a key. Clients may
// send it again when a connection breaks before the answer: the second time it changes nothing, and answers the same.

/** Whole numbers; what is not bounded is `Number.MAX_SAFE_INTEGER`. */
export interface WindowLimits {
  /** Calls that may start in a window. */
  readonly requests: number
  /** Tokens of a window. */
  readonly tokens: number
  /** Calls that may run at the same time. */
  readonly concurrency: number
  /** Milliseconds of the window. */
  readonly window: number
  /** Milliseconds. What arrives in the same slot is counted together, until a window after the slot's end. */
  readonly slot: number
  /** Milliseconds that a request may take to arrive at its server. */
  readonly delivery: number
  /** Milliseconds for which a call counts as running, and a ticket as waiting, without being renewed. */
  readonly lease: number
}

export interface Reservation {
  readonly key: string
  /** Identifies the call. A second reservation with the same id takes nothing more, also when the call has been settled. */
  readonly id: string
  /** The tokens that the call is expected to use. */
  readonly tokens: number
  readonly limits: WindowLimits
}

export interface ReservationAnswer {
  /**
   * 0: the units are reserved, and the call may start. Otherwise milliseconds until it fits if nothing is released earlier;
   * the call has a ticket in the queue of the key until then, and must reserve again within `lease`.
   */
  readonly wait: number
  /**
   * Milliseconds since 1970 by the store's clock, at which the reserved units are free again if the request arrives as late
   * as it may: in the last millisecond of a slot. 0 where nothing is reserved, or the store no longer knows.
   */
  readonly freeAt: number
}

/** The end of a call, or of waiting for it. A second settlement of the same id changes nothing. */
export interface Settlement {
  readonly key: string
  readonly id: string
  /** Tokens that were reserved. */
  readonly tokens: number
  /** When the units are free again, as the request has arrived by now: `freeAt` or earlier. 0: no request was sent. */
  readonly countsUntil: number
  /** Tokens that were used. More than were reserved count from now on. */
  readonly used: number
  /** Milliseconds in which no call of the key starts, in any process. 0: none. */
  readonly coolDown: number
  readonly limits: WindowLimits
}

/**
 * The counts of all keys. Times are those of the store's clock.
 * @throws any error where the store cannot be reached; one with `retryable: false` where waiting does not help
 */
export interface LimitStore {
  /** Reserves one request, the tokens and one running call, or nothing. What earlier tickets wait for is set aside for them. */
  reserve(reservation: Reservation): Promise<ReservationAnswer>
  settle(settlement: Settlement): Promise<void>
  /** Extends the leases of running calls, also those that had run out, and not of settled ones. `lease` in milliseconds. */
  renew(key: string, ids: readonly string[], lease: number): Promise<void>
  /**
   * Calls the listener when units of the key are released in any process, with the ids of the calls that should look: the
   * first two that wait, and those behind them for whom the released tokens may suffice. Without ids, all should look.
   * Resolves when it is in force; it is not live where the store cannot notify, so that waiting calls have to look by time.
   */
  onRelease(key: string, listener: ReleaseListener): Promise<Subscription>
  /** Ends the connection for notifications. The client or the pool stays open: it is the caller's. */
  close(): Promise<void>
}

export type ReleaseListener = (ids?: readonly string[]) => void

export interface Subscription {
  isLive(): boolean
  close(): void
}

export const unlimited: number = Number.MAX_SAFE_INTEGER

/** Whether a settlement frees units before their time, so that those who wait should look. */
export const releases = ({ countsUntil, limits, tokens, used }: Settlement): boolean =>
  countsUntil === 0 || used < tokens || limits.concurrency < unlimited

/** Milliseconds for which a store knows a call by its id, from its reservation and from its settlement on. */
export const knownFor = ({ delivery, lease, window }: WindowLimits): number => 2 * (window + lease) + delivery

/** Marks an error of a store after which waiting does not help. */
export function lasting(error: unknown, isLasting: (error: Error & { readonly code?: unknown }) => boolean): unknown {
  return error instanceof Error && isLasting(error) ? Object.assign(error, { retryable: false }) : error
}

/** A key as the databases hold it: no braces, no control characters. */
export const storedKey = (key: string): string => encodeURIComponent(key.toWellFormed())

/** The most calls that one release wakes. */
export const wokenAtOnce = 50
