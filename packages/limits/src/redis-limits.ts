// Limits in Redis.
import { channelOf, type RedisClient, type Script, script } from './redis-client.ts'
import { Releases } from './releases.ts'
import { renewScript, reserveScript, settleScript } from './redis-scripts.ts'
import { knownFor, lasting, type LimitStore, releases, storedKey } from './store.ts'

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
  const call = (text: string): Script => {
    const run = script(client, text)
    return (keys, values) => run(keys, values).catch((error: unknown) => Promise.reject(lasting(error, isLasting)))
  }
  const reserve = call(reserveScript)
  const settle = call(settleScript)
  const renew = call(renewScript)
  const notifications = new Releases(channelOf(client, channel))
  // The braces keep all keys of a limit on one node of a cluster.
  const keysOf = (key: string, ...ids: readonly string[]): string[] =>
    [...parts, ...ids.map((id) => `call:${id}`)].map((part) => `${prefix}:{${storedKey(key)}}:${part}`)
  return {
    async reserve({ key, id, tokens, limits }) {
      const { concurrency, delivery, lease, requests, slot, window } = limits
      const numbers = [tokens, requests, limits.tokens, concurrency, window, slot, delivery, lease, knownFor(limits)]
      const [wait, freeAt] = (await reserve(keysOf(key, id), [id, ...numbers.map(String)])) as [string, string]
      return { wait: Number(wait), freeAt: Number(freeAt) }
    },
    async settle(settlement) {
      const { coolDown, countsUntil, id, key, limits, tokens, used } = settlement
      const numbers = [tokens, countsUntil, used, coolDown, limits.window, limits.slot, knownFor(limits)]
      const notifies = releases(settlement) ? '1' : '0'
      await settle(keysOf(key, id), [id, ...numbers.map(String), notifies, channel, storedKey(key)])
    },
    async renew(key, ids, lease) {
      await renew(keysOf(key, ...ids), [String(lease), ...ids])
    },
    onRelease: (key, listener) => notifications.subscribe(storedKey(key), listener),
    close: () => notifications.close(),
  }
}

const parts = ['used', 'running', 'waiting', 'cool']

/** Missing rights, a key of another program, a server that knows no scripts. Not a replica, which may become the primary. */
const isLasting = ({ message }: Error): boolean =>
  /^(NOPERM|NOAUTH|WRONGPASS|WRONGTYPE|CROSSSLOT|ERR unknown command)/.test(message)
