import { describe, expect, test } from 'vitest'
import { readCorpus } from './test/corpus.ts'
import { positions, problemsOf } from './test/corpus-check.ts'

const corpus = readCorpus()
if (corpus === undefined) console.log('TOOLLOOP_CORPUS names no folder of recorded answers: their tests are skipped.')

describe.skipIf(corpus === undefined)('recorded answers', () => {
  const streams = (corpus ?? []).filter(({ kind }) => kind === 'stream')
  const plain = (corpus ?? []).filter(({ kind }) => kind === 'json')

  test('there are some', () => {
    expect(streams.length).toBeGreaterThan(0)
    expect(plain.length).toBeGreaterThan(0)
  })

  test.each(streams)(
    '$name comes to what it should, whole, changed and cut',
    { timeout: 120_000 },
    async (recorded) => {
      expect(await problemsOf(recorded, positions(recorded.body, false))).toEqual([])
    },
  )

  test.each(plain)('$name comes to what it should', async (recorded) => {
    expect(await problemsOf(recorded, [])).toEqual([])
  })
})
