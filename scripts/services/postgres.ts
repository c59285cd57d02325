// A Postgres server of its own, for tests, benchmarks and examples.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Account, accountOf, postgresMissing, programsFor, systemPrograms } from './postgres-programs.ts'

export { postgresMissing }

export interface Postgres {
  /** `postgresql://postgres:PASSWORD@127.0.0.1:PORT/postgres`. */
  readonly url: string
  /** The same for another database, which need not exist. */
  urlOf(database: string): string
  readonly port: number
  /** The folder of the Unix socket, which is also the server's working folder. */
  readonly folder: string
  /** Ends all connections, then the server; its data is deleted. */
  stop(): Promise<void>
  /** SIGKILL for the server and all its processes. The data stays. */
  kill(): Promise<void>
  /** Starts the server again on the same data and port. Ends it first where it runs. */
  restart(): Promise<void>
}

export interface PostgresOptions {
  /** Settings of the server, such as `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** A certificate and its private key as PEM: the server accepts TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** The folder of `initdb` and `postgres`. @default those of the system */
  readonly programs?: string
}

const timeLimit = 60_000

/** Makes a data folder, and resolves when the server accepts connections. @throws where `postgresMissing` says why, without `programs` */
export async function startPostgres({
  settings = {},
  tls,
  programs: given = systemPrograms,
}: PostgresOptions = {}): Promise<Postgres> {
  if (given === undefined) throw new Error(postgresMissing)
  const account = accountOf()
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-postgres-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account) for (const path of [folder, passwordFile]) chownSync(path, account.uid, account.gid)
  const programs = programsFor(account, given, folder)
  const secure = tls && tlsSettings(folder, tls, account)
  const data = join(folder, 'data')
  const authentication = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await promisify(execFile)(
    join(programs, 'initdb'),
    ['--pgdata', data, ...authentication, '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: folder, timeout: timeLimit },
  )
  const port = await freePort()
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    ...secure,
    ...settings,
  }
  const values = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const start = (): Promise<ChildProcess> =>
    serverOf(join(programs, 'postgres'), ['-D', data, ...values], { ...account, cwd: folder })
  const urlOf = (database: string): string => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`
  let server = await start()
  // SIGINT is Postgres's fast shutdown: open transactions are rolled back.
  const end = (): Promise<void> => ended(server, () => server.kill('SIGINT'))
  return {
    url: urlOf('postgres'),
    urlOf,
    port,
    folder,
    async stop() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
    async kill() {
      let killed: readonly number[] = []
      await ended(server, () => (killed = killAll(server)))
      // The others hold the port and the shared memory for some milliseconds more.
      while (killed.some(isAlive)) await sleep(5)
    },
    async restart() {
      await end()
      server = await start()
    },
  }
}

/** Postgres reads a key of its own account only. */
function tlsSettings(
  folder: string,
  { certificate, key }: NonNullable<PostgresOptions['tls']>,
  account: Account | undefined,
): Readonly<Record<string, string>> {
  const files = { ssl_cert_file: join(folder, 'server.crt'), ssl_key_file: join(folder, 'server.key') }
  writeFileSync(files.ssl_cert_file, certificate)
  writeFileSync(files.ssl_key_file, key, { mode: 0o600 })
  if (account) for (const path of Object.values(files)) chownSync(path, account.uid, account.gid)
  return { ssl: 'on', ...files }
}

/** Resolves when the server accepts connections. */
async function serverOf(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string },
): Promise<ChildProcess> {
  const server = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const atExit = (): void => void killAll(server)
  process.once('exit', atExit)
  server.once('exit', () => process.off('exit', atExit))
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (what: string): void => reject(new Error(`Postgres ${what}:\n${output}`))
  const limit = setTimeout(() => fail(`did not accept connections within ${timeLimit / 1000} s`), timeLimit)
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-10_000)
    if (output.includes('ready to accept connections')) resolve()
  })
  server.once('error', reject)
  server.once('exit', () => fail('ended'))
  try {
    await promise
    return server
  } catch (error) {
    killAll(server)
    throw error
  } finally {
    clearTimeout(limit)
  }
}

async function ended(server: ChildProcess, end: () => void): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const { promise, resolve } = Promise.withResolvers<void>()
  server.once('exit', () => resolve())
  const limit = setTimeout(() => killAll(server), 10_000)
  end()
  await promise
  clearTimeout(limit)
}

/** Each process of the server leads a session of its own, so a signal to its process group reaches none of them. */
function killAll(server: ChildProcess): readonly number[] {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return []
  // Stopped first, so that it starts no process between the look at the list and its end.
  signal(server.pid, 'SIGSTOP')
  const children = `/proc/${server.pid}/task/${server.pid}/children`
  // Where there is no `/proc`, the other processes end by themselves when they see that the first one died.
  const pids = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ').filter(Boolean).map(Number) : []
  for (const pid of [...pids, server.pid]) signal(pid, 'SIGKILL')
  return pids
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false // it has ended
  }
}

const isAlive = (pid: number): boolean => signal(pid, 0)

export async function freePort(): Promise<number> {
  const probe = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  probe.once('error', reject).listen(0, '127.0.0.1', resolve)
  await promise
  const address = probe.address()
  await new Promise((closed) => probe.close(closed))
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port.')
  return address.port
}
