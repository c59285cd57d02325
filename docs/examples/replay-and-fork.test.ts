import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call, cassette, scriptedModel, scriptedServer, text } from '@toolloop/testing'
import { agent, Client, fork, memoryLog, outputOf, replay, ReplayError, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const look = tool({
  name: 'look',
  parameters: z.object({ at: z.string() }),
  effects: 'none',
  execute: ({ at }) => `${at} is fine`,
})
const worker = agent({
  name: 'worker',
  model: scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? text('All is fine.') : call('look', { at: 'Oslo' }, { id: 'c1' }),
  ),
  tools: [look],
})

test('replay', async () => {
  const log = memoryLog()
  await worker.run('How is Oslo?', { log })
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  const changed = worker.with({ maxSteps: 1 })
  // #region replay
  try {
    const { output, steps } = await replay(log, changed)
    tell(`the same ${steps.length} steps: ${output}`)
  } catch (error) {
    if (error instanceof ReplayError) tell(`step ${error.step}, ${error.fact}, ${error.path}`)
  }
  // #endregion
  expect(lines).toEqual(['step 1, step.start, $'])
  expect((await replay(log, worker)).output).toBe('All is fine.')
})

test('fork', async () => {
  const log = memoryLog()
  await worker.run('How is Oslo?', { log })
  // #region fork
  const forked = await fork(log, { before: 'c1', messages: 'Use the new sensor.' })
  const result = await worker.run(undefined, { from: forked })
  // #endregion
  expect(outputOf(result)).toBe('All is fine.')
  expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user', 'assistant'])
})

test('a cassette', async () => {
  await using server = await scriptedServer([text('Fine.')])
  const folder = await mkdtemp(join(tmpdir(), 'tape-'))
  const baseURL = server.url
  const answer = async () => {
    // #region cassette
    await using tape = cassette(join(folder, 'oslo.json'))
    const client = new Client({ apiKey: process.env['OPENAI_API_KEY'] ?? 'none', baseURL, fetch: tape.fetch })
    const result = await agent({ name: 'worker', model: 'gpt-5.1', client }).run('How is Oslo?')
    // #endregion
    return outputOf(result)
  }
  const { CI } = process.env
  delete process.env['CI']
  expect(await answer()).toBe('Fine.')
  process.env['CI'] = 'true'
  expect(await answer()).toBe('Fine.')
  if (CI === undefined) delete process.env['CI']
  else process.env['CI'] = CI
  expect(server.requests).toHaveLength(1)
})
