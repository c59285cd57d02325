import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, type Fact, memoryLog, outputOf, RunError, type RunLog, tool } from 'toolloop'
import { appendFile, mkdtemp, readFile, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  else if (result.status === 'limit') tell(`gave up after ${result.allowed} steps`)
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

test('a log in a file', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'log-')), 'run.jsonl')
  // #region file
  const fileLog = (file: string): RunLog => ({
    load: async () => {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return ''
        throw error
      })
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      // A process that died while it wrote left half a line: it goes, or the next fact would continue it.
      if (whole !== text) await truncate(file, Buffer.byteLength(whole))
      return whole.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Fact] : []))
    },
    append: (facts) => appendFile(file, facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')),
  })
  // #endregion
  const cashier = agent({
    name: 'cashier',
    model: scriptedModel([call('pay', { amount: 250 }, { id: 'c1' }), text('Paid.')]),
    tools: [pay],
  })
  expect((await cashier.run('Pay 250.', { log: fileLog(path) })).status).toBe('approval')
  await appendFile(path, '{"seq":4,"at":17') // torn
  const result = await cashier.run(undefined, { from: fileLog(path), decisions: { c1: { approve: true } } })
  expect(outputOf(result)).toBe('Paid.')
  const facts = await fileLog(path).load()
  expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at))
  expect(facts.at(-1)?.type).toBe('run.done')
})
