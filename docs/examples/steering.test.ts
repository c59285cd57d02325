// What docs/steering.md shows.
import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const search = tool({ name: 'search', parameters: z.object({ for: z.string() }), execute: async () => '42 pages' })

test('a message into a running run', async () => {
  const model = scriptedModel([call('search', { for: 'owls' }), text('Owls, shortly.'), text('And in French.')])
  const writer = agent({ name: 'writer', model, tools: [search] })
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  // #region steering
  const stream = writer.stream('Write about owls.')
  stream.on('tool.start', () => {
    void stream.steer('Only a paragraph, please.').then((told) => {
      tell(told.delivered ? `read by step ${told.step}` : told.reason)
    })
  })
  const translated = stream.followUp('Now in French.') // when the answer is there
  const result = await stream.result
  // #endregion
  expect(lines).toEqual(['read by step 1'])
  expect(await translated).toEqual({ delivered: true, step: 2 })
  expect(result).toMatchObject({ status: 'done', output: 'And in French.' })
})
