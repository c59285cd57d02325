import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeCompletion, plainAnswer, reportOf } from '../index.ts'
import { readCorpus } from '../test/corpus.ts'

const recorded = readCorpus() ?? []

const none = new Set<string>()
const call = (id: string, args: unknown = '{"a":1}', rest: object = {}): object => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
  ...rest,
})
const bodyOf = (message: unknown, rest: object = {}, top: object = {}): object => ({
  id: '1',
  choices: [{ index: 0, message: { role: 'assistant', ...(message as object) }, finish_reason: 'stop', ...rest }],
  ...top,
})

describe('a plain answer', () => {
  test.each<[string, object]>([
    ['a text', bodyOf({ content: 'x', refusal: null, annotations: [] })],
    ['calls', bodyOf({ content: null, tool_calls: [call('a'), call('b', ' {"b":"}"}', { index: 1 })] })],
    ['text, reasoning and a call', bodyOf({ content: 'x', reasoning_content: 'r', tool_calls: [call('a')] })],
    ['token counts', bodyOf({ content: 'x' }, {}, { usage: { prompt_tokens: 1, details: { cached_tokens: 0 } } })],
    ['fields beside the message', bodyOf({ content: 'x' }, { logprobs: null, stop: 1 }, { provider: 'p' })],
  ])('of %s is taken as it is', (_title, body) => {
    const answer = plainAnswer(body, none)
    expect(answer).toBeDefined()
    expect(answer).toEqual(built(body))
  })

  test.each<[string, object]>([
    ['arguments in two objects', bodyOf({ tool_calls: [call('a', '{}{}')] })],
    ['arguments that are cut', bodyOf({ tool_calls: [call('a', '{"a"')] })],
    ['arguments that are no JSON', bodyOf({ tool_calls: [call('a', '{a}')] })],
    ['arguments that are an object', bodyOf({ tool_calls: [call('a', {})] })],
    ['no arguments', bodyOf({ tool_calls: [call('a', '')] })],
    ['an id that is taken', bodyOf({ tool_calls: [call('taken')] })],
    ['an id twice', bodyOf({ tool_calls: [call('a'), call('a')] })],
    ['a call of another kind', bodyOf({ tool_calls: [call('a', '{}', { type: 'custom' })] })],
    ['a call with more in it', bodyOf({ tool_calls: [call('a', '{}', { extra_content: 1 })] })],
    ['content in parts', bodyOf({ content: [{ type: 'text', text: 'x' }] })],
    ['a field nobody knows', bodyOf({ content: 'x', images: [] })],
    ['a refusal', bodyOf({ content: null, refusal: 'no' })],
    ['another role', bodyOf({ content: 'x', role: 'tool' })],
    ['no finish', bodyOf({ content: 'x' }, { finish_reason: null })],
    ['another choice', bodyOf({ content: 'x' }, { index: 1 })],
    ['a delta beside it', bodyOf({ content: 'x' }, { delta: {} })],
    ['negative counts', bodyOf({ content: 'x' }, {}, { usage: { prompt_tokens: -1 } })],
    ['counts elsewhere', bodyOf({ content: 'x' }, {}, { x_groq: { usage: {} } })],
    ['much to say', bodyOf({ content: 'x'.repeat(70_000) })],
    ['no choices', { choices: [] }],
  ])('is not one with %s', (_title, body) => {
    expect(plainAnswer(body, new Set(['taken']))).toBeUndefined()
  })

  test('shares nothing with the body', () => {
    const usage = { prompt_tokens: 1 }
    const tool_calls = [call('a')]
    const answer = plainAnswer(bodyOf({ tool_calls }, {}, { usage }), none)
    expect(answer?.usage).not.toBe(usage)
    expect(answer?.message.tool_calls?.[0]).not.toBe(tool_calls[0])
  })

  test('is what the builder makes of the same body', () => {
    const text = fc.oneof(fc.string(), fc.constant(null), fc.constant(''), fc.constant('{}'))
    const message = fc.record(
      {
        role: fc.oneof({ weight: 9, arbitrary: fc.constant('assistant') }, fc.constant('tool')),
        content: text,
        refusal: text,
        reasoning_content: text,
        reasoning: text,
        annotations: fc.constantFrom([], null, [{ type: 'x' }]),
        audio: fc.constant(null),
        function_call: fc.constant(null),
        tool_calls: fc.oneof(
          fc.constantFrom(null, []),
          fc.array(
            fc.record(
              {
                id: fc.constantFrom('a', 'b', '', 1),
                type: fc.constantFrom('function', 'custom'),
                index: fc.nat(2),
                function: fc.record({
                  name: fc.constantFrom('f', ''),
                  arguments: fc.oneof(fc.json({ maxDepth: 2 }), fc.constantFrom('', '{}', '{} ', ' {"a":[]}', '{}{}')),
                }),
              },
              { requiredKeys: ['function'] },
            ),
            { maxLength: 3 },
          ),
        ),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(message, (said) => {
        const body = bodyOf(said)
        const answer = plainAnswer(body, none)
        expect(answer ?? built(body)).toEqual(built(body))
      }),
      { numRuns: 2000 },
    )
  })

  test.skipIf(recorded.length === 0)('is what the builder makes of recorded bodies', () => {
    let plain = 0
    for (const { kind, body } of recorded) {
      if (kind !== 'json') continue
      const value = JSON.parse(new TextDecoder().decode(body)) as unknown
      const answer = plainAnswer(value, none)
      if (!answer) continue
      plain++
      expect(answer).toEqual(built(value))
    }
    expect(plain).toBeGreaterThan(50)
  })
})

/** The same by the builder; `undefined` where it refuses the body. */
function built(body: unknown): object | undefined {
  try {
    const completion = normalizeCompletion(structuredClone(body), { n: 1 })
    const { choices, usage = null } = completion
    const { ignored } = reportOf(completion)
    return { message: choices[0]?.message, finish_reason: choices[0]?.finish_reason, usage, ignored }
  } catch {
    return undefined
  }
}
