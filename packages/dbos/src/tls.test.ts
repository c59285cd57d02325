// TLS to a real Postgres, with certificates made by the command openssl.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent } from '@toolloop/core'
import { EngineError } from '@toolloop/engine'
import { scriptedModel, text } from '@toolloop/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client, serve, type ServeOptions } from './index.ts'

const minute = 60_000
const folder = mkdtempSync(join(tmpdir(), 'toolloop-dbos-tls-'))
const talker = agent({ name: 'talker', model: scriptedModel(() => text('Hello.')) })
const missing = postgresMissing ?? opensslMissing()

function opensslMissing(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'Skipped: there is no command `openssl` here.'
  }
}

interface Authority {
  readonly file: string
  readonly certificate: string
}

const openssl = (...args: readonly string[]): void =>
  void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function authority(name: string): Authority {
  openssl('req', '-x509', ...keyOptions, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`)
  const file = join(folder, `${name}.crt`)
  return { file, certificate: readFileSync(file, 'utf8') }
}

/** For the address 127.0.0.1. */
function signedBy(name: string): { readonly certificate: string; readonly key: string } {
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1')
  openssl('req', ...keyOptions, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=postgres')
  const by = ['-CA', `${name}.crt`, '-CAkey', `${name}.key`, '-CAcreateserial', '-extfile', 'names']
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.crt', ...by)
  const [certificate, key] = ['server.crt', 'server.key'].map((file) => readFileSync(join(folder, file), 'utf8'))
  return { certificate: certificate!, key: key! }
}

describe.skipIf(missing !== undefined)(`TLS to Postgres ${missing ?? ''}`, () => {
  let postgres: Postgres
  let [right, wrong]: Authority[] = []

  beforeAll(async () => {
    ;[right, wrong] = ['right', 'wrong'].map(authority)
    postgres = await startPostgres({ settings: { fsync: 'off' }, tls: signedBy('right') })
  }, minute)
  afterAll(async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }, minute)

  type Connection = Pick<ServeOptions, 'database' | 'ssl'>
  const cases: readonly [string, (ca: Authority) => Connection][] = [
    [
      'the connection string',
      ({ file }) => ({ database: `${postgres.url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(file)}` }),
    ],
    ['`ssl`', ({ certificate }) => ({ database: postgres.url, ssl: { ca: certificate } })],
  ]

  it.each(cases)('encrypts every connection of a worker and a client when %s has the CA', async (_name, options) => {
    const { database, ssl } = options(right!)
    const runs = client(database, { ssl })
    const worker = await serve([talker], { database, ssl, pollInterval: 20 })
    expect(await runs.run(talker, 'go')).toMatchObject({ status: 'done' })
    const plain = new Client({ connectionString: postgres.url })
    await plain.connect()
    const { rows } = await plain.query<{ count: number; encrypted: number }>(
      `SELECT count(*)::int AS count, count(*) FILTER (WHERE ssl)::int AS encrypted
       FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'postgres' AND pid <> pg_backend_pid()`,
    )
    await plain.end()
    await runs.close()
    await worker.stop()
    expect(rows[0]!.count).toBeGreaterThan(2)
    expect(rows[0]!.encrypted).toBe(rows[0]!.count)
  })

  it.each(cases)('names the server and the remedy when %s has another CA', async (_name, options) => {
    const { database, ssl } = options(wrong!)
    const runs = client(database, { ssl })
    const began = performance.now()
    const calls: readonly (() => Promise<unknown>)[] = [
      () => runs.run(talker, 'go'),
      () => runs.status('x'),
      () => serve([talker], { database, ssl }),
    ]
    for (const call of calls) {
      const error: unknown = await call().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(EngineError)
      expect(error).toMatchObject({ problem: 'unreachable' })
      expect((error as Error).message).toContain(`Postgres at 127.0.0.1:${postgres.port}: unable to verify`)
      expect((error as Error).message).toContain('. Pass the certificate of its CA: `?sslmode=verify-full')
      expect((error as Error).message).not.toContain(new URL(postgres.url).password)
    }
    expect(performance.now() - began).toBeLessThan(20_000)
    await runs.close()
  })
})
