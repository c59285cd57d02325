// A worker that stands still until Restate has given it up, and then goes on.
import { expect, it } from 'vitest'
import { survivesSuspension } from '../../engine/src/test/suspensions.ts'
import { restateMissing } from '../../../scripts/services/restate.ts'
import { fleet, onRestate } from './test/surroundings.ts'

it.skipIf(restateMissing)(
  `a suspended worker records nothing more, and repeats no unsafe call${restateMissing ? ` (${restateMissing})` : ''}`,
  async () => {
    await using around = await onRestate({
      RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_INTERVAL: '500ms',
      RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_TIMEOUT: '500ms',
    })
    await using both = await fleet(around)
    await survivesSuspension(around, both.workers[0]!)
    expect(around.assertValid).not.toThrow()
  },
  210_000,
)
