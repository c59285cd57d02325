// Limits in Redis or Valkey, through a client of the package `redis`.
import { Releases } from './releases.ts'
import { renewScript, reserveScript, settleScript } from './redis-scripts.ts'
import { type LimitStore, releases, storedKey } from './store.ts'

/** A connected client of the package `redis`: what `createClient()` returns. */
export interface RedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** A client of its own for notifications: a connection that subscribes can do nothing else. */
  duplicate(): RedisSubscriber
}

export interface RedisSubscriber {
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  on(event: string, listener: (error: unknown) => void): unknown
  destroy?(): void
  unref?(): void
}

export interface RedisLimitsOptions {
  /** The beginning of all keys and of the channel. @default 'toolloop' */
  readonly prefix?: string | undefined
}

/**
 * Shared by all processes that use the same server and prefix. Each operation is one script; the clock is the server's.
 * The keys of an idle limit expire.
 */
export function redisLimits(client: RedisClient, { prefix = 'toolloop' }: RedisLimitsOptions = {}): LimitStore {
  const channel = `${prefix}:released`
  const reserve = script(client, reserveScript)
  const settle = script(client, settleScript)
  const renew = script(client, renewScript)
  const notifications = new Releases(async (onMessage, onLost) => {
    const subscriber = client.duplicate()
    const end = (): void => subscriber.destroy?.()
    try {
      subscriber.on('error', () => {
        end()
        onLost()
      })
      await subscriber.connect()
      await subscriber.subscribe(channel, onMessage)
      subscriber.unref?.()
      return { close: end }
    } catch (error) {
      end()
      throw error
    }
  })
  // The braces keep the four keys of a limit on one node of a cluster.
  const keysOf = (key: string): string[] =>
    ['used', 'running', 'waiting', 'cool'].map((part) => `${prefix}:{${storedKey(key)}}:${part}`)
  return {
    async reserve({ key, id, tokens, limits }) {
      const { concurrency, delivery, lease, requests, slot, window } = limits
      const numbers = [tokens, requests, limits.tokens, concurrency, window, slot, delivery, lease]
      const [wait, freeAt] = (await reserve(keysOf(key), [id, ...numbers.map(String)])) as [string, string]
      return { wait: Number(wait), freeAt: Number(freeAt) }
    },
    async settle(settlement) {
      const { coolDown, countsUntil, freeAt, id, key, tokens, used } = settlement
      const { lease, slot, window } = settlement.limits
      const numbers = [freeAt, tokens, countsUntil, used, coolDown, window, slot, lease]
      const notifies = releases(settlement) ? '1' : '0'
      await settle(keysOf(key), [id, ...numbers.map(String), notifies, channel, storedKey(key)])
    },
    async renew(key, ids, lease) {
      await renew(keysOf(key), [String(lease), ...ids])
    },
    onRelease: (key, listener) => notifications.subscribe(storedKey(key), listener),
    close: () => notifications.close(),
  }
}

/** Runs a script by its hash, and sends its text to a server that has not seen it. */
function script(client: RedisClient, text: string): (keys: string[], values: string[]) => Promise<unknown> {
  let hash: Promise<string> | undefined
  return async (keys, values) => {
    const options = { keys, arguments: values }
    try {
      return await client.evalSha(await (hash ??= sha1(text)), options)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await client.eval(text, options)
    }
  }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
