// What docs/budgets.md shows.
import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, tool } from 'toolloop'
import { map } from 'toolloop/pipeline'
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

test('a budget of a pipeline', async () => {
  const usage = { prompt_tokens: 30_000, completion_tokens: 10, total_tokens: 30_010 }
  const reviewer = agent({ name: 'reviewer', model: scriptedModel(() => text('Fine.', { usage })) })
  const files = ['a.ts', 'b.ts', 'c.ts']
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  // #region pipeline
  const reviewed = await map(reviewer).run(files, { budget: { tokens: 50_000, maxTokensPerStep: 1_000 } })
  if (reviewed.status === 'budget') tell(`${reviewed.spent} of ${reviewed.allowed} ${reviewed.dimension}`)
  // #endregion
  expect(reviewed.status).toBe('done') // all three were sent at once, before anything was reported
  const next = await map(reviewer, { concurrency: 1 }).run(files, { budget: { tokens: 50_000 } })
  expect(next).toMatchObject({ status: 'budget', dimension: 'tokens', spent: 60_020, allowed: 50_000 })
  expect(lines).toEqual([])
})
