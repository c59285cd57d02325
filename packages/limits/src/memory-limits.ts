// Limits within one process: for tests and development, and for one process alone.
import { type Clock, systemClock } from '@toolloop/wire'
import {
  knownFor,
  type LimitStore,
  type ReleaseListener,
  releases,
  type Reservation,
  type ReservationAnswer,
  type Settlement,
  type WindowLimits,
  wokenAtOnce,
} from './store.ts'

export interface MemoryLimitsOptions {
  /** @default the system's */
  readonly clock?: Clock | undefined
}

interface Ticket {
  readonly tokens: number
  /** Until when it waits, or is known. */
  readonly until: number
}

interface Amount {
  requests: number
  tokens: number
}

/** What is known of a call by its id. */
interface Known extends Ticket {
  /** Of its reservation; 0 when it has been settled. */
  readonly freeAt: number
}

interface Counts {
  /** Of calls that have ended, by the time at which the units are free again. */
  readonly used: Map<number, Amount>
  /** Of calls that run, by the latest such time: when they end, it may turn out to be earlier. */
  readonly reserved: Map<number, Amount>
  /** Running calls: id → the end of the lease. */
  readonly running: Map<string, number>
  /** In order of arrival. */
  readonly waiting: Map<string, Ticket>
  /** By id, so that an operation that is sent again changes nothing. */
  readonly known: Map<string, Known>
  coolUntil: number
}

/** Shared by all limits of the process that use this store. The two other stores count in the same way. */
export function memoryLimits({ clock = systemClock }: MemoryLimitsOptions = {}): LimitStore {
  const keys = new Map<string, Counts>()
  const listeners = new Map<string, Set<ReleaseListener>>()
  const now = (): number => Math.floor(clock.now())
  let sweepAt = 1_000
  const countsOf = (key: string): Counts => {
    const known = keys.get(key)
    if (known) return known
    if (keys.size >= sweepAt) {
      for (const [other, counts] of keys) if (isIdle(counts, now())) keys.delete(other)
      sweepAt = Math.max(1_000, keys.size * 2)
    }
    const counts: Counts = {
      used: new Map(),
      reserved: new Map(),
      running: new Map(),
      waiting: new Map(),
      known: new Map(),
      coolUntil: 0,
    }
    keys.set(key, counts)
    return counts
  }
  return {
    reserve: async (reservation) => reserve(countsOf(reservation.key), reservation, now()),
    settle: async (settlement) => {
      const counts = countsOf(settlement.key)
      if (settle(counts, settlement, now()) && counts.waiting.size > 0 && releases(settlement))
        for (const listener of listeners.get(settlement.key) ?? []) listener(woken(counts, settlement))
    },
    renew: async (key, ids, lease) => {
      const { known, running } = countsOf(key)
      for (const id of ids) if (known.get(id)?.freeAt !== 0) running.set(id, now() + lease)
    },
    onRelease: async (key, listener) => {
      const ofKey = listeners.get(key) ?? new Set()
      listeners.set(key, ofKey.add(listener))
      return {
        isLive: () => true,
        close: () => {
          ofKey.delete(listener)
          if (ofKey.size === 0 && listeners.get(key) === ofKey) listeners.delete(key)
        },
      }
    },
    close: async () => {},
  }
}

function isIdle(counts: Counts, now: number): boolean {
  dropExpired(counts, now)
  const { coolUntil, known, reserved, running, used, waiting } = counts
  return used.size + reserved.size + running.size + waiting.size + known.size === 0 && coolUntil <= now
}

function dropExpired({ known, reserved, running, used, waiting }: Counts, now: number): void {
  for (const slots of [used, reserved]) for (const [freeAt] of slots) if (freeAt <= now) slots.delete(freeAt)
  for (const [id, until] of running) if (until <= now) running.delete(id)
  for (const [id, { until }] of waiting) if (until <= now) waiting.delete(id)
  for (const [id, { until }] of known) {
    if (until > now) break // the oldest are first
    known.delete(id)
  }
}

function reserve(counts: Counts, { id, tokens, limits }: Reservation, now: number): ReservationAnswer {
  dropExpired(counts, now)
  const { known, running, waiting } = counts
  const before = known.get(id)
  if (running.has(id) || before?.freeAt === 0) return { wait: 0, freeAt: before?.freeAt ?? 0 }
  if (before) free(counts, before) // its lease has run out, so it has not started: it reserves anew
  known.delete(id)

  const need: Amount = { requests: 1, tokens }
  for (const [one, ahead] of waiting) {
    if (one === id) break
    need.requests++
    need.tokens += ahead.tokens
  }
  const wait = Math.max(
    counts.coolUntil - now,
    untilRoom(counts, need, limits, now),
    untilPlace(counts, need, limits, now),
  )
  if (wait > 0) {
    waiting.set(id, { tokens, until: now + limits.lease }) // a ticket that is there keeps its place
    return { wait, freeAt: 0 }
  }
  waiting.delete(id)
  running.set(id, now + limits.lease)
  const freeAt = freeAfter(now + limits.delivery, limits)
  add(counts.reserved, freeAt, 1, tokens)
  known.set(id, { freeAt, tokens, until: now + knownFor(limits) })
  return { wait: 0, freeAt }
}

/** Whether it is the first settlement of the call. */
function settle(counts: Counts, settlement: Settlement, now: number): boolean {
  const { coolDown, countsUntil, id, limits, tokens, used } = settlement
  const before = counts.known.get(id)
  if (before?.freeAt === 0) return false
  counts.known.delete(id)
  counts.known.set(id, { freeAt: 0, tokens, until: now + knownFor(limits) })
  counts.running.delete(id)
  counts.waiting.delete(id)
  if (before && free(counts, before) && countsUntil > now)
    add(counts.used, countsUntil, 1, Math.min(before.tokens, used))
  if (used > tokens) add(counts.used, freeAfter(now, limits), 0, used - tokens)
  if (coolDown > 0) counts.coolUntil = Math.max(counts.coolUntil, now + coolDown)
  return true
}

/** Whether the units of a reservation were still counted. */
function free({ reserved }: Counts, { freeAt, tokens }: Known): boolean {
  if (!reserved.has(freeAt)) return false
  add(reserved, freeAt, -1, -tokens)
  return true
}

function woken({ waiting }: Counts, { tokens, used }: Settlement): string[] {
  const ids: string[] = []
  let sum = 0
  for (const [id, ticket] of waiting) {
    if (ids.length >= 2 && (sum >= tokens - used || ids.length >= wokenAtOnce)) break
    ids.push(id)
    sum += ticket.tokens
  }
  return ids
}

function add(slots: Map<number, Amount>, freeAt: number, requests: number, tokens: number): void {
  const counted = slots.get(freeAt) ?? { requests: 0, tokens: 0 }
  counted.requests += requests
  counted.tokens += tokens
  slots.set(freeAt, counted)
}

/** A window after the end of the slot. */
const freeAfter = (time: number, { slot, window }: WindowLimits): number =>
  (Math.floor(time / slot) + 1) * slot + window

/** Milliseconds until enough slots are free again. Calls that run are expected to have arrived at once. */
function untilRoom({ reserved, used }: Counts, need: Amount, limits: WindowLimits, now: number): number {
  let { requests, tokens } = need
  const slots = [...used].map(([freeAt, one]) => ({ ...one, at: freeAt }))
  for (const [freeAt, one] of reserved)
    slots.push({ ...one, at: Math.max(now + limits.slot, freeAt - limits.delivery) })
  for (const one of slots) {
    requests += one.requests
    tokens += one.tokens
  }
  let wait = 0
  for (const one of slots.toSorted((a, b) => a.at - b.at)) {
    if (requests <= limits.requests && tokens <= limits.tokens) break
    requests -= one.requests
    tokens -= one.tokens
    wait = one.at - now
  }
  // What those ahead wait for does not fit into one window: look again when they have had a moment to take it.
  return requests <= limits.requests && tokens <= limits.tokens ? wait : Math.max(wait, limits.slot)
}

/** Milliseconds until enough leases have run out. Calls that end earlier notify. */
function untilPlace({ running }: Counts, need: Amount, limits: WindowLimits, now: number): number {
  const over = running.size + need.requests - limits.concurrency
  if (over <= 0) return 0
  const ends = [...running.values()].toSorted((a, b) => a - b)
  return (ends[Math.min(over, ends.length) - 1] ?? now + limits.lease) - now
}
