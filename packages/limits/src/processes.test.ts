// Four processes, each with its agents, share one limit against a server that enforces it.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallerJob } from './test/caller-program.ts'
import { type Caller, startCaller } from './test/callers.ts'
import { limitedServer, type ServerLimits, tokensOfAnswer } from './test/limited-server.ts'
import { type Kind, missing, startService } from './test/stores.ts'

const window = 4_000
const perWindow = 32
const perMinute = (amount: number): number => (amount * 60_000) / window

interface Case {
  readonly server: ServerLimits
  readonly limits: Omit<CallerJob['limits'], 'key'>
}

const requests: Case = {
  server: { requests: perWindow, window },
  limits: { requestsPerMinute: perMinute(perWindow) },
}
const tokens: Case = {
  server: { tokens: perWindow * tokensOfAnswer, window },
  limits: { tokensPerMinute: perMinute(perWindow * tokensOfAnswer), answerTokens: 100 },
}

describe('four processes', () => {
  const callers: Caller[] = []
  beforeAll(async () => void callers.push(...(await startCallers(4))), 60_000)
  afterAll(async () => void (await Promise.all(callers.map((caller) => caller.kill()))))

  const kinds = ['redis', 'postgres'] satisfies Kind[]
  describe.each(kinds)('over %s', (kind) => {
    const why = missing[kind]
    describe.skipIf(why !== undefined)(`share ${why ?? ''}`, () => {
      it.each([
        ['requests', requests, false],
        ['tokens, one process killed', tokens, true],
      ] as const)(
        'a limit of %s: no 429, and at least 95 % of what it allows',
        async (name, one, kills) => {
          callers.push(...(await startCallers(4 - callers.length)))
          const service = await startService(kind)
          await using server = await limitedServer(one.server)
          const limits = { ...one.limits, key: 'shared', window, delivery: window, lease: 1_000 }
          for (const caller of callers)
            caller.begin({ kind, url: service.url, server: server.url, limits, parallel: 8 })
          await until(() => server.accepted.length > perWindow / 2)
          if (kills) await callers.pop()?.kill()
          await until(() => server.accepted.length > 2 * perWindow)
          const reports = await Promise.all(callers.map((caller) => caller.stop()))
          await service.stop()

          expect(server.rejected).toEqual([])
          expect(reports.flatMap(({ failed }) => failed)).toEqual([])
          // The limit allows the first request of the third window two windows after the first one.
          const part = (2 * window) / (server.accepted[2 * perWindow]! - server.accepted[0]!)
          console.log(`${kind}, ${name}: ${(100 * part).toFixed(1)} % of the allowed throughput`)
          expect(part).toBeGreaterThanOrEqual(0.95)
        },
        60_000,
      )
    })
  })
})

const startCallers = (count: number): Promise<Caller[]> =>
  Promise.all(Array.from({ length: count }, () => startCaller()))

async function until(holds: () => boolean): Promise<void> {
  for (const began = performance.now(); !holds(); await sleep(5))
    if (performance.now() - began > 40_000) throw new Error('It did not come to that within 40 s.')
}
