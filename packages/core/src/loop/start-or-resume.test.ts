// What `log` and `from` do, whatever the log holds.
import { tool } from '@toolloop/schema'
import { call, calls, checkRequest, failure, reply, type Reply, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, calls as called, type Fact, memoryLog, type MemoryLog } from '../index.ts'

const look = tool({ name: 'look', effects: 'none', execute: () => 'seen' })
const pay = tool({ name: 'pay', needsApproval: true, execute: () => 'paid' })
const workerOf = (script: readonly Reply[], options = {}) => {
  const model = scriptedModel(script)
  return { model, worker: agent({ name: 'worker', model, tools: [look, pay], ...options }) }
}

/** A log of each status, asked `go`. */
const logs: Readonly<Record<string, () => Promise<MemoryLog>>> = {
  running: async () => {
    const whole = await logOf([call('look', {}), text('Done.')])
    return memoryLog(whole.facts.slice(0, whole.facts.findIndex((fact) => fact.type === 'tool.done') + 1))
  },
  approval: () => logOf([call('pay', {}, { id: 'p1' })]),
  stopped: () => logOf([call('look', {})], { stopWhen: called('look') }),
  limit: () => logOf([call('look', {})], { maxSteps: 1 }),
  aborted: () => {
    const stream = (controller: AbortController) => (controller.abort('enough'), { signal: controller.signal })
    return logOf([text('Done.')], {}, stream(new AbortController()))
  },
  error: () => logOf([failure(400)]),
  done: () => logOf([text('Done.')]),
  refused: () => logOf([reply({ refusal: 'No.' })]),
  truncated: () => logOf([text('Do', { finishReason: 'length' })]),
  filtered: () => logOf([text('Do', { finishReason: 'content_filter' })]),
}

async function logOf(script: readonly Reply[], options = {}, runOptions = {}): Promise<MemoryLog> {
  const log = memoryLog()
  await workerOf(script, options).worker.run('go', { log, ...runOptions })
  return memoryLog(JSON.parse(JSON.stringify(log.facts)) as Fact[])
}

interface Row {
  readonly status: string
  /** `from` without an input: how it ends, and how often the model is asked. */
  readonly alone: readonly [status: string, asked: number]
  /** `from` with an input: how it ends, and what the conversation's roles and texts are. */
  readonly more: readonly [status: string, conversation: string]
  /** The same input with `log`. */
  readonly same: string | RegExp
}
const rows: readonly Row[] = [
  { status: 'running', alone: ['done', 1], more: ['done', 'go (calls) seen more Well.'], same: 'done' },
  {
    status: 'approval',
    alone: ['approval', 0],
    more: ['approval', 'go (calls) (Not run: awaiting a decision.) more'],
    same: 'approval',
  },
  { status: 'stopped', alone: ['done', 1], more: ['done', 'go (calls) seen more Well.'], same: /ended as `stopped`/ },
  { status: 'limit', alone: ['done', 1], more: ['done', 'go (calls) seen more Well.'], same: /ended as `limit`/ },
  { status: 'aborted', alone: ['done', 1], more: ['done', 'go more Well.'], same: /ended as `aborted`/ },
  { status: 'error', alone: ['done', 1], more: ['done', 'go more Well.'], same: /ended as `error`/ },
  { status: 'done', alone: ['done', 0], more: ['done', 'go Done. more Well.'], same: /ended as `done`/ },
  { status: 'refused', alone: ['refused', 0], more: ['done', 'go (No.) more Well.'], same: /ended as `refused`/ },
  { status: 'truncated', alone: ['truncated', 0], more: ['done', 'go Do more Well.'], same: /ended as `truncated`/ },
  { status: 'filtered', alone: ['filtered', 0], more: ['done', 'go Do more Well.'], same: /ended as `filtered`/ },
]

describe.each(rows)('a log of a run that is `$status`', ({ status, alone, more, same }) => {
  it('goes on by `from` alone', async () => {
    const { model, worker } = workerOf([text('Well.')])
    const result = await worker.run(undefined, { from: await logs[status]!() })
    expect([result.status, model.requests.length]).toEqual(alone)
  })

  it('goes on by `from` with something more', async () => {
    const { model, worker } = workerOf([text('Well.')])
    const result = await worker.run('more', { from: await logs[status]!() })
    const said = result.messages.map((message): string => {
      if (message.role === 'assistant' && message.tool_calls) return '(calls)'
      if (message.role === 'assistant' && message.refusal) return `(${message.refusal})`
      const content = typeof message.content === 'string' ? message.content : JSON.stringify(message.content)
      return message.role === 'tool' && result.status === 'approval' ? `(${content})` : content
    })
    expect([result.status, said.join(' ')]).toEqual(more)
    for (const request of model.requests) expect(checkRequest({ model: 'm', ...request })).toBeUndefined()
  })

  it('is met by the same question as `log`', async () => {
    const log = await logs[status]!()
    const before = [...log.facts]
    const run = workerOf([text('Well.')]).worker.run('go', { log })
    if (typeof same === 'string') {
      expect((await run).status).toBe(same)
      expect(log.facts.filter((fact) => fact.type === 'message.add')).toEqual([])
    } else {
      await expect(run).rejects.toThrow(same)
      expect(log.facts).toEqual(before)
    }
  })

  it('is left alone by another question as `log`', async () => {
    const log = await logs[status]!()
    const before = [...log.facts]
    const run = workerOf([]).worker.run('something else', { log })
    await expect(run).rejects.toThrow(/holds run `.*` already, which (ended as|had another input: input\[0\].content)/)
    expect(log.facts).toEqual(before)
  })
})

describe('a log', () => {
  it('that is empty cannot be resumed, and says how to start', async () => {
    const run = workerOf([]).worker.run('go', { from: memoryLog() })
    await expect(run).rejects.toThrow(
      'The log given as `from` is empty: there is nothing to resume. To start, pass it as `log`.',
    )
  })

  it('of another run is refused by its id', async () => {
    const log = await logs['running']!()
    await expect(workerOf([]).worker.run('go', { log, runId: 'mine' })).rejects.toThrow(/holds run `.*`, not `mine`/)
  })

  it('takes one program through crashes at every fact: start or resume in one call', async () => {
    const script = [
      calls([
        { name: 'look', args: {}, id: 'c1' },
        { name: 'look', args: {}, id: 'c2' },
      ]),
      text('Done.'),
    ]
    const whole = memoryLog()
    const options = { earlyDispatch: false } // else a log that ends within a stream holds a part of its message
    const expected = await workerOf(script, options).worker.run([{ role: 'user', content: 'go' }], {
      log: whole,
      runId: 'r',
    })
    for (let length = 0; length < whole.facts.length; length++) {
      const log = memoryLog(JSON.parse(JSON.stringify(whole.facts.slice(0, length))) as Fact[])
      const told = scriptedModel((request) => script[request.messages.some(({ role }) => role === 'tool') ? 1 : 0]!)
      const worker = agent({ name: 'worker', model: told, tools: [look, pay], ...options })
      const result = await worker.run('go', { log, runId: 'r' })
      expect([result.status, result.messages]).toEqual(['done', expected.messages])
    }
  })
})

describe('an agent that has changed', () => {
  const parameters = z.object({ id: z.string() })
  const act = (schema: z.ZodType, name = 'act') =>
    tool({ name, parameters: schema as typeof parameters, needsApproval: true, execute: () => 'acted' })
  const asked = async () => {
    const log = memoryLog()
    const model = scriptedModel([call('act', { id: 'x' }, { id: 'c1' })])
    await agent({ name: 'a', model, tools: [act(parameters)] }).run('go', { log })
    return log
  }

  it.each([
    ['whose other tools changed goes on', [act(parameters), look], 'acted'],
    ['whose called tool is gone tells the model', [look], /^There is no tool "act"/],
    ['whose called tool takes something else tells the model', [act(z.object({ id: z.number() }))], /id/],
  ])('%s', async (_title, tools, told) => {
    const log = await asked()
    const drifts: unknown[] = []
    const options = { from: log, decisions: { c1: { approve: true } } } as const
    const stream = agent({ name: 'a', model: scriptedModel([text('Well.')]), tools }).stream(undefined, options)
    for await (const event of stream) if (event.type === 'resume.drift') drifts.push(event.was === event.is)
    const result = await stream.result
    expect(result.status).toBe('done')
    expect(result.messages[2]?.content).toEqual(typeof told === 'string' ? told : expect.stringMatching(told))
    expect(drifts).toEqual([false])
  })

  it('has drifted once: the next resume of it says nothing', async () => {
    const log = await asked()
    const changed = agent({ name: 'a', model: scriptedModel([text('Well.')]), tools: [act(parameters), look] })
    const drifts = []
    for (const decisions of [{}, { c1: { approve: true } }] as const) {
      const stream = changed.stream(undefined, { from: log, decisions })
      for await (const event of stream) if (event.type === 'resume.drift') drifts.push(event)
    }
    expect(drifts).toHaveLength(1)
  })
})
