// A worker that stands still beyond its lease, while another one takes its runs over, and then goes on.
import { expect, it } from 'vitest'
import { survivesSuspension } from '../../engine/src/test/suspensions.ts'
import { postgresMissing } from '../../../scripts/services/postgres.ts'
import { onDbos } from './test/surroundings.ts'

it.skipIf(postgresMissing !== undefined)(
  `a suspended worker records nothing more, and repeats no unsafe call ${postgresMissing ?? ''}`,
  async () => {
    await using around = await onDbos({ delay: 10, fsync: true })
    await survivesSuspension(around, await around.worker('slow'), () => around.worker('other'))
    expect(around.assertValid).not.toThrow()
  },
  210_000,
)
