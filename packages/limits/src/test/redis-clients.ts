// The clients of Redis that the limits work with, for tests.
import { Cluster, Redis } from 'ioredis'
import * as iovalkey from 'iovalkey'
import { createClient, createCluster } from 'redis'
import { startRedisCluster } from '../../../../scripts/services/redis-cluster.ts'
import { startRedis } from '../../../../scripts/services/redis.ts'
import type { RedisClient } from '../index.ts'

/** One server, or the nodes of a cluster. */
export interface Servers {
  readonly ports: readonly number[]
  stop(): Promise<void>
}

export interface OpenClient {
  readonly client: RedisClient
  close(): void
}

export interface ClientKind {
  readonly name: string
  readonly isCluster: boolean
  open(servers: Servers): Promise<OpenClient>
}

const host = '127.0.0.1'
const quiet = (): void => {} // it connects again by itself

export const startOne = async (): Promise<Servers> => {
  const server = await startRedis()
  return { ports: [server.port], stop: () => server.stop() }
}

export const startThree = async (): Promise<Servers> => {
  const cluster = await startRedisCluster()
  return { ports: cluster.nodes.map(({ port }) => port), stop: () => cluster.stop() }
}

export const clientKinds: readonly ClientKind[] = [
  {
    name: '`createClient()` of redis',
    isCluster: false,
    async open({ ports: [port] }) {
      const client = createClient({ socket: { host, port: port! } })
      client.on('error', quiet)
      await client.connect()
      return { client, close: () => client.destroy() }
    },
  },
  {
    name: '`createCluster()` of redis',
    isCluster: true,
    async open({ ports }) {
      const client = createCluster({ rootNodes: ports.map((port) => ({ socket: { host, port } })) })
      client.on('error', quiet)
      await client.connect()
      return { client, close: () => client.destroy() }
    },
  },
  {
    name: '`Redis` of ioredis',
    isCluster: false,
    async open({ ports: [port] }) {
      const client = new Redis({ host, port: port! }).on('error', quiet)
      return { client, close: () => client.disconnect() }
    },
  },
  {
    name: '`Cluster` of ioredis',
    isCluster: true,
    async open({ ports }) {
      const client = new Cluster(ports.map((port) => ({ host, port }))).on('error', quiet)
      return { client, close: () => client.disconnect() }
    },
  },
  {
    name: '`Redis` of iovalkey',
    isCluster: false,
    async open({ ports: [port] }) {
      const client = new iovalkey.Redis({ host, port: port! }).on('error', quiet)
      return { client, close: () => client.disconnect() }
    },
  },
  {
    name: '`Cluster` of iovalkey',
    isCluster: true,
    async open({ ports }) {
      const client = new iovalkey.Cluster(ports.map((port) => ({ host, port }))).on('error', quiet)
      return { client, close: () => client.disconnect() }
    },
  },
]

/** Sends a command to each server. */
export async function toEach({ ports }: Servers, ...command: string[]): Promise<void> {
  for (const port of ports) {
    const client = createClient({ socket: { host, port } })
    await client.connect()
    await client.sendCommand(command)
    await client.close()
  }
}
