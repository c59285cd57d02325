import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, memoryLog, outputOf, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const search = tool({
  name: 'search',
  parameters: z.object({ query: z.string() }),
  effects: 'none',
  execute: ({ query }) => `Found: ${query} see in the dark.`,
})

test('an agent as a tool', async () => {
  const log = memoryLog()
  const researchModel = scriptedModel([call('search', { query: 'owls' }), text('Owls see in the dark.')])
  const writingModel = scriptedModel([call('research', { input: 'owls' }, { id: 'c1' }), text('At night, owls see.')])
  // #region asTool
  const researcher = agent({
    name: 'researcher',
    model: researchModel,
    instructions: 'Find facts. Answer in one sentence.',
    tools: [search],
  })
  const writer = agent({
    name: 'writer',
    model: writingModel,
    tools: [researcher.asTool({ name: 'research', description: 'Finds facts about a topic.' })],
  })
  const result = await writer.run('Write about owls.', { log })
  // #endregion
  expect(outputOf(result)).toBe('At night, owls see.')
  // #region children
  const lines = log.facts.map(({ path, type }) => `${path || 'writer'}: ${type}`)
  const [inner] = result.children
  // #endregion
  expect(lines).toContain('0:c1: tool.start')
  expect(inner).toMatchObject({ path: '0:c1', agent: 'researcher', status: 'done', steps: 2 })
})

test('approval inside', async () => {
  const log = memoryLog()
  const statuses: string[] = []
  const pay = tool({
    name: 'pay',
    parameters: z.object({ to: z.string() }),
    needsApproval: true,
    execute: ({ to }) => `paid ${to}`,
  })
  const cashier = agent({
    name: 'cashier',
    model: scriptedModel([call('pay', { to: 'Ada' }), text('Paid.')]),
    tools: [pay],
  })
  const host = agent({
    name: 'host',
    model: scriptedModel([call('ask_cashier', { input: 'Pay Ada.' }, { id: 'c1' }), text('Ada is paid.')]),
    tools: [cashier.asTool({ name: 'ask_cashier', description: 'Pays people.' })],
  })
  // #region approval
  const paused = await host.run('Pay Ada.', { log })
  if (paused.status === 'approval') {
    const [request] = paused.requests // request.path is '0:c1'
    const decisions = { [request!.id]: { approve: true } } as const
    const result = await host.run(undefined, { from: log, decisions })
    statuses.push(result.status)
  }
  // #endregion
  expect(statuses).toEqual(['done'])
})
