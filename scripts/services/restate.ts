// A Restate server of its own, for tests, benchmarks and examples: the official binary from npm.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Restate {
  /** Where clients send requests. */
  readonly ingress: string
  /** Where workers register. */
  readonly admin: string
  /** Ends the server and deletes its data. */
  stop(): Promise<void>
  /** SIGKILL. The data stays. */
  kill(): Promise<void>
  /** Starts the server again on the same data and ports. Ends it first where it runs. */
  restart(): Promise<void>
}

const timeLimit = 60_000
const program = programPath()

/** Why there is no Restate here, as one sentence; `undefined` where it can be started. */
export const restateMissing: string | undefined = program
  ? undefined
  : `Skipped: @restatedev/restate-server has no binary for ${platform()}-${arch()}; run \`pnpm install\` on Linux or macOS.`

/**
 * Makes a data folder, and resolves when the server is ready. Loopback only, no telemetry. `settings`: more of the server's
 * environment. @throws where `restateMissing` says why
 */
export async function startRestate(settings: Readonly<Record<string, string>> = {}): Promise<Restate> {
  if (!program) throw new Error(restateMissing)
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-restate-'))
  const clean = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clean)
  const [ingress, admin, node] = await freePorts(3)
  const start = (): Promise<ChildProcess> =>
    serverOf(program, ['--base-dir', folder, '--bind-ip', '127.0.0.1', '--listen-mode', 'tcp', '--no-logo'], admin!, {
      RESTATE_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: '1',
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
      RESTATE_BIND_PORT: String(node),
      RESTATE_DEFAULT_NUM_PARTITIONS: '4', // enough here, and quick to start
      RESTATE_LOG_FILTER: 'error',
      // Several connections, so that a balancer of connections reaches all workers.
      RESTATE_WORKER__INVOKER__HTTP2_STREAMS_PER_CONNECTION_LIMIT: '8',
      ...settings,
    })
  let server = await start()
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const limit = setTimeout(() => server.kill('SIGKILL'), 10_000)
    server.kill(signal)
    await once(server, 'exit')
    clearTimeout(limit)
  }
  return {
    ingress: `http://127.0.0.1:${ingress}`,
    admin: `http://127.0.0.1:${admin}`,
    async stop() {
      await end('SIGTERM')
      clean()
      process.off('exit', clean)
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      server = await start()
    },
  }
}

async function serverOf(
  path: string,
  args: readonly string[],
  admin: number,
  environment: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const server = spawn(path, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const atExit = (): void => void server.kill('SIGKILL')
  process.once('exit', atExit)
  server.once('exit', () => process.off('exit', atExit))
  let output = ''
  const keep = (text: string): string => (output = (output + text).slice(-5000))
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', keep)
  const until = Date.now() + timeLimit
  while (!(await isReady(admin))) {
    if (server.exitCode !== null) throw new Error(`Restate ended:\n${output}`)
    if (Date.now() > until) {
      server.kill('SIGKILL')
      throw new Error(`Restate was not ready within ${timeLimit / 1000} s:\n${output}`)
    }
    await sleep(20)
  }
  return server
}

const isReady = (admin: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${admin}/health`).then(
    ({ ok }) => ok,
    () => false,
  )

function programPath(): string | undefined {
  const own = createRequire(import.meta.url)
  try {
    // The binary's package is a dependency of the server's package, not of this workspace.
    const server = createRequire(own.resolve('@restatedev/restate-server/package.json'))
    return server.resolve(`@restatedev/restate-server-${platform()}-${arch()}/bin/restate-server`)
  } catch {
    return undefined
  }
}

/** Different free ports: all are held until the last one is known. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  return await Promise.all(
    servers.map(async (server) => {
      const address = server.address()
      server.close()
      await once(server, 'close')
      return typeof address === 'object' && address ? address.port : 0
    }),
  )
}
