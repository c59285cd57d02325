// A Redis server of its own, for tests, benchmarks and examples: Debian's package, or any `redis-server` or
// `valkey-server` in the PATH.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from './postgres.ts'

export interface Redis {
  /** `redis://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** The server's working folder. Nothing is saved in it: a server that was restarted is empty. */
  readonly folder: string
  /** Ends the server and deletes its folder. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Starts the server again on the same port, without its data. Ends it first where it runs. */
  restart(): Promise<void>
}

const timeLimit = 20_000
const install = 'apt-get update && apt-get install -y --no-install-recommends redis-server'
/** Where one of the programs is. */
export const programOf = (...names: readonly string[]): string | undefined =>
  ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path))

const program = programOf('redis-server', 'valkey-server')

/** Why there is no Redis here, as one sentence; `undefined` where it can be started. */
export const redisMissing: string | undefined =
  program === undefined
    ? `Skipped: there is no Redis here. On Debian: \`${install}\`; elsewhere put \`redis-server\` into the PATH.`
    : undefined

/**
 * Resolves when the server accepts connections on a free loopback port. `more`: further arguments of the server.
 * @throws where `redisMissing` says why
 */
export async function startRedis(more: readonly string[] = []): Promise<Redis> {
  if (program === undefined) throw new Error(redisMissing)
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-redis-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    ...more,
  ]
  const start = (): Promise<ChildProcess> => serverOf(program, args)
  let server = await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    async stop() {
      await ended(server, 'SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
    kill: () => ended(server, 'SIGKILL'),
    async restart() {
      await ended(server, 'SIGTERM')
      server = await start()
    },
  }
}

async function serverOf(path: string, args: readonly string[]): Promise<ChildProcess> {
  const server = spawn(path, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const atExit = (): void => void server.kill('SIGKILL')
  process.once('exit', atExit)
  server.once('exit', () => process.off('exit', atExit))
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (what: string): void => reject(new Error(`Redis ${what}:\n${output}`))
  const limit = setTimeout(() => fail(`did not accept connections within ${timeLimit / 1000} s`), timeLimit)
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-10_000)
    if (output.includes('eady to accept connections')) resolve()
  })
  server.once('error', reject)
  server.once('exit', () => fail('ended'))
  try {
    await promise
    return server
  } catch (error) {
    server.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(limit)
  }
}

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const { promise, resolve } = Promise.withResolvers<void>()
  server.once('exit', () => resolve())
  const limit = setTimeout(() => server.kill('SIGKILL'), 10_000)
  server.kill(signal)
  await promise
  clearTimeout(limit)
}
