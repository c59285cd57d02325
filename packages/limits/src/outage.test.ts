// A store whose server is killed while calls run and wait, and starts again.
import { withMiddleware } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import type { ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { sharedLimit } from './index.ts'
import { type Kind, missing, openStore, startService } from './test/stores.ts'

const request: ModelRequest = { messages: [{ role: 'user', content: 'Go.' }] }
const kinds = ['redis', 'postgres', 'postgres.js'] satisfies Kind[]

describe.each(kinds)('a server of %s that is killed and starts again', (kind) => {
  const why = missing[kind]
  describe.skipIf(why !== undefined)(`delays calls ${why ?? ''}`, () => {
    it('and fails none; the limit of concurrent calls holds before and after', async () => {
      const service = await startService(kind)
      const opened = await Promise.all([1, 2].map(() => openStore(kind, service.url)))
      let running = 0
      let most = 0
      let done = 0
      const retries: string[] = []
      const models = opened.map(({ store }) =>
        withMiddleware(
          scriptedModel(async () => {
            most = Math.max(most, ++running)
            await new Promise((resolve) => setTimeout(resolve, 30))
            running--
            return text('Done.')
          }),
          [sharedLimit(store, { key: 'k', concurrency: 2, lease: 2_000, storeTimeout: 2_000 })],
        ),
      )
      const onRetry = ({ error }: { error: Error }): void => void retries.push(error.message)
      const work = async (at: number): Promise<void> => {
        for (let call = 0; call < 10; call++) {
          await models[at % 2]!.create!(request, { onRetry })
          done++
        }
      }
      const all = Promise.all([0, 1, 2, 3, 4, 5].map(work))
      await expect.poll(() => done, { timeout: 20_000 }).toBeGreaterThan(10)
      await service.kill()
      await expect.poll(() => retries.length, { timeout: 10_000 }).toBeGreaterThan(0)
      expect(done).toBeLessThan(60)
      await service.restart()
      await all
      for (const one of opened) await one.close()
      await service.stop()
      expect(done).toBe(60)
      // What Redis knew of two running calls is lost with it; they renew their leases, but end earlier.
      expect(most).toBeLessThanOrEqual(kind === 'redis' ? 4 : 2)
    }, 60_000)
  })
})
