import { Socket } from 'node:net'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { postgresMissing, startPostgres } from './postgres.ts'

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

describe.skipIf(postgresMissing !== undefined)(`a Postgres for tests ${postgresMissing ?? ''}`, () => {
  it('runs until it is killed, starts again on its data, and leaves nothing behind', async () => {
    const postgres = await startPostgres()
    const seen = [await accepts(postgres.port)]
    for (const act of ['kill', 'restart', 'restart', 'stop'] as const) {
      await postgres[act]()
      seen.push(await accepts(postgres.port))
    }
    expect(seen).toEqual([true, false, true, true, false])
    expect(existsSync(postgres.folder)).toBe(false)
  })
})
