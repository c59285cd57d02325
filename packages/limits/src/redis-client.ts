// The clients of Redis, in the form that the limits use.
import { UsageError } from '@toolloop/wire'
import { clientClass } from './client-class.ts'
import type { OpenChannel } from './releases.ts'

/** A connected client of the package `redis`: what `createClient()` or `createCluster()` returns. */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** A client of its own for notifications: a connection that subscribes can do nothing else. */
  duplicate(): NodeRedisSubscriber
}

export interface NodeRedisSubscriber {
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  on(event: string, listener: (error: unknown) => void): unknown
  destroy?(): void
  /** In place of `destroy` in version 4. */
  disconnect?(): unknown
  unref?(): void
}

/** A `Redis` or `Cluster` of the package `ioredis` or `iovalkey`. */
export interface IoRedisClient {
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  duplicate(): IoRedisSubscriber
}

export interface IoRedisSubscriber {
  subscribe(channel: string): Promise<unknown>
  on(event: string, listener: (...values: string[]) => void): unknown
  disconnect(): void
  /** The socket. */
  readonly stream?: { unref?(): void } | undefined
}

export type RedisClient = NodeRedisClient | IoRedisClient

/** @throws UsageError for another client */
export function checkRedisClient(client: unknown): void {
  const { eval: run, evalSha, evalsha } = (client ?? {}) as Partial<Record<string, unknown>>
  if (typeof run === 'function' && (typeof evalSha === 'function' || typeof evalsha === 'function')) return
  throw new UsageError(
    `redisLimits() needs a client of the package \`redis\`, \`ioredis\` or \`iovalkey\`. Got ${clientClass(client)}.`,
  )
}

/** Runs a script by its hash, and sends its text to a server that has not seen it. */
export type Script = (keys: readonly string[], values: readonly string[]) => Promise<unknown>

export function script(client: RedisClient, text: string): Script {
  const { byHash, byText } = callsOf(client)
  let hash: Promise<string> | undefined
  return async (keys, values) => {
    try {
      return await byHash(await (hash ??= sha1(text)), keys, values)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await byText(text, keys, values)
    }
  }
}

type Call = (script: string, keys: readonly string[], values: readonly string[]) => Promise<unknown>

const callsOf = (client: RedisClient): { readonly byHash: Call; readonly byText: Call } =>
  isIoRedis(client)
    ? {
        byHash: (sha, keys, values) => client.evalsha(sha, keys.length, ...keys, ...values),
        byText: (text, keys, values) => client.eval(text, keys.length, ...keys, ...values),
      }
    : {
        byHash: (sha, keys, values) => client.evalSha(sha, { keys: [...keys], arguments: [...values] }),
        byText: (text, keys, values) => client.eval(text, { keys: [...keys], arguments: [...values] }),
      }

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Opens a connection of its own that gets the messages of a channel. */
export const channelOf = (client: RedisClient, channel: string): OpenChannel =>
  isIoRedis(client) ? ioRedisChannel(client, channel) : nodeRedisChannel(client, channel)

const isIoRedis = (client: RedisClient): client is IoRedisClient => 'evalsha' in client

const nodeRedisChannel =
  (client: NodeRedisClient, channel: string): OpenChannel =>
  async (onMessage, onLost) => {
    const subscriber = client.duplicate()
    let isOpen = true
    const end = async (): Promise<void> => {
      if (!isOpen) return
      isOpen = false
      try {
        await (subscriber.destroy ? subscriber.destroy() : subscriber.disconnect?.())
      } catch {
        // It was not connected.
      }
    }
    try {
      subscriber.on('error', () => {
        void end()
        onLost()
      })
      await subscriber.connect()
      await subscriber.subscribe(channel, onMessage)
      subscriber.unref?.()
      return { close: () => void end() }
    } catch (error) {
      void end()
      throw error
    }
  }

const ioRedisChannel =
  (client: IoRedisClient, channel: string): OpenChannel =>
  async (onMessage, onLost) => {
    const subscriber = client.duplicate()
    let isOpen = true
    const end = (): void => {
      if (isOpen) subscriber.disconnect()
      isOpen = false
    }
    // It would connect again by itself; what was published meanwhile would be lost.
    for (const event of ['error', 'close'])
      subscriber.on(event, () => {
        end()
        onLost()
      })
    subscriber.on('message', (_channel, message = '') => onMessage(message))
    try {
      await subscriber.subscribe(channel)
      subscriber.stream?.unref?.()
      return { close: end }
    } catch (error) {
      end()
      throw error
    }
  }
