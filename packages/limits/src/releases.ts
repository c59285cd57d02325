// Notifications of released units over one connection for all keys, opened when a call first waits.
import { systemClock } from '@toolloop/wire'
import type { ReleaseListener, Subscription } from './store.ts'
import { inTime } from './wake.ts'

/** Opens a connection that calls `onMessage` with `key id,id,…` for each release, and `onLost` when it has broken. */
export type OpenChannel = (onMessage: (message: string) => void, onLost: () => void) => Promise<Channel>

export interface Channel {
  close(): void
}

/** Milliseconds without a waiting call, after which the connection is closed. */
const linger = 5_000
/** Milliseconds after which a connection that does not open is given up. */
const openLimit = 5_000

export class Releases {
  readonly #open: OpenChannel
  readonly #listeners = new Map<string, Set<ReleaseListener>>()
  #channel: Promise<Channel | undefined> | undefined
  #idle: ReturnType<typeof setTimeout> | undefined

  constructor(open: OpenChannel) {
    this.#open = open
  }

  /** Not live where no connection could be opened, and when it has broken: the caller subscribes again then. */
  async subscribe(key: string, listener: ReleaseListener): Promise<Subscription> {
    clearTimeout(this.#idle)
    const ofKey = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, ofKey.add(listener))
    const opened = this.#connected()
    await opened
    return {
      isLive: () => this.#channel === opened,
      close: () => {
        ofKey.delete(listener)
        if (ofKey.size === 0 && this.#listeners.get(key) === ofKey) this.#listeners.delete(key)
        if (this.#listeners.size === 0) this.#closeLater()
      },
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const channel = this.#channel
    this.#channel = undefined
    ;(await channel)?.close()
  }

  #closeLater(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), linger)
    this.#idle.unref?.()
  }

  #connected(): Promise<Channel | undefined> {
    if (this.#channel) return this.#channel
    let opened: Promise<Channel | undefined> | undefined
    const lost = (): void => {
      if (opened === undefined || this.#channel !== opened) return
      this.#channel = undefined
      // Those who wait look at the store, and subscribe again.
      for (const ofKey of this.#listeners.values()) for (const listener of ofKey) listener()
    }
    const onMessage = (message: string): void => {
      const [key = '', ids = ''] = message.split(' ')
      for (const listener of this.#listeners.get(key) ?? []) listener(ids.split(','))
    }
    const opening = this.#open(onMessage, lost)
    opened = inTime(systemClock, opening, openLimit).catch(() => {
      opening.then((late) => late.close()).catch(() => {})
      if (this.#channel === opened) this.#channel = undefined
      return undefined
    })
    this.#channel = opened
    return opened
  }
}
