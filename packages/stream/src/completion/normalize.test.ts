import { StreamError } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { normalizeCompletion, reportOf } from '../index.ts'

/** A body whose only choice has this message. */
function body(message: unknown, rest: object = {}): object {
  return {
    id: '1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop', ...rest }],
  }
}

const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }

describe('a plain body', () => {
  const rows: [title: string, message: unknown, expected: object][] = [
    [
      'stays as it is',
      { role: 'assistant', content: 'x', refusal: null, annotations: [] },
      { content: 'x', refusal: null, annotations: [] },
    ],
    ['has a role and content where they are missing', {}, { content: null }],
    [
      'has text and reasoning where the content is parts',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'h' }] },
          { type: 'text', text: 'x' },
        ],
      },
      { content: 'x', reasoning_content: 'h' },
    ],
    ['has text where the content is an object', { content: { a: 1 } }, { content: '{"a":1}' }],
    ['has no tool_calls where they are null or empty', { content: 'x', tool_calls: null }, { content: 'x' }],
    [
      'has arguments as text where they are an object',
      { tool_calls: [{ ...call, function: { name: 'f', arguments: { x: 1 } } }] },
      { content: null, tool_calls: [{ ...call, function: { name: 'f', arguments: '{"x":1}' } }] },
    ],
    [
      'has arguments where they are null',
      { tool_calls: [{ ...call, function: { name: 'f', arguments: null } }] },
      { content: null, tool_calls: [{ ...call, function: { name: 'f', arguments: '' } }] },
    ],
    [
      'has a type and an id where they are missing',
      { tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
      { content: null, tool_calls: [{ ...call, id: '' }] },
    ],
    [
      'keeps calls apart that share an index, an id, or neither',
      {
        tool_calls: [
          { ...call, index: 0 },
          { ...call, index: 0 },
          { function: { name: 'g' } },
          { function: { name: 'g' } },
        ],
      },
      {
        content: null,
        tool_calls: [
          call,
          call,
          { id: '', type: 'function', function: { name: 'g', arguments: '' } },
          { id: '', type: 'function', function: { name: 'g', arguments: '' } },
        ],
      },
    ],
    [
      'has two calls where two objects were written into one',
      { tool_calls: [{ ...call, function: { name: 'f', arguments: '{"x":1}{"x":2}' } }] },
      {
        content: null,
        tool_calls: [
          { ...call, function: { name: 'f', arguments: '{"x":1}' } },
          { ...call, id: '', function: { name: 'f', arguments: '{"x":2}' } },
        ],
      },
    ],
    [
      'keeps custom calls',
      { tool_calls: [{ id: 'a', type: 'custom', custom: { name: 's', input: 'x' } }] },
      { content: null, tool_calls: [{ id: 'a', type: 'custom', custom: { name: 's', input: 'x' } }] },
    ],
    [
      'keeps what no type names',
      { content: 'x', reasoning: 'r', extra_content: { a: [1] }, tool_calls: [{ ...call, extra_content: { b: 1 } }] },
      { content: 'x', reasoning: 'r', extra_content: { a: [1] }, tool_calls: [{ ...call, extra_content: { b: 1 } }] },
    ],
  ]
  test.each(rows)('%s', (_title, message, expected) => {
    expect(normalizeCompletion(body(message)).choices[0]?.message).toEqual({ role: 'assistant', ...expected })
  })

  test('keeps every field beside the choices, and takes no delta for the message', () => {
    const source = {
      ...body(
        { role: 'assistant', content: 'x' },
        { delta: { content: 'y' }, logprobs: null, native_finish_reason: 'end' },
      ),
      service_tier: 'default',
      system_fingerprint: null,
      citations: ['c'],
      x_groq: { id: 'r' },
    }
    expect(normalizeCompletion(source)).toEqual({
      ...source,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'x' },
          finish_reason: 'stop',
          logprobs: null,
          native_finish_reason: 'end',
        },
      ],
    })
  })

  test('has the message of a `delta` where there is no message', () => {
    const source = { object: 'chat.completion.chunk', choices: [{ delta: { role: 'assistant', content: 'x' } }] }
    expect(normalizeCompletion(source)).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, message: { content: 'x' } }],
    })
  })

  test('gets its missing ids from mintId', () => {
    const completion = normalizeCompletion(body({ tool_calls: [call, call, { function: { name: 'g' } }] }), {
      mintId: (_choice, index) => `new${index}`,
    })
    expect(completion.choices[0]?.message.tool_calls?.map(({ id }) => id)).toEqual(['a', 'new1', 'new2'])
  })

  test('reports what was missing, and calls that broke off', () => {
    const cut = { ...call, function: { name: 'f', arguments: '{"x":' } }
    const completion = normalizeCompletion({
      choices: [{ message: { content: 'x', tool_calls: [call, cut] }, finish_reason: '' }],
    })
    expect(completion).toMatchObject({ id: '', created: 0, model: '', choices: [{ index: 0, finish_reason: null }] })
    expect(reportOf(completion)).toEqual({
      missing: ['id', 'model', 'created', 'choices[0].message.role', 'choices[0].finish_reason'],
      unfinished: [{ choice: 0, index: 1 }],
      unknownFinish: [],
      ignored: [],
    })
  })

  test('is not changed, and shares nothing with the completion', () => {
    const source = body({ content: 'x', extra: { list: [1] } })
    const before = structuredClone(source)
    const completion = normalizeCompletion(source)
    Object.assign(completion.choices[0]?.message ?? {}, { extra: 0 })
    expect(source).toEqual(before)
  })
})

describe('what is no completion is a typed error with the server’s words', () => {
  const rows: [body: unknown, message: string][] = [
    [null, 'no JSON object'],
    ['Bad Gateway', 'no JSON object'],
    [[], 'no JSON object'],
    [{}, 'no choices'],
    [{ choices: [] }, 'no choices'],
    [{ choices: null, error: { message: 'Model is overloaded' } }, "The server's message: Model is overloaded"],
    [{ error: 'quota' }, "The server's message: quota"],
    [body('text'), '`choices[].message` as the text "text"'],
    [body({ content: 42 }), '`choices[0].message.content` as number 42'],
    [body({ content: true }), 'boolean true'],
    [body({ tool_calls: { id: 'a' } }), '`choices[0].message.tool_calls` as an object'],
  ]
  test.each(rows)('%j', (value, message) => {
    expect(() => normalizeCompletion(value)).toThrow(StreamError)
    expect(() => normalizeCompletion(value)).toThrow(message)
  })
})
