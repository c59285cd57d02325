import { expect, it } from 'vitest'
import { counter, runsOverStops } from '../../engine/src/test/stops.ts'
import { restateMissing, startRestate } from '../../../scripts/services/restate.ts'
import { client, serve } from './index.ts'

it.skipIf(restateMissing)(
  `a worker that stops leaves its runs to the next one, at any moment${restateMissing ? ` (${restateMissing})` : ''}`,
  async () => {
    await using stack = new AsyncDisposableStack()
    const restate = await startRestate()
    stack.defer(() => restate.stop())
    const first = await serve([counter], { port: 0, admin: restate.admin })
    await first.stop()
    const port = Number(new URL(first.url).port)
    const ended = await runsOverStops(client(restate.ingress), () => serve([counter], { port, maxRetryInterval: 100 }))
    expect(ended).toEqual(ended.map(() => 'done'))
  },
  180_000,
)
