import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, handoff, memoryLog, outputOf, tool, user } from 'toolloop'
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

test('handoffs', async () => {
  const shown: unknown[] = []
  const show = (value: unknown): void => void shown.push(value)
  const refundsModel = scriptedModel([text('It is refunded.')])
  const billingModel = scriptedModel([text('{"total":12}')])
  const triageModel = scriptedModel([call('transfer_to_billing')])
  // #region handoffs
  const refunds = agent({ name: 'refunds', model: refundsModel, instructions: 'Refund orders.', handoffs: ['triage'] })
  const billing = agent({
    name: 'billing',
    model: billingModel,
    instructions: 'Answer questions about bills.',
    output: z.object({ total: z.number() }),
    handoffs: ['triage'],
  })
  const triage = agent({
    name: 'triage',
    model: triageModel,
    instructions: 'Find out what the customer needs.',
    handoffs: [billing, handoff(refunds, { description: 'For customers who want their money back.' })],
  })

  const answered = await triage.run('What do I have to pay?')
  if (answered.status === 'done' && answered.agent === 'billing') show(answered.output.total) // a number
  else if (answered.status === 'done') show(answered.output) // a text
  // #endregion
  expect(shown).toEqual([12])
})

test('options of a handoff', async () => {
  const refundsModel = scriptedModel([text('It is refunded.')])
  const refunds = agent({ name: 'refunds', model: refundsModel })
  const deskModel = scriptedModel([call('transfer_to_refunds', { reason: 'The box was empty.' })])
  // #region handoff
  const desk = agent({
    name: 'desk',
    model: deskModel,
    handoffs: [
      handoff(refunds, {
        when: (context: { open: boolean }) => context.open,
        parameters: z.object({ reason: z.string() }),
        filter: (messages, { args }) => [
          ...messages.filter(({ role }) => role === 'user'),
          user(`Why they were sent to you: ${args.reason}`),
        ],
      }),
    ],
  })
  // #endregion
  expect(outputOf(await desk.run('My money!', { context: { open: true } }))).toBe('It is refunded.')
  expect(refundsModel.requests[0]!.messages.map(({ content }) => content)).toEqual([
    'My money!',
    'Why they were sent to you: The box was empty.',
  ])
})
