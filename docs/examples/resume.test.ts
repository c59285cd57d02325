import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, describe, memoryLog, outputOf, readRun, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const look = tool({
  name: 'look',
  parameters: z.object({ at: z.string() }),
  effects: 'none',
  execute: ({ at }) => `${at} is fine`,
})
const workerOf = () =>
  agent({
    name: 'worker',
    model: scriptedModel([call('look', { at: 'Oslo' }), text('All is fine.'), text('As I said.')]),
    tools: [look],
  })

test('start or resume', async () => {
  const worker = workerOf()
  const log = memoryLog()
  const job = { question: 'How is Oslo?', id: 'job-7' }
  // #region job
  const result = await worker.run(job.question, { log, runId: job.id })
  // #endregion
  expect(outputOf(result)).toBe('All is fine.')
  // #region turn
  const next = await worker.run('Are you sure?', { from: log })
  // #endregion
  expect(outputOf(next)).toBe('As I said.')
  // #region read
  const { status, messages, requests, usage, timeline } = await readRun(log)
  const lines = await describe(log)
  // #endregion
  expect([status, messages.length, requests, usage.unreported, timeline.length]).toEqual(['done', 6, [], 0, 14])
  expect(lines.split('\n').map((line) => line.replace(/^ *\d\.\d{3} s/, '0.000 s'))).toContain(
    '0.000 s  message  Are you sure?',
  )
})

test('a server', async () => {
  const worker = workerOf()
  const log = memoryLog()
  // #region started
  const stream = worker.stream('How is Oslo?', { log })
  try {
    await stream.started
  } catch (error) {
    return new Response(String(error), { status: 409 }) // a log of another run, or one that cannot be written
  }
  // #endregion
  expect(outputOf(await stream.result)).toBe('All is fine.')
  return undefined
})
