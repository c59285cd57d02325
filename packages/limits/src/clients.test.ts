import { describe, expect, it } from 'vitest'
import { postgresLimits, type PostgresPool, redisLimits, type RedisClient } from './index.ts'

class GlideClient {
  readonly password = 'secret'
  invokeScript(): void {}
}

describe('a client of another package', () => {
  it.each([
    [new GlideClient(), 'Got an object of the class `GlideClient`.'],
    [undefined, 'Got undefined.'],
    ['redis://:secret@localhost', 'Got a string.'],
  ])('is rejected when the store is made, by its class', (client, got) => {
    expect(() => redisLimits(client as unknown as RedisClient)).toThrow(
      `redisLimits() needs a client of the package \`redis\`, \`ioredis\` or \`iovalkey\`. ${got}`,
    )
    expect(() => postgresLimits(client as unknown as PostgresPool)).toThrow(
      `postgresLimits() needs a \`Pool\` of the package \`pg\`, or what \`postgres()\` of the package \`postgres\` returns. ${got}`,
    )
  })
})
