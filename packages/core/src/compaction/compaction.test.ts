import { tool } from '@toolloop/schema'
import { call, checkRequest, checkTranscript, scriptedModel, text } from '@toolloop/testing'
import type { ChatModel, Message, ModelRequest } from '@toolloop/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  agent,
  clearToolResults,
  type Compaction,
  type CompactionInput,
  describe as timeline,
  type Fact,
  fork,
  isFact,
  keepLast,
  memoryLog,
  readRun,
  replay,
  summarise,
  tokenBudget,
} from '../index.ts'

const look = tool({
  name: 'look',
  parameters: z.object({ at: z.number() }),
  effects: 'none',
  execute: ({ at }) => `${at}`.repeat(300),
})

/** A model that calls `look` a given number of times, and validates every request. `sent` holds the messages of all requests. */
function looker(times: number, compact?: Compaction | readonly Compaction[]) {
  const sent: (readonly Message[])[] = []
  let steps = 0
  const model = scriptedModel((request: ModelRequest) => {
    expect(checkRequest({ model: 'm', ...request })).toBeUndefined()
    sent.push(request.messages)
    return steps++ < times ? call('look', { at: steps }, { id: `c${steps}` }) : text('Seen.')
  })
  return {
    sent,
    looking: agent({ name: 'looker', instructions: 'Look.', model, tools: [look], cycleGuard: false, compact }),
  }
}

describe('a long run', () => {
  test('keeps the last messages and its question, with one break of the prefix, which names the strategy', async () => {
    const { looking, sent } = looker(12, keepLast(6, { over: 16 }))
    const log = memoryLog()
    const stream = looking.stream('Look around.', { log })
    const breaks: unknown[] = []
    for await (const event of stream) if (event.type === 'prefix.break') breaks.push(event)
    const result = await stream.result
    expect(result).toMatchObject({ status: 'done', output: 'Seen.' })
    // Before step 8 there are 1 + 8 * 2 messages: more than 16. The question and five messages would cut a pair.
    const broken = { place: 'compaction', cause: 'keepLast' }
    expect(result.prefix.breaks).toEqual([{ step: 8, ...broken }])
    expect(breaks).toMatchObject([{ step: 8, ...broken }])
    expect(log.facts.filter(({ type }) => type === 'messages.compact')).toMatchObject([
      { step: 8, by: ['keepLast'], edits: [{ at: 1, remove: 12, insert: [] }] },
    ])
    expect(sent.map(({ length }) => length)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 6, 8, 10, 12, 14])
    expect(sent[8]!.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'tool'])
    expect(checkTranscript(result.messages)).toBeUndefined()
    for (const [step, messages] of sent.entries()) expect(result.request(step)?.messages).toEqual(messages)
    expect((await readRun(log.facts)).messages).toEqual(result.messages)
    expect(await timeline(log.facts)).toContain('step 8  reads a shorter conversation (keepLast)')
  })

  test('is forked before the compaction with the whole conversation', async () => {
    const log = memoryLog()
    await looker(12, keepLast(6, { over: 16 })).looking.run('Look around.', { log })
    const whole = await readRun(await fork(log, { before: 8 }))
    expect(whole.messages).toHaveLength(17)
    expect((await readRun(await fork(log, { before: 9 }))).messages).toHaveLength(7)
    const { looking, sent } = looker(0)
    await looking.run(undefined, { from: await fork(log, { before: 8 }) })
    expect(sent.map(({ length }) => length)).toEqual([18])
  })

  test.each(['keepLast', 'summarise'] as const)('goes on from every prefix of its log with %s', async (name) => {
    const strategy = (): Compaction =>
      name === 'keepLast'
        ? keepLast(4, { over: 8 })
        : summarise({ over: 600, keep: 2, atLeast: 60, model: scriptedModel(() => text('It looked.')) })
    const facts: Fact[] = []
    const stream = looker(7, strategy()).looking.stream('Look around.', { runId: 'r' })
    for await (const event of stream) if (isFact(event)) facts.push(JSON.parse(JSON.stringify(event)) as Fact)
    const whole = await stream.result
    expect(facts.some(({ type }) => type === 'messages.compact')).toBe(true)
    const isStep = ({ type }: Fact): boolean => type === 'step.done' || type === 'step.cut'
    for (let length = 1; length <= facts.length; length++) {
      const log = memoryLog(facts.slice(0, length))
      const going = looker(0, strategy()).looking.with({
        model: scriptedModel(({ messages, tools }) => {
          expect(checkRequest({ model: 'm', messages, tools })).toBeUndefined()
          const at = log.facts.filter(isStep).length + 1
          return at <= 7 ? call('look', { at }, { id: `c${at}` }) : text('Seen.')
        }),
      })
      const result = await going.run(undefined, { from: log })
      expect(result.messages, `behind fact ${length}`).toEqual(whole.messages)
      expect((await readRun(log.facts)).messages).toEqual(result.messages)
      expect(log.facts.filter(({ type }) => type === 'messages.compact')).toHaveLength(
        facts.filter(({ type }) => type === 'messages.compact').length,
      )
    }
  })

  test('is replayed from its log without a compaction', async () => {
    const log = memoryLog()
    const summary = scriptedModel([text('It looked.')])
    const { looking } = looker(7, summarise({ over: 600, keep: 2, atLeast: 60, model: summary }))
    const result = await looking.run('Look around.', { log })
    const unreachable: ChatModel = { name: 'unreachable', create: () => expect.unreachable('a model was asked') }
    const again = looking.with({ compact: summarise({ over: 10, keep: 1, model: unreachable }), model: unreachable })
    expect(await replay(log.facts, again)).toMatchObject({ messages: result.messages, usage: result.usage })
  })

  test('with a strategy that changes nothing logs nothing', async () => {
    const log = memoryLog()
    const result = await looker(3, [keepLast(100), () => undefined, ({ messages }) => messages]).looking.run('Look.', {
      log,
    })
    expect(log.facts.some(({ type }) => type === 'messages.compact')).toBe(false)
    expect(result.prefix.breaks).toEqual([])
  })

  test('takes strategies one after the other, in one fact', async () => {
    const log = memoryLog()
    const compact = [clearToolResults({ over: 500, keep: 1, atLeast: 1 }), keepLast(5, { over: 7 })]
    const result = await looker(6, compact).looking.run('Look around.', { log })
    const facts = log.facts.flatMap((fact) => (fact.type === 'messages.compact' ? [fact] : []))
    expect(facts.some(({ by }) => by.join() === 'clearToolResults,keepLast')).toBe(true)
    expect(result.prefix.breaks.map(({ step, place }) => ({ step, place }))).toEqual(
      facts.map(({ step }) => ({ step, place: 'compaction' })),
    )
  })

  test.each<[string, Compaction, string]>([
    ['a call without its result', ({ messages }) => messages.slice(0, -1), 'before the tool call'],
    ['a result without its call', ({ messages }) => messages.slice(-1), 'answers the tool call'],
    ['no message', () => [], 'returned no message'],
    ['what is no message', () => [{ role: 'nobody' } as never], 'role is "nobody"'],
    ['an error', () => Promise.reject(new Error('No disk.')), 'No disk.'],
  ])('ends as an error where a strategy returns %s', async (_, strategy, message) => {
    const compact: Compaction = (input) => (input.step === 2 ? strategy(input) : undefined)
    const result = await looker(5, compact).looking.run('Look around.')
    expect(result).toMatchObject({ status: 'error', steps: { length: 2 } })
    expect(result.status === 'error' && result.error.message).toContain(message)
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  test('is aborted while a model summarises', async () => {
    const begun = Promise.withResolvers<void>()
    const model: ChatModel = {
      name: 'slow',
      create: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          begun.resolve()
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    }
    const stream = looker(9, summarise({ over: 550, keep: 2, atLeast: 55, model })).looking.stream('Look around.')
    const { result } = stream
    await begun.promise
    stream.abort('enough')
    expect(await result).toMatchObject({ status: 'aborted', reason: 'enough' })
  })
})

describe('a summary', () => {
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
  const priced = (model: ChatModel): ChatModel => ({ ...model, price: { input: 1, output: 1 } })

  test('stands in place of the oldest messages, and its usage and cost count', async () => {
    const asked: (readonly Message[])[] = []
    const summary = priced(
      scriptedModel(({ messages }) => {
        asked.push(messages)
        return text('It looked three times.', { usage })
      }),
    )
    let steps = 0
    const model = priced(
      scriptedModel(() =>
        steps++ < 4 ? call('look', { at: steps }, { id: `c${steps}`, usage }) : text('Seen.', { usage }),
      ),
    )
    const compact = summarise({ over: 550, keep: 3, atLeast: 55, model: summary })
    const result = await agent({ name: 'a', model, tools: [look], compact }).run('Look around.')
    expect(result.messages.map(({ role, content }) => `${role} ${JSON.stringify(content).slice(0, 70)}`)).toEqual([
      String.raw`user "Summary of the earlier conversation:\n\nIt looked three times."`,
      'user "Look around."',
      expect.stringMatching(/^assistant/),
      expect.stringMatching(/^tool "4/),
      'assistant "Seen."',
    ])
    expect(asked).toHaveLength(1)
    expect(asked[0]![1]!.content).toContain('assistant calls look({"at":1})\n\ntool result: 111')
    expect(result.usage.reported).toEqual({ prompt_tokens: 600, completion_tokens: 60, total_tokens: 660 })
    expect(result.cost).toBeCloseTo(660 / 1e6)
  })

  test('is paid by the budget; where the budget has no room for it, the conversation stays', async () => {
    for (const [tokens, status, compacted] of [
      [100_000, 'done', 1],
      [900, 'budget', 0],
    ] as const) {
      let steps = 0
      const model = scriptedModel(() =>
        steps++ < 4 ? call('look', { at: steps }, { id: `c${steps}`, usage }) : text('Seen.', { usage }),
      )
      const log = memoryLog()
      const compact = summarise({
        over: 550,
        keep: 3,
        atLeast: 55,
        model: scriptedModel(() => text('Short.', { usage })),
      })
      const spending = agent({ name: 'a', model, tools: [look], compact, budget: { tokens, maxTokensPerStep: 300 } })
      const result = await spending.run('Look around.', { log })
      expect(result.status).toBe(status)
      const facts = log.facts.filter(({ type }) => type === 'messages.compact')
      expect(facts).toHaveLength(compacted)
      if (compacted) expect(facts).toMatchObject([{ spent: { tokens: 110 }, asked: [{ usage }] }])
      if (result.status === 'budget') expect(result.spent).toBeLessThanOrEqual(tokens)
    }
  })

  test('is paid by the budget also where nothing comes of it, and for each request', async () => {
    const model = scriptedModel(({ messages }) =>
      messages.length < 6 ? call('look', { at: messages.length }, { usage }) : text('Seen.', { usage }),
    )
    const asking = scriptedModel(() => text('Short.', { usage }))
    const compact: Compaction = async ({ step, ask }) => {
      if (step !== 1) return undefined
      await ask({ model: asking, messages: [{ role: 'user', content: 'Shorter.' }] })
      await ask({ model: asking, messages: [{ role: 'user', content: 'Shorter, please.' }] })
      return undefined
    }
    const log = memoryLog()
    const spending = agent({ name: 'a', model, tools: [look], compact, budget: { tokens: 100_000 } })
    const result = await spending.run('Look around.', { log })
    expect(result.status).toBe('done')
    expect(log.facts.filter(({ type }) => type === 'messages.compact')).toMatchObject([
      { edits: [], spent: { tokens: 220 }, asked: [{ usage }, { usage }] },
    ])
    const steps = result.steps.length
    expect(result.usage.reported?.total_tokens).toBe((steps + 2) * 110)
    const less = await spending.with({ budget: { tokens: steps * 110 + 100 } }).run('Look around.')
    expect(less).toMatchObject({ status: 'budget', dimension: 'tokens' })
  })

  test('of a model that says nothing is an error', async () => {
    const compact = summarise({ over: 550, keep: 2, atLeast: 55, model: scriptedModel(() => text(' ')) })
    const result = await looker(9, compact).looking.run('Look around.')
    expect(result.status === 'error' && result.error.message).toBe(
      'The model returned an empty summary of the conversation. A model that reasons first may need more than `maxTokens` (1000) for it.',
    )
  })
})

describe('a strategy', () => {
  const part = fc.oneof(
    fc.string({ maxLength: 200 }).map((content): Message[] => [{ role: 'user', content }]),
    fc.string({ minLength: 1, maxLength: 200 }).map((content): Message[] => [{ role: 'assistant', content }]),
    fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 4 }).map((results): Message[] => {
      const ids = results.map((_, at) => `call_${at}`)
      return [
        {
          role: 'assistant',
          content: null,
          tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } })),
        },
        ...results.map((content, at): Message => ({ role: 'tool', tool_call_id: ids[at]!, content })),
      ]
    }),
  )
  const conversation = fc
    .tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 30 }))
    .map(([hasHead, parts]): Message[] => [
      ...(hasHead ? [{ role: 'system', content: 'Be brief.' } as const] : []),
      { role: 'user', content: 'First.' },
      ...parts.flat(),
    ])
  const tokens = (messages: readonly Message[]): number => Math.ceil(JSON.stringify(messages).length / 3)
  const inputOf = (messages: readonly Message[]): CompactionInput => ({
    messages,
    step: 0,
    signal: new AbortController().signal,
    tokens,
    ask: async () => 'A summary.',
  })

  test.each<[string, Compaction]>([
    ['keepLast', keepLast(8, { over: 8 })],
    ['tokenBudget', tokenBudget(400, { to: 300 })],
    ['clearToolResults', clearToolResults({ over: 300, keep: 2, atLeast: 0 })],
    ['summarise', summarise({ over: 300, keep: 4, atLeast: 0 })],
  ])('keeps pairs, order and the last messages of any conversation: %s', async (name, strategy) => {
    await fc.assert(
      fc.asyncProperty(conversation, async (messages) => {
        const after = (await strategy(inputOf(messages))) ?? messages
        expect(checkTranscript(after)).toBeUndefined()
        expect(checkRequest({ model: 'm', messages: after })).toBeUndefined()
        expect(after.at(-1)).toEqual(messages.at(-1))
        expect(after.find(({ role }) => role !== 'system')?.role).toBe('user')
        const kept = after.filter((message) => messages.includes(message))
        expect(kept).toEqual(messages.filter((message) => kept.includes(message)))
        if (messages[0]!.role === 'system') expect(after[0]).toBe(messages[0])
        // Where more than allowed is left, it is the least: the last group, and the question before it.
        const groups = kept.filter(({ role }) => role !== 'tool' && role !== 'system').length
        if (name === 'keepLast') expect(after.length <= 8 || groups <= 2).toBe(true)
        if (name === 'tokenBudget') expect(tokens(after) <= 400 || groups <= 2).toBe(true)
        if (name === 'clearToolResults') expect(after.length).toBe(messages.length)
        expect(tokens(after)).toBeLessThanOrEqual(tokens(messages) + (name === 'summarise' ? 60 : 0))
      }),
      { numRuns: 200 },
    )
  })

  test('keeps the results of the tools that are excepted', async () => {
    const pair = (name: string, id: string): Message[] => [
      { role: 'assistant', tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }] },
      { role: 'tool', tool_call_id: id, content: name.repeat(100) },
    ]
    const messages: Message[] = [
      { role: 'user', content: 'Go.' },
      ...pair('a', '1'),
      ...pair('b', '2'),
      ...pair('a', '3'),
    ]
    const strategy = clearToolResults({ over: 10, keep: 1, except: ['b'], atLeast: 1, note: 'Gone.' })
    const after = await strategy(inputOf(messages))
    const results = after?.flatMap(({ role, content }) => (role === 'tool' ? [content] : []))
    expect(results).toEqual(['Gone.', 'b'.repeat(100), 'a'.repeat(100)])
  })

  test.each<[string, () => unknown]>([
    ['`keepLast`: `count` is 0', () => keepLast(0)],
    ['`tokenBudget`', () => tokenBudget(1.5)],
    ['`to` is 200; it must be at most the budget of 100 tokens', () => tokenBudget(100, { to: 200 })],
    ['`clearToolResults`', () => clearToolResults({ over: 0 })],
    ['`summarise` needs `over`', () => summarise({} as never)],
    ['kep', () => summarise({ over: 10, kep: 3 } as never)],
    ['compact', () => agent({ name: 'a', model: scriptedModel([]), compact: 'keepLast' as never })],
  ])('of invalid options is refused: %s', (message, make) => {
    expect(make).toThrow(message)
  })
})
