// The side channel from workers to clients over LISTEN and NOTIFY: wakes readers, and carries progress. Best effort.
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunEvent } from '@toolloop/core'
import type { ProgressBatch } from '@toolloop/engine'
import type { Client, Notification } from 'pg'
import { channelOf, type RunsPool } from './database.ts'

/** A payload of NOTIFY has less than 8000 bytes. */
const mostCharacters = 7500
/** Events that wait for Postgres; more are dropped. */
const mostPending = 2000

/**
 * Postgres writes a commit record for NOTIFY, and syncs it while no other NOTIFY can commit. Nothing here needs to be
 * durable, so that this transaction does not wait for the disk; the steps of runs do, as the server is configured.
 */
const notify = `SELECT pg_notify(channel, piece)
  FROM set_config('synchronous_commit', 'off', true), unnest($1::text[], $2::text[]) AS all_of(channel, piece)`

interface Pending {
  isSettled: boolean
  readonly batches: { readonly after: number; readonly events: RunEvent[] }[]
}

/** Sends what happened in the last milliseconds with one query for all runs of the worker. */
export class Publisher {
  readonly #pool: RunsPool
  readonly #pause: number
  #pending = new Map<string, Pending>()
  #count = 0
  #isFlushing = false
  #messages = 0

  constructor(pool: RunsPool, pause = 20) {
    this.#pool = pool
    this.#pause = pause
  }

  /** Readers of the run look for new facts; `isSettled`: it has ended, has paused, or has taken a command. */
  wake(runId: string, isSettled = false): void {
    const pending = this.#of(runId)
    pending.isSettled ||= isSettled
  }

  progress(runId: string, after: number, event: RunEvent): void {
    if (this.#count >= mostPending) return
    this.#count++
    const { batches } = this.#of(runId)
    const last = batches.at(-1)
    if (last?.after === after) last.events.push(event)
    else batches.push({ after, events: [event] })
  }

  #of(runId: string): Pending {
    let pending = this.#pending.get(runId)
    if (!pending) this.#pending.set(runId, (pending = { isSettled: false, batches: [] }))
    if (!this.#isFlushing) void this.#flush()
    return pending
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true
    await sleep(this.#pause)
    const pending = this.#pending
    this.#pending = new Map()
    this.#count = 0
    const messages = [...pending].flatMap(([runId, { isSettled, batches }]) =>
      [...piecesOf(batches, `${process.pid}.${this.#messages++}`), isSettled ? 'settled' : 'facts'].map(
        (piece) => [channelOf(this.#pool.schema, runId), piece] as const,
      ),
    )
    try {
      await this.#pool.query(notify, [messages.map(([channel]) => channel), messages.map(([, piece]) => piece)])
    } catch {
      // Postgres is away: readers look at the run by themselves from time to time.
    }
    this.#isFlushing = false
    if (this.#pending.size > 0) void this.#flush()
  }
}

/** `ID INDEX COUNT PART`, in plain ASCII, so that characters are bytes. */
function piecesOf(batches: readonly ProgressBatch[], id: string): readonly string[] {
  if (batches.length === 0) return []
  const text = JSON.stringify(batches).replaceAll(
    /[\u0080-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const count = Math.ceil(text.length / mostCharacters)
  return Array.from(
    { length: count },
    (_, index) => `${id} ${index} ${count} ${text.slice(index * mostCharacters, (index + 1) * mostCharacters)}`,
  )
}

/** What a reader hears of a run. */
export type Heard = 'facts' | 'settled' | readonly ProgressBatch[]
type Listener = (heard: Heard) => void

/** Methods of `pg` that its types lack. */
interface Holding {
  ref?(): void
  unref?(): void
}

/** One connection that listens for all runs which this client reads. */
export class Subscriber {
  readonly #schema: string
  readonly #connect: () => Promise<Client>
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #parts = new Map<string, string[]>()
  #client: Client | undefined
  /** Changes of what is listened for, one after the other. */
  #work: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(schema: string, connect: () => Promise<Client>) {
    this.#schema = schema
    this.#connect = connect
  }

  /** Resolves when nothing is missed from now on, or when Postgres is away; with a function that ends it. */
  async listen(runId: string, listener: Listener): Promise<() => void> {
    const channel = channelOf(this.#schema, runId)
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    if (listeners.size === 1) this.#change(channel)
    await this.#work
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      if (this.#listeners.get(channel) === listeners) this.#listeners.delete(channel)
      this.#change(channel)
    }
  }

  get isConnected(): boolean {
    return this.#client !== undefined
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#work
    await this.#client?.end().catch(() => {})
  }

  /** Listens for a channel if there are listeners for it. Names of channels are of `channelOf`: nothing to escape. */
  #change(channel: string): void {
    this.#work = this.#work
      .then(async () => {
        if (this.#isClosed) return
        if (!this.#client) return await this.#open()
        this.#hold(this.#client)
        await this.#client.query(`${this.#listeners.has(channel) ? 'LISTEN' : 'UNLISTEN'} ${channel}`)
      })
      .catch(() => {}) // readers look at their runs from time to time
  }

  async #open(): Promise<void> {
    const client = await this.#connect()
    client.on('error', () => {}) // `end` follows
    client.once('end', () => {
      if (this.#client === client) this.#client = undefined
      if (!this.#isClosed && this.#listeners.size > 0) void this.#reopen()
    })
    client.on('notification', (notification) => this.#hear(notification))
    this.#client = client
    this.#hold(client)
    for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${channel}`)
  }

  /** The connection keeps the process alive only while there are readers. */
  #hold(client: Client & Holding): void {
    if (this.#listeners.size > 0) client.ref?.()
    else client.unref?.()
  }

  async #reopen(): Promise<void> {
    while (!this.#client && !this.#isClosed && this.#listeners.size > 0) {
      await sleep(500)
      this.#work = this.#work.then(() => (this.#client || this.#isClosed ? undefined : this.#open())).catch(() => {})
      await this.#work
    }
    // Something may have been missed meanwhile.
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener('settled')
  }

  #hear({ channel, payload = '' }: Notification): void {
    const heard = payload === 'facts' || payload === 'settled' ? payload : this.#whole(payload)
    if (heard) for (const listener of this.#listeners.get(channel) ?? []) listener(heard)
  }

  #whole(payload: string): readonly ProgressBatch[] | undefined {
    const [, id, index, count, part] = /^(\S+) (\d+) (\d+) (.*)$/s.exec(payload) ?? []
    if (id === undefined || part === undefined) return undefined
    const parts = this.#parts.get(id) ?? []
    // A message of which a part is missing does not count.
    if (parts.length !== Number(index)) return void this.#parts.delete(id)
    parts.push(part)
    if (parts.length < Number(count)) return void this.#parts.set(id, parts)
    this.#parts.delete(id)
    return JSON.parse(parts.join('')) as ProgressBatch[]
  }
}
