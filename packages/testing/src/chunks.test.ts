import type { Chunk, Completion, CompletionMessage } from '@toolloop/wire'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chunksOf } from './index.ts'

const completionOf = (message: Partial<CompletionMessage>, finish_reason = 'stop'): Completion => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason }],
})

/** The strings of one kind, joined. */
const joined = (
  chunks: readonly Chunk[],
  pick: (delta: Chunk['choices'][number]['delta']) => string | null | undefined,
) => chunks.map((chunk) => (chunk.choices[0] ? (pick(chunk.choices[0].delta) ?? '') : '')).join('')

const anyText = fc.string({ unit: 'grapheme', maxLength: 60 })

test('any completion, split in any size, adds up to itself', () => {
  fc.assert(
    fc.property(
      fc.record({
        content: anyText,
        refusal: anyText,
        reasoning: anyText,
        args: fc.array(anyText, { maxLength: 3 }),
        size: fc.integer({ min: 1, max: 20 }),
      }),
      ({ content, refusal, reasoning, args, size }) => {
        const tool_calls = args.map((text, index) => ({
          id: `call_${index}`,
          type: 'function' as const,
          function: { name: `f${index}`, arguments: text },
        }))
        const chunks = chunksOf(completionOf({ content, refusal, reasoning_content: reasoning, tool_calls }), {
          deltaSize: size,
        })
        expect(joined(chunks, (delta) => delta.content)).toBe(content)
        expect(joined(chunks, (delta) => delta.refusal)).toBe(refusal)
        expect(joined(chunks, (delta) => delta.reasoning_content)).toBe(reasoning)
        const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
        for (const [index, text] of args.entries()) {
          const mine = calls.filter((call) => call.index === index)
          expect(mine.map((call) => call.function?.arguments).join('')).toBe(text)
          expect(mine.flatMap((call) => call.id ?? [])).toEqual([`call_${index}`])
        }
        // No delta is longer than `deltaSize`, and none ends in the middle of a character.
        for (const chunk of chunks) {
          const text = chunk.choices[0]?.delta.content ?? ''
          expect(Array.from(text).length).toBeLessThanOrEqual(size)
          expect(text.isWellFormed()).toBe(content.isWellFormed())
        }
      },
    ),
  )
})

describe('the order of a stream', () => {
  test('is role, reasoning, content, calls, finish, usage', () => {
    const completion = completionOf(
      {
        content: 'c',
        reasoning_content: 'r',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      'tool_calls',
    )
    const chunks = chunksOf({ ...completion, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })
    expect(
      chunks.map((chunk) => chunk.choices[0]?.finish_reason ?? Object.keys(chunk.choices[0]?.delta ?? { usage: 1 })[0]),
    ).toEqual(['role', 'reasoning_content', 'content', 'tool_calls', 'tool_calls', 'tool_calls', 'usage'])
  })

  test('keeps fields it does not know with the role', () => {
    const message = { content: 'c', annotations: [], reasoning_details: [{ type: 'x' }] }
    expect(chunksOf(completionOf(message))[0]?.choices[0]?.delta).toEqual({
      role: 'assistant',
      content: '',
      annotations: [],
      reasoning_details: [{ type: 'x' }],
    })
  })

  test.each<[string, Partial<CompletionMessage>, unknown[]]>([
    [
      'a custom call',
      { tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'sh', input: 'ls -l' } }] },
      [
        { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'sh', input: '' } }] },
        { tool_calls: [{ index: 0, custom: { input: 'ls -' } }] },
        { tool_calls: [{ index: 0, custom: { input: 'l' } }] },
      ],
    ],
    [
      'a legacy function call',
      { function_call: { name: 'f', arguments: '{}' } },
      [{ function_call: { name: 'f', arguments: '' } }, { function_call: { arguments: '{}' } }],
    ],
    ['nothing at all', {}, []],
  ])('holds %s', (_name, message, deltas) => {
    const chunks = chunksOf(completionOf(message), { deltaSize: 4 })
    expect(chunks.slice(1, -1).map((chunk) => chunk.choices[0]?.delta)).toEqual(deltas)
  })

  test('throws for a delta size of 0', () => {
    expect(() => chunksOf(completionOf({}), { deltaSize: 0 })).toThrow('must be at least 1 (character), not 0')
  })
})
