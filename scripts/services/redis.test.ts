import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { redisMissing, startRedis } from './redis.ts'

/** Its answer to a ping; `undefined` where nothing listens. */
async function ping(port: number): Promise<string | undefined> {
  const socket = new Socket()
  try {
    return await new Promise((resolve) => {
      socket.once('data', (data: Buffer) => resolve(data.toString())).once('error', () => resolve(undefined))
      socket.connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    })
  } finally {
    socket.destroy()
  }
}

describe.skipIf(redisMissing !== undefined)(`a Redis for tests ${redisMissing ?? ''}`, () => {
  it('runs until it is killed, starts again on its port, and leaves nothing behind', async () => {
    const redis = await startRedis()
    const seen = [await ping(redis.port)]
    for (const act of ['kill', 'restart', 'restart', 'stop'] as const) {
      await redis[act]()
      seen.push(await ping(redis.port))
    }
    expect(seen).toEqual(['+PONG\r\n', undefined, '+PONG\r\n', '+PONG\r\n', undefined])
    expect(existsSync(redis.folder)).toBe(false)
  })
})
