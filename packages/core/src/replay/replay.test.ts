import { tool } from '@toolloop/schema'
import { call, calls, checkTranscript, type Reply, scriptedModel, text } from '@toolloop/testing'
import type { ChatModel, Chunk, Profile } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AnyTool,
  type Fact,
  fork,
  memoryLog,
  type MemoryLog,
  readRun,
  replay,
  ReplayError,
} from '../index.ts'

const ran: string[] = []
const parameters = z.object({ id: z.string() })
const record = ({ id }: { id: string }, { idempotencyKey }: { idempotencyKey: string }) => {
  ran.push(idempotencyKey)
  return `ran ${id}`
}
const readOptions = { name: 'read', parameters, effects: 'none', execute: record } as const
const read = tool(readOptions)
const write = tool({ name: 'write', parameters, execute: record })
const guarded = tool({ name: 'guarded', parameters, needsApproval: true, execute: record })
const tools = [read, write, guarded] as const

/** Parallel tools, early dispatch, approvals, then an answer that has to be asked for twice. */
const script = (said: string): Reply =>
  said === 'nothing'
    ? calls(
        [
          { name: 'read', args: { id: 'r1' }, id: 'c1' },
          { name: 'guarded', args: { id: 'g1' }, id: 'c2' },
          { name: 'write', args: { id: 'w1' }, id: 'c3' },
          { name: 'read', args: '{"id":7}', id: 'c4' },
        ],
        { content: 'First.' },
      )
    : said === 'first'
      ? calls([{ name: 'guarded', args: { id: 'g2' }, id: 'c5' }])
      : text(said === 'retry' ? '{"sum":3}' : '{"sum":"x"}')
const model = () =>
  scriptedModel(({ messages }) => {
    const ids = messages.flatMap((message) => (message.role === 'tool' ? message.tool_call_id : []))
    if (!ids.includes('c1')) return script('nothing')
    if (!ids.includes('c5')) return script('first')
    return script(
      messages.some(({ content }) => typeof content === 'string' && content.includes('Answer again'))
        ? 'retry'
        : 'second',
    )
  })
const output = { schema: z.object({ sum: z.number() }), mode: 'native' } as const
const workerOf = (own: readonly AnyTool[] = tools, options = {}) =>
  agent({ name: 'worker', model: model(), tools: own, output, ...options })
const profileOf: Profile = {
  name: 'some',
  strict: true,
  streamOptions: true,
  parallelToolCalls: true,
  developerRole: true,
  maxCompletionTokens: true,
  nullContent: true,
  invalidArguments: true,
  sendBack: [],
  output: 'native',
}
/** Any use of it is an error. */
const unreachable: ChatModel = { name: 'unreachable', create: () => expect.unreachable('a model was asked') }

async function whole(): Promise<MemoryLog> {
  const log = memoryLog()
  const stream = workerOf().stream('go', { log, approvals: 'wait', runId: 'r' })
  for await (const event of stream)
    if (event.type === 'approval.request') await stream.approve(event.id, { arguments: { id: `${event.callId}!` } })
  expect((await stream.result).status).toBe('done')
  return log
}
async function paused(): Promise<MemoryLog> {
  const log = memoryLog()
  const one = workerOf()
  await one.run('go', { log, runId: 'r' })
  await one.run(undefined, { from: log, decisions: { c2: { approve: false, reason: 'No.' } } })
  expect((await one.run('And?', { from: log, decisions: { c5: { approve: true } } })).status).toBe('done')
  return log
}
const saved = (log: MemoryLog, length = log.facts.length): Fact[] =>
  JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[]

describe('replay', () => {
  it.each([
    ['calls', { toolCalls: 2 }],
    ['calls, wrapped up', { toolCalls: 2, onExhausted: 'wrapUp' }],
    ['tokens', { tokens: 2_000 }],
    ['tokens, wrapped up', { tokens: 2_000, wrapUpTokens: 100, onExhausted: 'wrapUp' }],
  ] as const)('goes through a run that spent its budget of %s', async (_title, budget) => {
    const endless = scriptedModel((request, index) =>
      request.tools ? call('read', { id: `${index}` }) : text('{"sum":1}'),
    )
    const log = memoryLog()
    const spender = workerOf(tools, { model: endless, maxSteps: 100, cycleGuard: false, budget })
    const { status, steps } = await spender.run('go', { log })
    expect(status).toBe('budget')
    for (let length = 1; length <= log.facts.length; length++)
      expect((await replay(log.facts.slice(0, length), spender)).timeline).toHaveLength(length)
    expect(await replay(log, spender)).toMatchObject({ status, steps })
    const other = agent({ name: 'worker', model: endless, output, tools: [] })
    await expect(replay(log, other)).rejects.toThrow(/differs from the log at step 0/)
  })

  it.each([
    ['that waited for decisions', whole],
    ['that paused, was resumed and asked more', paused],
  ])('goes through a run %s, with no model and no tool', async (_title, make) => {
    const facts = saved(await make())
    ran.length = 0
    const replayed = await replay(facts, workerOf(tools, { model: unreachable }))
    expect(ran).toEqual([])
    expect(replayed.output).toEqual({ sum: 3 })
    const { output: _output, request: _request, ...reading } = replayed
    expect(reading).toEqual(await readRun(facts))
  })

  it('goes through every prefix: a process may have died anywhere', async () => {
    for (const log of [await whole(), await paused()])
      for (let length = 1; length <= log.facts.length; length++) {
        const facts = saved(log, length)
        expect(
          (await replay(memoryLog(facts), workerOf(tools, { model: unreachable }))).messages.length,
        ).toBeGreaterThan(0)
      }
    expect((await replay(await whole(), workerOf())).status).toBe('done')
  })

  it('goes through a run resumed from every prefix', async () => {
    const { facts } = await whole()
    for (let length = 1; length < facts.length; length++) {
      const log = memoryLog(saved({ facts } as MemoryLog, length))
      const result = await workerOf().run(undefined, { from: log, approver: () => ({ approve: true }) })
      expect(result.status).toBe('done')
      expect(checkTranscript(result.messages)).toBeUndefined()
      await replay(log, workerOf(tools, { model: unreachable }))
    }
  })

  it('goes through runs that were aborted, that failed, and whose stream broke off', async () => {
    const breaking: ChatModel = {
      name: 'breaking',
      async *stream() {
        const one = { index: 0, id: 'c1', type: 'function', function: { name: 'read', arguments: '{"id":"r1"}' } }
        yield { choices: [{ index: 0, delta: { role: 'assistant', content: 'So', tool_calls: [one] } }] } as Chunk
        yield { choices: [{ index: 0, delta: {} }] } as Chunk
        throw Object.assign(new Error('gone'), { retryable: false })
      },
    }
    const broken = memoryLog()
    await workerOf(tools, { model: breaking }).run('go', { log: broken })
    const aborted = memoryLog()
    const stream = workerOf().stream('go', { log: aborted })
    stream.on('tool.done', () => stream.abort('enough'))
    await stream.result
    const failed = memoryLog()
    await workerOf(tools, { model: scriptedModel([]) }).run('go', { log: failed })
    const statuses = []
    for (const log of [broken, aborted, failed])
      statuses.push((await replay(log, workerOf(tools, { model: unreachable }))).status)
    expect(statuses).toEqual(['error', 'aborted', 'error'])
  })

  it.each([
    [
      'a tool that is gone',
      { tools: [read, guarded] },
      { step: 0, tool: undefined, fact: 'step.start', path: '$.tools[1]', was: 'write', is: 'guarded' },
    ],
    [
      'a tool that takes something else',
      { tools: [read, tool({ name: 'write', parameters: z.object({ id: z.number() }), execute: () => '' }), guarded] },
      { step: 0, tool: 'write', callId: 'c3', fact: 'tool.start', path: '$.type', was: 'tool.start', is: 'tool.done' },
    ],
    [
      'a tool that asks nobody any more',
      { tools: [read, write, tool({ name: 'guarded', parameters, execute: record })] },
      { step: 0, tool: 'guarded', callId: 'c2', path: '$.type', was: 'approval.request', is: 'tool.start' },
    ],
    [
      'an answer that must be another one',
      { output: { schema: z.object({ sum: z.string() }), mode: 'native' } },
      { step: undefined, fact: 'message.add', path: '$.type', was: 'message.add', is: 'run.done' },
    ],
    [
      'a limit that is lower',
      { maxSteps: 1 },
      { step: 1, fact: 'step.start', was: expect.objectContaining({ type: 'step.start' }) },
    ],
  ] as const)('ends at the first difference: %s', async (_title, options, expected) => {
    const log = await whole()
    const before = saved(log)
    const error = await replay(log, workerOf(tools, options as object)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ReplayError)
    expect(error).toMatchObject({ code: 'replay', ...expected })
    expect((error as Error).message).toMatch(/^Today's agent differs from the log at /)
    expect(saved(log)).toEqual(before)
  })

  it('gives the request of each step as it was sent, and says which parts are others today', async () => {
    const log = memoryLog()
    let round = 0
    const asked = workerOf(tools, { instructions: () => `Round ${round++}.`, params: { temperature: 0 } })
    const decide = { approver: () => ({ approve: true }) } as const
    const result = await asked.run('go', { log, ...decide })
    round = 0
    const same = await replay(log, asked)
    expect(result.steps.length).toBeGreaterThan(2)
    for (const { step } of result.steps)
      expect(same.request(step)).toEqual({ request: result.request(step), differs: [] })
    expect(same.request(99)).toBeUndefined()
    round = 1
    expect((await replay(log, asked)).request(0)?.differs).toEqual(['instructions'])
    const described = tools.map((one) => (one === read ? tool({ ...readOptions, description: 'Reads.' }) : one))
    round = 0
    const changed = await replay(log, workerOf(described, { instructions: () => `Round ${round++}.` }))
    expect(changed.request(1)?.differs).toEqual(['tools'])
  })

  it('needs no key where the model is a name', async () => {
    const log = await whole()
    const { OPENAI_API_KEY: key } = process.env
    delete process.env['OPENAI_API_KEY']
    try {
      expect((await replay(log, workerOf(tools, { model: 'gpt-5.1' }))).status).toBe('done')
    } finally {
      if (key !== undefined) process.env['OPENAI_API_KEY'] = key
    }
  })

  it('asks for the form of the answer as the log did, whichever server it was', async () => {
    const schema = z.object({ sum: z.number() })
    const options = { name: 'a', output: schema, tools: [read] } as const
    const log = memoryLog()
    const profile = { ...profileOf, output: 'tool' as const }
    const answering = scriptedModel([call('final_answer', { sum: 3 })], { profile })
    expect((await agent({ ...options, model: answering }).run('go', { log })).status).toBe('done')
    expect((await replay(log, agent({ ...options, model: unreachable }))).output).toEqual({ sum: 3 })
    const native = memoryLog()
    await agent({ ...options, model: scriptedModel([text('{"sum":4}')]) }).run('go', { log: native })
    expect((await replay(native, agent({ ...options, model: answering }))).output).toEqual({ sum: 4 })
  })

  it('refuses another agent, and what is no agent', async () => {
    const log = await whole()
    await expect(replay(log, agent({ name: 'other', model: unreachable }))).rejects.toThrow(/of the agent `worker`/)
    await expect(replay(log, { ...workerOf() })).rejects.toThrow(/must be one that `agent\(\{ … \}\)` returned/)
  })
})

describe('fork', () => {
  it('before a step goes on from its history, as another run', async () => {
    const log = await whole()
    ran.length = 0
    const forked = await fork(log, { before: 1, runId: 'f' })
    expect(forked.facts.map(({ run, seq }) => [run, seq])).toEqual(forked.facts.map((_, seq) => ['f', seq]))
    expect(forked.facts[0]).toMatchObject({ forkOf: { run: 'r', before: 1 } })
    const result = await workerOf().run(undefined, { from: forked, approver: () => ({ approve: true }) })
    expect(result).toMatchObject({ status: 'done', output: { sum: 3 } })
    expect(ran).toEqual(['f/1/c5'])
    expect(result.messages.slice(0, 6)).toEqual((await readRun(log)).messages.slice(0, 6))
    await replay(forked, workerOf(tools, { model: unreachable }))
  })

  it('before a call makes that one anew, and none of its siblings', async () => {
    for (const log of [await whole(), await paused()]) {
      const forked = await fork(log, { before: 'c3', runId: 'f', messages: 'Be careful.' })
      ran.length = 0
      const result = await workerOf().run(undefined, { from: forked, approver: () => ({ approve: true }) })
      expect(result.status).toBe('done')
      expect(ran).toEqual(['f/0/c3', 'f/1/c5'])
      expect(result.messages.slice(1, 7).map(({ role }) => role)).toEqual([
        'assistant',
        ...Array(4).fill('tool'),
        'user',
      ])
      expect(checkTranscript(result.messages)).toBeUndefined()
    }
  })

  it('before every step and call of a log is a run that can go on', async () => {
    const log = await whole()
    const places = log.facts.flatMap((fact): (number | string)[] => {
      if (fact.type === 'step.start') return [fact.step]
      return fact.type === 'step.done' ? (fact.message.tool_calls ?? []).map(({ id }) => id) : []
    })
    expect(places).toEqual([0, 'c1', 'c2', 'c3', 'c4', 1, 'c5', 2, 3])
    for (const before of places) {
      const forked = await fork(log, { before })
      const result = await workerOf().run(undefined, { from: forked, approver: () => ({ approve: true }) })
      expect([before, result.status]).toEqual([before, 'done'])
      expect(checkTranscript(result.messages)).toBeUndefined()
    }
  })

  it('may go on with another agent', async () => {
    const other = agent({ name: 'other', model: scriptedModel([text('Well.')]), tools })
    const log = await whole()
    const forked = await fork(log, { before: 1, agent: other, messages: 'And now?' })
    const result = await other.run(undefined, { from: forked })
    expect(result.messages.slice(-2).map(({ content }) => content)).toEqual(['And now?', 'Well.'])
  })

  it('refuses a place that the log does not have', async () => {
    const log = await whole()
    await expect(fork(log, { before: 9 })).rejects.toThrow(/`before` is 9; the log has the steps 0, 1, 2, 3/)
    await expect(fork(log, { before: 'c9' })).rejects.toThrow(/the log has the calls c1, c2, c3, c4, c5/)
    await expect(fork(memoryLog(), { before: 0 })).rejects.toThrow(/The log is empty/)
    await expect(fork([call as never], { before: 0 })).rejects.toThrow(/damaged|does not begin/)
  })
})
