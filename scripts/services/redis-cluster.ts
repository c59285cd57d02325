// A Redis cluster of its own: three servers on loopback, which hold a third of the keys each.
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './postgres.ts'
import { programOf, type Redis, redisMissing, startRedis } from './redis.ts'

export interface RedisCluster {
  readonly nodes: readonly Redis[]
  /** Ends the servers and deletes their folders. */
  stop(): Promise<void>
}

const cli = programOf('redis-cli', 'valkey-cli')

/** Why there is no cluster here, as one sentence. */
export const redisClusterMissing: string | undefined =
  redisMissing ?? (cli === undefined ? 'Skipped: there is no `redis-cli` here, which makes a cluster.' : undefined)

const timeLimit = 30_000
const command = (args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(cli!, args, { timeout: timeLimit })

/** A node serves keys a moment after it has learned of the others. */
async function isReady(port: number): Promise<void> {
  const until = performance.now() + timeLimit
  for (;;) {
    const { stdout } = await command(['-p', String(port), 'cluster', 'info'])
    if (stdout.includes('cluster_state:ok')) return
    if (performance.now() > until) throw new Error(`The node on port ${port} is not ready:\n${stdout}`)
    await sleep(50)
  }
}

/** Resolves when every node knows where each key is, after some seconds. @throws where `redisClusterMissing` says why */
export async function startRedisCluster(): Promise<RedisCluster> {
  if (cli === undefined) throw new Error(redisClusterMissing)
  const nodes = await Promise.all(
    [1, 2, 3].map(async () =>
      startRedis([
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        String(await freePort()),
        '--cluster-node-timeout',
        '2000',
      ]),
    ),
  )
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())))
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
    await command(['--cluster', 'create', ...addresses, '--cluster-yes'])
    for (const { port } of nodes) await isReady(port)
    return { nodes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
