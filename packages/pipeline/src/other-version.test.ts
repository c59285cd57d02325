// A run that another version of its pipeline has ended, as the client of an engine reads it during a deployment.
import { memoryLog } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { describe, expect, it } from 'vitest'
import { map, pipe } from './index.ts'

describe('the result of a run that ended with other stages', () => {
  const count = (items: readonly string[]): number => items.length
  const old = pipe(
    (many: number) => Array.from({ length: many }, (_, at) => `item ${at}`),
    map((item: string) => item.toUpperCase()),
    count,
  )
  const changed = pipe(
    (many: number) => Array.from({ length: many }, (_, at) => `item ${at}`),
    count,
    (all: number) => `${all} items`,
  )

  it.each([
    ['as `done` where the stages are those that ran', changed, { status: 'done', output: '3 items' }],
    [
      'as an error where they are others, and not as an output of nothing',
      old,
      {
        status: 'error',
        error: {
          message:
            'The run of the pipeline `pipe` ended with other stages than this process has, so its output is not known here. Read it with the version that ran last.',
        },
      },
    ],
  ])('is read %s', async (_name, reader, expected) => {
    const log = memoryLog()
    await changed.run(3, { log })
    expect(await runnableBehind(reader).resultOf(await log.load())).toMatchObject(expected)
  })
})
