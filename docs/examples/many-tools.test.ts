import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, outputOf, tool, toolSearch } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const verbs = ['create', 'delete', 'archive', 'list']
const things = Array.from({ length: 100 }, (_, index) => `thing_${index}`)

test('many tools', async () => {
  const hundreds = verbs.flatMap((verb) =>
    things.map((thing) =>
      tool({
        name: `${verb}_${thing}`,
        description: `${verb} a ${thing}`,
        parameters: z.object({ id: z.int() }),
        execute: ({ id }) => `${verb}d ${thing} ${id}`,
      }),
    ),
  )
  const model = scriptedModel([
    call('search_tools', { query: 'archive thing 42' }),
    call('call_tool', { name: 'archive_thing_42', arguments: '{"id":7}' }),
    text('Archived.'),
  ])
  // #region search
  const clerk = agent({ name: 'clerk', model, tools: toolSearch(hundreds, { always: ['list_thing_1'] }) })
  const result = await clerk.run('Archive number 7 of thing 42.')
  // #endregion
  expect(outputOf(result)).toBe('Archived.')
  expect(result.steps[1]?.calls[0]?.content).toBe('archived thing_42 7')
  // #region prefix
  console.log(result.prefix.breaks) // []
  // #endregion
  expect(result.prefix.breaks).toEqual([])
})

test('a ranking of your own', () => {
  const tools = [tool({ name: 'a', execute: () => 1 }), tool({ name: 'b', execute: () => 2 })]
  // #region rank
  const offered = toolSearch(tools, {
    rank: (query, candidates) => candidates.map(({ name }) => name).filter((name) => query.includes(name)),
    limit: 10,
  })
  // #endregion
  expect(offered.map(({ name }) => name)).toEqual(['search_tools', 'call_tool'])
})
