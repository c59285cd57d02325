// A call that is complete starts while the model is still talking, and nobody can tell from the transcript.
import { tool } from '@toolloop/schema'
import { calls, checkTranscript, chunks, fault, reply, type Reply, scriptedModel, text } from '@toolloop/testing'
import type { Chunk } from '@toolloop/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type AnyTool, memoryLog, type RunEvent } from '../index.ts'

const params = z.object({ id: z.number() })
const pure = tool({ name: 'pure', parameters: params, effects: 'none', execute: ({ id }) => `pure ${id}` })
const unsafe = tool({ name: 'unsafe', parameters: params, execute: ({ id }) => `unsafe ${id}` })
const pureCall = (id: number) => ({ name: 'pure', args: { id } })

const types = async (tools: readonly AnyTool[], first: Reply, options: object = {}) => {
  const events: RunEvent[] = []
  const stream = agent({ name: 'a', model: scriptedModel([first, text('done')]), tools, ...options }).stream('go')
  for await (const event of stream) events.push(event)
  return { events, result: await stream.result }
}

describe('early dispatch', () => {
  it('starts a complete call before the step is done', async () => {
    const { events, result } = await types([pure], reply({ toolCalls: [pureCall(1), pureCall(2)] }))
    const at = (type: string) => events.findIndex((event) => event.type === type)
    expect(at('call.sealed')).toBeLessThan(at('tool.start'))
    expect(at('tool.start')).toBeLessThan(at('step.done'))
    expect(result.steps[0]?.calls.map((done) => done.content)).toEqual(['pure 1', 'pure 2'])
  })

  it('starts within two chunks of the call being complete, in a stream that goes on', async () => {
    let chunk = 0
    let startedAt = -1
    const noting = tool({
      name: 'pure',
      parameters: params,
      effects: 'idempotent',
      execute: () => {
        startedAt = chunk
      },
    })
    const delta = (body: Chunk['choices'][number]['delta'], finish: string | null = null): Chunk => ({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta: body, finish_reason: finish }],
    })
    let step = 0
    const model = {
      name: 'slow',
      async *stream(): AsyncGenerator<Chunk, void> {
        if (step++ > 0) return yield delta({ content: 'done' }, 'stop')
        yield delta({
          role: 'assistant',
          tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'pure', arguments: '{"id":1}' } }],
        })
        for (; chunk < 40; chunk++) {
          yield delta({ content: '.' })
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        yield delta({}, 'tool_calls')
      },
    }
    const result = await agent({ name: 'a', model, tools: [noting] }).run('go')
    expect(result.status).toBe('done')
    expect(startedAt).toBeGreaterThanOrEqual(0)
    expect(startedAt).toBeLessThan(3)
  })

  it.each([
    ['an unsafe tool', [unsafe], 'unsafe', {}, 0],
    [
      'an unsafe tool that may need approval, though the question comes early',
      [tool({ name: 'unsafe', parameters: params, needsApproval: () => false, execute: () => 1 })],
      'unsafe',
      {},
      2,
    ],
    ['a tool that is not here', [unsafe], 'pure', {}, 0],
    ['any tool when it is off', [pure], 'pure', { earlyDispatch: false }, 0],
  ])('waits for the finish with %s', async (_title, tools, name, options, sealed) => {
    const { events } = await types(
      tools,
      calls([
        { name, args: { id: 1 } },
        { name, args: { id: 2 } },
      ]),
      options,
    )
    expect(events.findIndex((event) => event.type === 'tool.done')).toBeGreaterThan(
      events.findIndex((event) => event.type === 'step.done'),
    )
    expect(events.filter((event) => event.type === 'call.sealed')).toHaveLength(sealed)
  })

  it.each([
    ['before the finish if a function says that it needs no approval', () => false, true],
    ['after the finish if it was approved', () => true, false],
  ])('starts a harmless call %s', async (_, needsApproval, isEarly) => {
    const careful = tool({ name: 'pure', parameters: params, effects: 'none', needsApproval, execute: () => 1 })
    const model = scriptedModel([
      calls([
        { name: 'pure', args: { id: 1 } },
        { name: 'pure', args: { id: 2 } },
      ]),
      text('.'),
    ])
    const run = agent({ name: 'a', model, tools: [careful] }).stream('go', { approver: () => ({ approve: true }) })
    const seen: string[] = []
    for await (const { type } of run) seen.push(type)
    expect(seen.indexOf('tool.start') < seen.indexOf('step.done')).toBe(isEarly)
    expect(seen.indexOf('approval.request') < seen.indexOf('step.done')).toBe(true)
  })

  it('gives the same transcript on and off, whatever the answer', async () => {
    const aCall = fc.record({
      name: fc.constantFrom('pure', 'unsafe', 'missing'),
      args: fc.oneof(fc.record({ id: fc.nat(9) }), fc.constant('{"id":'), fc.constant('[]'), fc.constant('')),
    })
    const anAnswer = fc.record({
      content: fc.constantFrom('', 'Let me see'),
      toolCalls: fc.array(aCall, { maxLength: 5 }),
      finishReason: fc.constantFrom('tool_calls', 'stop', 'length', null),
      deltaSize: fc.integer({ min: 1, max: 9 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anAnswer, { maxLength: 3 }), async (answers) => {
        const runs = await Promise.all(
          [true, false].map(async (earlyDispatch) => {
            const script = [...answers.map((answer) => reply(answer)), text('done'), text('done')]
            const result = await agent({
              name: 'a',
              model: scriptedModel(script),
              tools: [pure, unsafe],
              earlyDispatch,
              wire: 'stream',
            }).run('go', { runId: 'r' })
            return { status: result.status, messages: result.messages }
          }),
        )
        expect(runs[0]).toEqual(runs[1])
        expect(checkTranscript(runs[0]!.messages)).toBeUndefined()
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('keeps the results of a stream that was cut, and repeats none, wherever it was cut', async () => {
    const first = reply({ content: 'Two things.', toolCalls: [pureCall(1), pureCall(2)] })
    let cuts = 0
    for (let bytes = 0; bytes < 3000; bytes += 37) {
      const ran: number[] = []
      const counting = tool({
        name: 'pure',
        parameters: params,
        effects: 'none',
        execute: ({ id }) => void ran.push(id),
      })
      const model = scriptedModel([fault.cutAt(first, bytes), text('after'), text('after')])
      const log = memoryLog()
      const result = await agent({ name: 'a', model, tools: [counting], wire: 'stream' }).run('go', { log })
      expect(checkTranscript(result.messages)).toBeUndefined()
      expect(new Set(ran).size).toBe(ran.length)
      const kept = log.facts.flatMap((fact) => (fact.type === 'step.cut' ? (fact.message.tool_calls ?? []) : []))
      if (kept.length === 0) continue
      cuts++
      expect(result.status).toBe('done')
      expect(ran).toEqual([1, 2].slice(0, kept.length))
      expect(result.messages.map((message) => message.role)).toEqual([
        'user',
        'assistant',
        ...kept.map(() => 'tool'),
        'assistant',
      ])
    }
    expect(cuts).toBeGreaterThan(3)
  })

  it.each([
    ['would fail at a retry', false, 1],
    ['may succeed at a retry', true, 2],
  ])('retries at most once a stream that breaks after its call and %s', async (_title, retryable, requests) => {
    let asked = 0
    const model = {
      name: 'broken',
      async *stream(): AsyncGenerator<Chunk, void> {
        asked++
        for (const delta of [
          { tool_calls: [{ index: 0, id: `c${asked}`, function: { name: 'pure', arguments: '{"id":1}' } }] },
          { content: '.' },
        ])
          yield {
            id: 'c',
            object: 'chat.completion.chunk',
            created: 1,
            model: 'm',
            choices: [{ index: 0, delta, finish_reason: null }],
          }
        await new Promise((resolve) => setTimeout(resolve, 1))
        throw Object.assign(new Error('broken pipe'), { retryable })
      },
    }
    const log = memoryLog()
    const result = await agent({ name: 'a', model, tools: [pure] }).run('go', { log })
    expect(result).toMatchObject({ status: 'error', error: { message: 'broken pipe' } })
    expect(asked).toBe(requests)
    expect(log.facts.find((fact) => fact.type === 'step.cut')).toMatchObject({
      reason: 'connection',
      error: { message: 'broken pipe' },
    })
    expect(result.steps.flatMap((step) => step.calls.map((done) => done.content))).toEqual(
      Array(requests).fill('pure 1'),
    )
  })

  it('goes on when calls that were sealed together fail together', async () => {
    for (let count = 1; count < 6; count++) {
      const model = scriptedModel([
        calls(Array.from({ length: count }, () => ({ name: 'pure', args: '' }))),
        text('done'),
      ])
      const result = await agent({ name: 'a', model, tools: [pure], wire: 'stream' }).run('go')
      expect(result.status).toBe('done')
      expect(result.steps[0]?.calls.map((done) => done.reason)).toEqual(Array(count).fill('arguments'))
    }
  })

  it('rebuilds an open step from its facts', async () => {
    const facts = memoryLog()
    const stream = agent({
      name: 'a',
      model: scriptedModel([reply({ content: 'Hm.', reasoning: 'think', toolCalls: [pureCall(1), pureCall(2)] })]),
      tools: [pure],
    }).stream('go', { log: facts })
    for await (const event of stream) if (event.type === 'call.sealed') break
    const upToSealed = facts.facts.slice(0, facts.facts.findIndex((fact) => fact.type === 'call.sealed') + 1)
    const model = scriptedModel([text('well')])
    const result = await agent({ name: 'a', model, tools: [pure] }).run(undefined, { from: memoryLog(upToSealed) })
    expect(result.messages).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: 'Hm.',
        reasoning_content: 'think',
        tool_calls: [{ function: { arguments: '{"id":1}' } }],
      },
      { role: 'tool', content: 'pure 1' },
      { role: 'assistant', content: 'well' },
    ])
  })

  it('rebuilds what grows by what it gained, and replaces the rest', async () => {
    const piece = (delta: object) => ({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }] })
    const sealing = (index: number) => ({
      tool_calls: [{ index, id: `c${index}`, function: { name: 'pure', arguments: `{"id":${index}}` } }],
    })
    const script = chunks([
      piece({ content: 'one ', signature: 'AAA' }),
      piece(sealing(0)),
      piece({ content: 'two', signature: 'BBBBB' }),
      piece(sealing(1)),
      piece({ content: '.' }),
    ])
    const log = memoryLog()
    const stream = agent({ name: 'a', model: scriptedModel([script]), tools: [pure] }).stream('go', { log })
    let seals = 0
    for await (const event of stream) if (event.type === 'call.sealed' && ++seals === 2) break
    const at = log.facts.findLastIndex((fact) => fact.type === 'call.sealed')
    const result = await agent({ name: 'a', model: scriptedModel([text('on')]), tools: [pure] }).run(undefined, {
      from: memoryLog(log.facts.slice(0, at + 1)),
    })
    expect(result.messages[1]).toMatchObject({ content: 'one two.', signature: 'BBBBB' })
  })

  it('gives calls ids where the server gives none or the same again', async () => {
    const piece = (index: number, id: string | undefined) => ({
      index,
      ...(id !== undefined && { id }),
      function: { name: 'pure', arguments: `{"id":${index}}` },
    })
    const step = (...ids: (string | undefined)[]) =>
      chunks([
        {
          id: 'c',
          choices: [
            { index: 0, delta: { tool_calls: ids.map((id, index) => piece(index, id)) }, finish_reason: 'tool_calls' },
          ],
        },
      ])
    const run = async () => {
      const model = scriptedModel([step('a', 'a', undefined, ''), step('a'), text('done')])
      return (await agent({ name: 'x', model, tools: [pure] }).run('go', { runId: 'same' })).messages
    }
    const messages = await run()
    expect(checkTranscript(messages)).toBeUndefined()
    const ids = messages.flatMap((message) =>
      message.role === 'assistant' ? (message.tool_calls ?? []).map((made) => made.id) : [],
    )
    expect(new Set(ids).size).toBe(5)
    expect(ids[0]).toBe('a')
    for (const id of ids.slice(1)) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(await run()).toEqual(messages)
  })
})
