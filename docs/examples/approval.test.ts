import { call, calls, scriptedModel, text } from '@toolloop/testing'
import { agent, ApprovalError, type ApprovalRequest, type Decision, memoryLog, outputOf, readRun, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

// #region tool
const pay = tool({
  name: 'pay',
  parameters: z.object({ to: z.string(), amount: z.number().positive() }),
  needsApproval: ({ amount }) => amount > 100,
  execute: ({ to, amount }) => `paid ${amount} to ${to}`,
})
// #endregion

const script = () =>
  scriptedModel([
    calls([
      { name: 'pay', args: { to: 'Ada', amount: 250 }, id: 'c1' },
      { name: 'pay', args: { to: 'Bob', amount: 20 }, id: 'c2' },
    ]),
    text('Done.'),
  ])
const cashierOf = (model = script()) => agent({ name: 'cashier', model, tools: [pay] })

test('an approver', async () => {
  const cashier = cashierOf()
  const asked: string[] = []
  const askOnTheTerminal = async (question: string) => (asked.push(question), true)
  // #region approver
  const approver = async ({ name, arguments: args }: ApprovalRequest): Promise<Decision> => {
    const yes = await askOnTheTerminal(`${name}(${args})?`)
    return yes ? { approve: true } : { approve: false, reason: 'Not without an invoice.' }
  }
  const result = await cashier.run('Pay Ada 250 and Bob 20.', { approver })
  // #endregion
  expect(outputOf(result)).toBe('Done.')
  expect(asked).toEqual(['pay({"to":"Ada","amount":250})?'])
})

test('a stream that waits', async () => {
  const cashier = cashierOf()
  // #region stream
  const stream = cashier.stream('Pay Ada 250 and Bob 20.', { approvals: 'wait' })
  for await (const event of stream) {
    if (event.type !== 'approval.request') continue
    // Show it to a person. When they approve, call from anywhere in this process:
    await stream.approve(event.id, { arguments: { to: 'Ada', amount: 200 } })
  }
  const { messages } = await stream.result
  // #endregion
  expect(messages[2]).toMatchObject({
    content: 'Run with these arguments instead: {"to":"Ada","amount":200}\npaid 200 to Ada',
  })
})

test('another process', async () => {
  const log = memoryLog()
  const statuses: string[] = []
  const show = (request: ApprovalRequest) => void statuses.push(request.name)
  {
    const cashier = cashierOf()
    // #region pause
    const paused = await cashier.run('Pay Ada 250 and Bob 20.', { log }) // its status is 'approval'
    // #endregion
    expect(paused.status).toBe('approval')
  }
  const cashier = cashierOf(scriptedModel([text('Done.')]))
  // #region decide
  const [request] = (await readRun(log)).requests // later, anywhere: no agent is needed to look
  if (request) {
    show(request)
    const decisions = { [request.id]: { approve: true } } as const
    const result = await cashier.run(undefined, { from: log, decisions })
    statuses.push(result.status)
  }
  // #endregion
  expect(statuses).toEqual(['pay', 'done'])
  // #region twice
  const again = cashier.run(undefined, { from: log, decisions: { [request!.id]: { approve: true } } })
  const problem = await again.catch((error: unknown) => (error instanceof ApprovalError ? error.problem : error))
  // #endregion
  expect(problem).toBe('decided')
})

test('a question to a person', async () => {
  // #region external
  const askPerson = tool({ name: 'ask_person', parameters: z.object({ question: z.string() }) }) // no `execute`
  // #endregion
  const helper = agent({
    name: 'helper',
    model: scriptedModel([call('ask_person', { question: 'Which invoice?' }, { id: 'q1' }), text('Then 42 it is.')]),
    tools: [askPerson],
  })
  const stream = helper.stream('Pay it.', { approvals: 'wait' })
  for await (const event of stream) if (event.type === 'approval.request') await stream.answer(event.id, 'Invoice 42.')
  expect(outputOf(await stream.result)).toBe('Then 42 it is.')
})
