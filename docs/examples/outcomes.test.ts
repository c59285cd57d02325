import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, memoryLog, outputOf, RunError, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const pay = tool({
  name: 'pay',
  parameters: z.object({ amount: z.number() }),
  needsApproval: ({ amount }) => amount > 100,
  execute: ({ amount }) => `paid ${amount}`,
})

test('outcomes', async () => {
  const assistant = agent({
    name: 'assistant',
    model: scriptedModel([text('Hello.'), text('Hello.', { finishReason: 'length' })]),
  })
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  // #region outcomes
  const result = await assistant.run('Say hello.')
  if (result.status === 'done') tell(result.output)
  else if (result.status === 'limit') tell(`gave up after ${result.steps.length} steps`)
  else if (result.status === 'error') tell(result.error.message)
  else tell(`${result.status}; so far: ${result.partial ?? 'nothing'}`)

  try {
    tell(outputOf(await assistant.run('Say hello.'))) // or: the output, or an error that carries the result
  } catch (error) {
    if (error instanceof RunError) tell(error.message)
  }
  // #endregion
  expect(lines).toEqual(['Hello.', 'The run has no output: it ended as `truncated`.'])
})

test('aborting', async () => {
  const assistant = agent({ name: 'assistant', model: scriptedModel(() => text('Hello.'), { delay: 10_000 }) })
  const seen: unknown[] = []
  const console = { log: (value: unknown) => void seen.push(value) }
  const run = async () => {
    // #region aborting
    const result = await assistant.run('Say hello.', { signal: AbortSignal.timeout(50) }) // milliseconds
    console.log(result.status) // 'aborted'

    const stream = assistant.stream('Say hello.')
    for await (const event of stream) if (event.type === 'step.start') stream.abort('The user left.')
    console.log(await stream.result) // { status: 'aborted', reason: 'The user left.', … }
    // #endregion
  }
  await run()
  expect(seen).toEqual(['aborted', expect.objectContaining({ status: 'aborted', reason: 'The user left.' })])
})

test('a run that reached its limit goes on', async () => {
  const look = tool({ name: 'look', effects: 'none', execute: () => 'nothing yet' })
  const model = scriptedModel([call('look'), call('look'), text('There it is.')])
  const seeker = agent({ name: 'seeker', model, tools: [look], maxSteps: 2 })
  // #region limit
  const log = memoryLog()
  let result = await seeker.run('Find it.', { log })
  if (result.status === 'limit') result = await seeker.run(undefined, { from: log }) // up to maxSteps more
  // #endregion
  expect(outputOf(result)).toBe('There it is.')
  expect(result.steps).toHaveLength(3)
})

test('resuming', async () => {
  const cashier = agent({
    name: 'cashier',
    model: scriptedModel([call('pay', { amount: 250 }, { id: 'c1' }), text('Paid.')]),
    tools: [pay],
  })
  const ask = async (question: string) => question !== ''
  // #region resuming
  const log = memoryLog()
  let result = await cashier.run('Pay the invoice over 250.', { log })
  while (result.status === 'approval') {
    const decisions = Object.fromEntries(
      await Promise.all(
        result.requests.map(
          async ({ callId, name, arguments: args }) => [callId, { approve: await ask(`${name}(${args})?`) }] as const,
        ),
      ),
    )
    result = await cashier.run(undefined, { from: log, decisions })
  }

  const saved = JSON.stringify(log.facts) // anywhere, at any time
  const later = await cashier.run(undefined, { from: memoryLog(JSON.parse(saved)) })
  // #endregion
  expect(outputOf(result)).toBe('Paid.')
  expect(later.messages).toEqual(result.messages)
  expect(result.messages[2]).toMatchObject({ role: 'tool', content: 'paid 250' })
})
