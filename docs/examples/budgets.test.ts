// What docs/budgets.md shows.
import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const search = tool({ name: 'search', parameters: z.object({ page: z.number() }), execute: async () => '42 pages' })

test('a budget', async () => {
  const model = scriptedModel((request, index) =>
    request.tools ? call('search', { page: index }) : text('As far as I got: 3.'),
  )
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  // #region budget
  const researcher = agent({
    name: 'researcher',
    model,
    tools: [search],
    budget: { toolCalls: 3, tokens: 50_000, ms: 60_000, onExhausted: 'wrapUp' },
  })
  const result = await researcher.run('How many owls are there?')
  if (result.status === 'budget') tell(`${result.spent} of ${result.allowed} ${result.dimension}: ${result.output}`)
  // #endregion
  expect(lines).toEqual(['3 of 3 toolCalls: As far as I got: 3.'])
})
