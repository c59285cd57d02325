// A log may end anywhere: what goes on from it is a valid conversation, runs no finished tool again and no unsafe one twice.
import { tool } from '@toolloop/schema'
import { calls, checkTranscript, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, memoryLog, outputOf } from '../index.ts'
import { type ChatModel, type Chunk, isDeepFrozen, type Message, type TextPart } from '@toolloop/wire'

const ran: string[] = []
const params = z.object({ id: z.string() })
const record = ({ id }: { id: string }) => {
  ran.push(id)
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters: params, effects: 'none', execute: record })
const write = tool({ name: 'write', parameters: params, execute: record })
const guarded = tool({ name: 'guarded', parameters: params, needsApproval: true, execute: record })

const first = calls(
  [
    { name: 'read', args: { id: 'r1' }, id: 'c1' },
    { name: 'write', args: { id: 'w1' }, id: 'c2' },
    { name: 'read', args: { id: 'r2' }, id: 'c3' },
  ],
  { content: 'First.' },
)
const second = calls([{ name: 'write', args: { id: 'w2' }, id: 'c4' }])
/** Answers by what it is shown, as a model would, so that a resumed run meets the right step. */
const model = () =>
  scriptedModel((request) => {
    const done = toolResults(request).length
    return done === 0 ? first : done < 4 ? second : text('Finished.')
  })
const worker = () => agent({ name: 'worker', model: model(), tools: [read, write, guarded] })

async function wholeLog(): Promise<readonly Fact[]> {
  const log = memoryLog()
  const stream = worker().stream('go', { log, runId: 'r' })
  for await (const event of stream) void event
  return log.facts
}
const facts = await wholeLog()
const whole = await worker().run(undefined, { from: memoryLog(facts) })

function endsInOpenStream(prefix: readonly Fact[]): boolean {
  const last = prefix.findLastIndex((fact) => fact.type === 'step.done')
  return prefix.slice(last + 1).some((fact) => fact.type === 'call.sealed')
}

describe('a run resumed from its log', () => {
  it.each(Array.from({ length: facts.length }, (_, index) => index + 1))('cut behind fact %i', async (length) => {
    const prefix = JSON.parse(JSON.stringify(facts.slice(0, length))) as Fact[]
    const finished = new Set(prefix.flatMap((fact) => (fact.type === 'tool.done' ? [fact.arguments] : [])))
    const started = new Set(
      prefix.flatMap((fact) => (fact.type === 'tool.start' && fact.name === 'write' ? [fact.arguments] : [])),
    )
    ran.length = 0
    const result = await worker().run(undefined, { from: memoryLog(prefix) })
    for (const id of ran) {
      expect(finished).not.toContain(JSON.stringify({ id }))
      expect(started).not.toContain(JSON.stringify({ id }))
    }
    expect(checkTranscript(result.messages)).toBeUndefined()
    const inFlight = [...started].filter((args) => !finished.has(args))
    if (inFlight.length > 0) {
      expect(JSON.stringify(result.messages)).not.toContain('Not run: awaiting')
      expect(result).toMatchObject({
        status: 'approval',
        requests: [{ name: 'write', kind: 'interrupted', arguments: inFlight[0] }],
      })
      return
    }
    expect(outputOf(result)).toBe('Finished.')
    // Only a step that was streaming when the log ended may differ: its incomplete part is requested again.
    if (!endsInOpenStream(prefix)) expect(result.messages).toEqual(whole.messages)
  })

  it('asks with messages that cannot change, and leaves the log that it was given alone', async () => {
    const saved = JSON.parse(JSON.stringify(facts.slice(0, -2))) as Fact[]
    const seen: boolean[] = []
    const looking: ChatModel = {
      name: 'looking',
      create: (request, options) => {
        seen.push(...request.messages.map(isDeepFrozen))
        return model().create(request, options)
      },
    }
    const result = await agent({ name: 'worker', model: looking, tools: [read, write, guarded] }).run('And now?', {
      from: memoryLog(saved),
    })
    expect(outputOf(result)).toBe('Finished.')
    expect(seen.length).toBeGreaterThan(5)
    expect(seen).not.toContain(false)
    expect(saved.map((fact) => Object.isFrozen(fact))).toEqual(saved.map(() => false))
  })

  it('takes up what nests deeply, as it took it down', async () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 250; depth++) deep = { deep }
    const question = { role: 'user', content: [{ type: 'text', text: 'go', deep } as TextPart] } satisfies Message
    const log = memoryLog()
    await worker().run([question], { log })
    const saved = JSON.parse(JSON.stringify(log.facts.slice(0, 2))) as Fact[]
    const result = await worker().run(undefined, { from: memoryLog(saved) })
    expect(outputOf(result)).toBe('Finished.')
    expect(result.messages[0]).toEqual(question)
  })

  it('has the tries that are left, and another round only where they had ended it', async () => {
    let asked = 0
    const stubborn = agent({
      name: 'stubborn',
      model: scriptedModel(() => (asked++, text('no'))),
      output: { schema: z.object({ a: z.number() }), mode: 'native', retries: 2 },
    })
    const log = memoryLog()
    const ended = await stubborn.run('go', { log })
    expect(ended).toMatchObject({ status: 'error', error: { name: 'OutputError' } })
    expect(asked).toBe(3)
    const all = [...log.facts]
    for (let length = 1; length < all.length; length++) {
      const again = await stubborn.run(undefined, { from: memoryLog(all.slice(0, length)) })
      expect(again).toMatchObject({ status: 'error', error: { name: 'OutputError' } })
      expect(again.messages).toEqual(ended.messages)
    }
    asked = 0
    await stubborn.run(undefined, { from: memoryLog(all) })
    expect(asked).toBe(3)
  })

  it('asks the model behind a stream that broke for good, when somebody says something or had ended it', async () => {
    const breaking: ChatModel = {
      name: 'breaking',
      async *stream() {
        const call = { index: 0, id: 'c1', type: 'function', function: { name: 'read', arguments: '{"id":"r1"}' } }
        yield { choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [call] } }] } as Chunk
        yield { choices: [{ index: 0, delta: {} }] } as Chunk
        throw Object.assign(new Error('gone for good'), { retryable: false })
      },
    }
    const log = memoryLog()
    const ended = await agent({ name: 'a', model: breaking, tools: [read] }).run('go', { log })
    expect(ended).toMatchObject({ status: 'error', error: { message: 'gone for good' } })
    const crashed = log.facts.slice(0, -1)
    const last = log.facts.at(-1)!
    const aborted = { ...last, outcome: { status: 'aborted', reason: 'why' } } as Fact
    const healthy = agent({ name: 'a', model: scriptedModel(() => text('Well.')), tools: [read] })
    for (const [question, past, status] of [
      [undefined, crashed, 'error'], // no try is left
      ['And now?', crashed, 'done'],
      [undefined, [...crashed, aborted], 'done'],
      ['And now?', [...crashed, aborted], 'done'],
      [undefined, log.facts, 'done'],
    ] as const)
      expect((await healthy.run(question, { from: memoryLog(past) })).status).toBe(status)
  })

  it('has another round of tries behind a decision', async () => {
    const answering = scriptedModel([
      calls([
        { name: 'guarded', args: { id: 'g' } },
        { name: 'final_answer', args: { a: 'x' } },
      ]),
      calls([{ name: 'final_answer', args: { a: 1 } }]),
    ])
    const output = { schema: z.object({ a: z.number() }), mode: 'tool', retries: 0 } as const
    const careful = agent({ name: 'a', model: answering, tools: [guarded], output })
    const log = memoryLog()
    const paused = await careful.run('go', { log })
    const decisions = { [paused.status === 'approval' ? paused.requests[0]!.callId : '']: { approve: true } as const }
    expect(await careful.run(undefined, { from: log, decisions })).toMatchObject({ status: 'done', output: { a: 1 } })
  })

  it('has no request of a step that it did not ask again', async () => {
    const controller = new AbortController()
    const opened = facts.slice(0, 2)
    expect(opened.map((fact) => fact.type)).toEqual(['run.start', 'step.start'])
    const result = await agent({
      name: 'worker',
      model: model(),
      prepareStep: () => {
        controller.abort('enough')
        return {}
      },
    }).run('And this?', { from: memoryLog(opened), signal: controller.signal })
    expect(result).toMatchObject({ status: 'aborted', reason: 'enough' })
    expect(result.steps).toHaveLength(1)
    expect(result.request(0)).toBeUndefined()
  })

  it('goes on from a log that refused a batch, whichever it was', async () => {
    for (let refused = 1; ; refused++) {
      const kept: Fact[] = []
      let appends = 0
      const log = {
        load: () => [],
        append: (more: readonly Fact[]) => {
          if (appends++ === refused) throw new Error('busy')
          kept.push(...more)
        },
      }
      const result = await worker().run('go', { log })
      if (appends <= refused) return expect(refused).toBeGreaterThan(5)
      expect(result).toMatchObject({ status: 'error', error: { message: 'busy' } })
      const again = await worker().run(undefined, { from: memoryLog(kept) })
      expect(['done', 'approval']).toContain(again.status)
      expect(checkTranscript(again.messages)).toBeUndefined()
    }
  })

  it('asks about an unsafe call in flight, and does what the answer says', async () => {
    const upTo = facts.findIndex((fact) => fact.type === 'tool.start' && fact.name === 'write') + 1
    const log = memoryLog(facts.slice(0, upTo))
    ran.length = 0
    const asked = await worker().run(undefined, { from: log })
    expect(asked).toMatchObject({ status: 'approval', requests: [{ kind: 'interrupted', name: 'write' }] })
    expect(ran).not.toContain('w1')
    const { callId } = asked.status === 'approval' ? asked.requests[0]! : { callId: '' }
    const again = await worker().run(undefined, { from: log, decisions: { [callId]: { result: 'It was written.' } } })
    expect(outputOf(again)).toBe('Finished.')
    expect(ran).not.toContain('w1')
    expect(again.messages).toContainEqual({ role: 'tool', tool_call_id: callId, content: 'It was written.' })
  })

  it('does not say that an interrupted call was not made, when nobody wants it made again', async () => {
    const upTo = facts.findIndex((fact) => fact.type === 'tool.start' && fact.name === 'write') + 1
    const log = memoryLog(facts.slice(0, upTo))
    await worker().run(undefined, { from: log })
    const result = await worker().run(undefined, {
      from: log,
      decisions: { c2: { approve: false, reason: 'Look first.' } },
    })
    const told = result.messages.find((message) => message.role === 'tool' && message.tool_call_id === 'c2')
    expect(told?.content).toBe('Interrupted: the outcome is unknown. It was not run again. Look first.')
  })

  it('can be told to report or to run again instead', async () => {
    const upTo = facts.findIndex((fact) => fact.type === 'tool.start' && fact.name === 'write') + 1
    for (const [onInterrupted, expected] of [
      ['report', false],
      ['rerun', true],
    ] as const) {
      ran.length = 0
      const other = tool({ name: 'write', parameters: params, onInterrupted, execute: record })
      const result = await agent({ name: 'worker', model: model(), tools: [read, other, guarded] }).run(undefined, {
        from: memoryLog(facts.slice(0, upTo)),
      })
      expect(outputOf(result)).toBe('Finished.')
      expect(ran.includes('w1')).toBe(expected)
    }
  })

  it('says that the agent has changed, and goes on', async () => {
    const stream = agent({ name: 'worker', model: model(), tools: [read, write] }).stream(undefined, {
      from: memoryLog(facts.slice(0, 1)),
    })
    const drift: unknown[] = []
    for await (const event of stream) if (event.type === 'resume.drift') drift.push(event.was)
    expect(drift).toHaveLength(1)
    expect((await stream.result).status).toBe('done')
  })

  it('goes on with another question', async () => {
    const log = memoryLog(facts)
    const result = await agent({
      name: 'worker',
      model: scriptedModel([text('More.')]),
      tools: [read, write, guarded],
    }).run('And?', { from: log })
    expect(result.messages.slice(-3).map((message) => message.content)).toEqual(['Finished.', 'And?', 'More.'])
    expect(log.facts.map((fact) => fact.seq)).toEqual(log.facts.map((_, index) => index))
  })
})

describe('a message on the way', () => {
  it('to a step that was never answered is asked with it, once', async () => {
    const log = memoryLog()
    const hanging = { name: 'm', stream: () => new ReadableStream<never>() as AsyncIterable<never> }
    const stream = agent({ name: 'a', model: hanging }).stream('first', { log })
    stream.on('step.start', () => stream.abort('x'))
    await stream.result
    const script = scriptedModel([text('both')])
    const result = await agent({ name: 'a', model: script }).run('second', { from: log })
    script.assertUsed()
    expect(result.messages.map((message) => message.content)).toEqual(['first', 'second', 'both'])
    expect(result.request(0)).toEqual(script.requests[0])
  })

  it('does not replace what a crashed step had said', async () => {
    const done = facts.findIndex((fact) => fact.type === 'tool.done') + 1
    const news = [
      { role: 'user' as const, content: 'hi' },
      { role: 'assistant' as const, content: 'said' },
      { role: 'user' as const, content: 'go' },
    ]
    const result = await worker().run(news, { from: memoryLog(facts.slice(0, done)) })
    expect(result.messages[1]).toMatchObject({ tool_calls: [{ id: 'c1' }] })
    expect(result.messages.filter((message) => message.content === 'said')).toHaveLength(1)
    expect(checkTranscript(result.messages)).toBeUndefined()
  })
})

describe('an error', () => {
  it.each([
    ['an empty answer', [text(''), text('')], {}],
    [
      'an answer that never fits',
      [text('no'), text('no')],
      { output: { schema: z.object({ a: z.number() }), retries: 1 } },
    ],
  ] as const)('by %s can be resumed', async (_title, script, options) => {
    const log = memoryLog()
    const failing = agent({ name: 'a', model: scriptedModel(script), ...options })
    expect((await failing.run('go', { log })).status).toBe('error')
    const mended = scriptedModel([text('{"a":1}')])
    expect((await failing.with({ model: mended }).run(undefined, { from: log })).status).toBe('done')
    mended.assertUsed()
  })
})

describe('a call that needs approval', () => {
  const start = async () => {
    const log = memoryLog()
    const script = scriptedModel([
      calls([
        { name: 'guarded', args: { id: 'g' }, id: 'g1' },
        { name: 'read', args: { id: 'r' }, id: 'r1' },
      ]),
      text('ok'),
    ])
    const one = agent({ name: 'worker', model: script, tools: [read, guarded] })
    ran.length = 0
    const result = await one.run('go', { log })
    return { one, log, result }
  }

  it.each([
    {},
    null,
    { approved: false },
    { approve: 'no' },
    { approve: 1 },
    'no',
    { result: 42 },
    { approve: true, result: 'x' },
    { approve: false, reason: 7 },
  ])('is not run by %j, which is no decision', async (decision) => {
    const { one, log } = await start()
    const before = log.facts.length
    await expect(one.run(undefined, { from: log, decisions: { g1: decision as never } })).rejects.toThrow(
      /"g1" is .*must be \{ approve: true, arguments\? \}/,
    )
    expect(ran).toEqual(['r'])
    expect(log.facts).toHaveLength(before)
  })

  it('has been paid for', async () => {
    const { result } = await start()
    expect(result.steps).toHaveLength(1)
    expect(result.usage.reported?.total_tokens).toBeGreaterThan(0)
  })

  it('waits while the others run', async () => {
    const { result } = await start()
    expect(result).toMatchObject({
      status: 'approval',
      requests: [{ callId: 'g1', name: 'guarded', kind: 'approval', arguments: '{"id":"g"}' }],
    })
    expect(ran).toEqual(['r'])
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  it.each([
    [{ approve: true }, ['r', 'g'], 'ran g'],
    [{ approve: false, reason: 'Not today.' }, ['r'], 'Not today.'],
    [{ approve: false }, ['r'], 'Declined by the user.'],
    [{ result: 'Did it myself.' }, ['r'], 'Did it myself.'],
  ] as const)('is answered by %j', async (decision, expected, content) => {
    const { one, log } = await start()
    const result = await one.run(undefined, { from: log, decisions: { g1: decision } })
    expect(outputOf(result)).toBe('ok')
    expect(ran).toEqual(expected)
    expect(result.messages[2]).toEqual({ role: 'tool', tool_call_id: 'g1', content })
  })
})
