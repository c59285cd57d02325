// A child's run without an output, as its parent reports it.
import { agent, guardrail, memoryLog } from '@toolloop/core'
import { tool, type ToolContext } from '@toolloop/schema'
import { call, failure, reply, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parallel, pipe, race, retry, stage, StageError } from './index.ts'

const parameters = z.object({ id: z.string() })
const read = tool({ name: 'read', parameters, effects: 'none', execute: ({ id }) => id })
/** Does not return before its signal is aborted. */
const wait = tool({
  name: 'wait',
  parameters,
  execute: (_, { signal }: ToolContext) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
})

/** Agents by how their run ends. */
const ending = {
  refused: () => agent({ name: 'child', model: scriptedModel([reply({ refusal: 'I will not.' })]) }),
  truncated: () => agent({ name: 'child', model: scriptedModel([text('Half a', { finishReason: 'length' })]) }),
  filtered: () => agent({ name: 'child', model: scriptedModel([text('Half a', { finishReason: 'content_filter' })]) }),
  limit: () =>
    agent({ name: 'child', maxSteps: 1, tools: [read], model: scriptedModel(() => call('read', { id: 'x' })) }),
  stopped: () =>
    agent({
      name: 'child',
      tools: [read],
      stopWhen: () => true,
      model: scriptedModel(() => call('read', { id: 'x' })),
    }),
  error: () => agent({ name: 'child', model: scriptedModel([failure(401)]), stepRetries: 0 }),
  tripped: () =>
    agent({
      name: 'child',
      model: scriptedModel([text('The key is 42.')]),
      guardrails: [guardrail({ on: 'output', name: 'secrets', check: () => ({ trip: 'It holds a key.' }) })],
    }),
  invalid: () =>
    agent({
      name: 'child',
      model: scriptedModel(() => text('{}')),
      output: { schema: z.object({ n: z.number() }), retries: 0 },
    }),
}

describe('a child whose run has no output', () => {
  it.each([
    ['refused', 'refused', 'it ended as `refused`: I will not.'],
    ['truncated', 'truncated', 'it ended as `truncated`.'],
    ['filtered', 'filtered', 'it ended as `filtered`.'],
    ['limit', 'limit', 'it ended as `limit` after 1 steps'],
    ['stopped', 'stopped', 'it ended as `stopped`'],
    ['tripped', 'tripped', 'it ended as `tripped` by `secrets`: It holds a key.'],
    ['error', 'error', '401'],
    ['invalid', 'error', 'The answer does not fit'],
  ] as const)('fails its stage, which says how it ended: %s', async (kind, status, words) => {
    const log = memoryLog()
    const one = pipe(
      parallel({ child: ending[kind](), other: (input: string) => input.length }, { onFailure: 'settle' }),
    ).named('parent')
    const result = await one.run('go', { log })
    expect(result).toMatchObject({
      status: 'error',
      error: { path: 'parallel/child', message: expect.stringContaining(words), result: { status } },
      stages: { 'parallel/child': { status: 'failed' }, 'parallel/other': { status: 'done', output: 2 } },
    })
    expect(result.status === 'error' && result.error).toBeInstanceOf(StageError)
    // The log says so as well.
    expect(log.facts).toContainEqual(
      expect.objectContaining({ type: 'stage.done', stage: 'parallel/child', ok: false, outcome: status }),
    )
  })

  it('is not a failure where the child was aborted, because another stage won', async () => {
    const slow = agent({
      name: 'slow',
      tools: [wait],
      model: scriptedModel(() => call('wait', { id: 'x' })),
    })
    const log = memoryLog()
    let waiting = () => {}
    const begun = new Promise<void>((resolve) => (waiting = resolve))
    const quick = async () => (await begun, 'quick')
    const stream = race(slow, quick).stream('go', { log })
    stream.on('tool.start', () => waiting())
    expect(await stream.result).toMatchObject({ status: 'done', output: 'quick' })
    expect(log.facts.filter(({ path, type }) => path === 'slow' && type === 'run.done')).toMatchObject([
      { outcome: { status: 'aborted' } },
    ])
  })

  it('is a failure that can be retried where the child took too long', async () => {
    const slow = agent({ name: 'slow', tools: [wait], model: scriptedModel(() => call('wait', { id: 'x' })) })
    const limited = retry(stage(slow, { name: 'limited', timeout: 20 }), { times: 2, backoff: 0 })
    const result = await limited.run('go')
    expect(result).toMatchObject({
      status: 'error',
      error: {
        path: '#2',
        message: 'Stage `#2` failed: It did not end within 20 ms.',
        retryable: true,
        result: { status: 'aborted' },
      },
    })
  })
})
