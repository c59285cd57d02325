import type { Message } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { checkRequest, checkTranscript } from './index.ts'

const user: Message = { role: 'user', content: 'hello' }
const calling = (...ids: string[]): Message => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
})
const result = (id: string): Message => ({ role: 'tool', tool_call_id: id, content: 'ok' })

describe('a transcript can be sent', () => {
  test.each<[string, Message[]]>([
    ['a question', [user]],
    ['calls with their results', [user, calling('a', 'b'), result('a'), result('b')]],
    ['results in another order', [user, calling('a', 'b'), result('b'), result('a')]],
    ['the same ids in two steps', [user, calling('a'), result('a'), calling('a'), result('a'), user]],
    [
      'arguments that are no JSON',
      [
        user,
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }] },
        result('a'),
      ],
    ],
    [
      'a custom call',
      [
        user,
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'f', input: '' } }] },
        result('a'),
      ],
    ],
    [
      'every role',
      [
        { role: 'system', content: '' },
        { role: 'developer', content: [{ type: 'text', text: '' }] },
        user,
        { role: 'assistant', content: '' },
        { role: 'function', name: 'f', content: null },
      ],
    ],
    ['a refusal', [user, { role: 'assistant', refusal: 'no' }]],
    [
      'parts',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'image_url', image_url: { url: 'https://x' } },
          ],
        },
      ],
    ],
  ])('%s', (_name, messages) => {
    expect(checkTranscript(messages)).toBeUndefined()
  })
})

describe('a transcript is rejected', () => {
  test.each<[string, unknown[], RegExp]>([
    ['without messages', [], /empty array/],
    ['with an orphaned result', [user, result('a')], /role 'tool' must follow.*messages\.\[1\]/],
    [
      'with a result behind another message',
      [user, calling('a'), user, result('a')],
      /must be followed by tool messages.*messages\.\[1\].*: a/,
    ],
    ['with a missing result', [user, calling('a', 'b'), result('a')], /Without response.*: b/],
    [
      'with a missing result before the next step',
      [user, calling('a', 'b'), result('b'), calling('c'), result('c')],
      /Without response \(messages\.\[1\]\): a/,
    ],
    ['with a duplicated result', [user, calling('a'), result('a'), result('a')], /Duplicate tool message: 'a'/],
    [
      'with a result without a call',
      [user, calling('a'), result('b')],
      /'b' is not among the 'tool_calls' of messages\.\[1\]/,
    ],
    [
      'with a result of the step before',
      [user, calling('a'), result('a'), calling('b'), result('a')],
      /'a' is not among/,
    ],
    [
      'with a result without an id',
      [user, calling('a'), { role: 'tool', content: '' }],
      /Missing required parameter: 'messages\.\[2\]\.tool_call_id'/,
    ],
    ['with two calls of one id', [user, calling('a', 'a'), result('a')], /Duplicate value for 'tool_call_id': 'a'/],
    ['with a call without an id', [user, calling('')], /tool_calls\[0\]\.id/],
    ['with no calls in a list of calls', [user, { role: 'assistant', tool_calls: [] }], /tool_calls': empty array/],
    ['with calls that are no list', [user, { role: 'assistant', tool_calls: {} }], /expected an array/],
    ['with a call that is no object', [user, { role: 'assistant', tool_calls: [1] }], /expected an object/],
    [
      'with a call of an unknown type',
      [user, { role: 'assistant', tool_calls: [{ id: 'a', type: 'x' }] }],
      /Supported values are: 'function', 'custom'/,
    ],
    [
      'with a call without arguments',
      [user, { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f' } }] }],
      /'name' and 'arguments'/,
    ],
    [
      'with a call of an impossible name',
      [
        user,
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'a b', arguments: '' } }] },
      ],
      /'a b' does not match/,
    ],
    ['with an unknown role', [{ role: 'robot', content: '' }], /Invalid value: 'robot'/],
    ['with a role that is no text', [{ content: '' }], /Invalid value: nothing/],
    ['with a message that is no object', ['hello'], /expected an object/],
    ['with a user who says nothing', [{ role: 'user' }], /got nothing/],
    ['with an answer of nothing', [user, { role: 'assistant', content: null }], /got null/],
    ['with a result of nothing', [user, calling('a'), { role: 'tool', tool_call_id: 'a', content: null }], /got null/],
    [
      'with an image from the system',
      [{ role: 'system', content: [{ type: 'image_url' }] }],
      /takes parts of type 'text'/,
    ],
    ['with content that is a number', [{ role: 'user', content: 42 }], /expected a string or an array/],
    ['with a function result without a name', [{ role: 'function', content: '' }], /\.name/],
  ])('%s', (_name, messages, message) => {
    expect(checkTranscript(messages)).toMatch(message)
  })
})

const tool = (name: string): unknown => ({ type: 'function', function: { name } })

describe('a request', () => {
  test.each<[string, object]>([
    [
      'with tools and a choice',
      { tools: [tool('a'), tool('b')], tool_choice: { type: 'function', function: { name: 'b' } } },
    ],
    ['with a custom tool', { tools: [{ type: 'custom', custom: { name: 'a' } }], parallel_tool_calls: true }],
    ['with stream options', { stream: true, stream_options: {} }],
    ['with no choice and no tools', { tool_choice: 'none' }],
  ])('%s is fine', (_name, more) => {
    expect(checkRequest({ model: 'm', messages: [user], ...more })).toBeUndefined()
  })

  test.each<[string, unknown, string | null, RegExp]>([
    ['that is no object', [], null, /not a JSON object/],
    ['without a model', { messages: [user] }, 'model', /model/],
    ['without messages', { model: 'm' }, 'messages', /Missing required parameter/],
    ['whose messages are no list', { model: 'm', messages: {} }, 'messages', /expected an array/],
    [
      'with two tools of one name',
      { model: 'm', messages: [user], tools: [tool('a'), tool('a')] },
      'tools[1].function.name',
      /Duplicate tool name: 'a'/,
    ],
    ['with an empty list of tools', { model: 'm', messages: [user], tools: [] }, 'tools', /empty array/],
    [
      'with 129 tools',
      { model: 'm', messages: [user], tools: Array.from({ length: 129 }, (_, index) => tool(`t${index}`)) },
      'tools',
      /at most 128/,
    ],
    [
      'with a tool of an impossible name',
      { model: 'm', messages: [user], tools: [tool('a b')] },
      'tools[0].function.name',
      /does not match/,
    ],
    [
      'with a tool of an unknown type',
      { model: 'm', messages: [user], tools: [{ type: 'x' }] },
      'tools[0].type',
      /Supported values/,
    ],
    [
      'that chooses a tool it does not have',
      { model: 'm', messages: [user], tools: [tool('a')], tool_choice: { type: 'function', function: { name: 'b' } } },
      'tool_choice',
      /'b' not found/,
    ],
    [
      'that chooses without tools',
      { model: 'm', messages: [user], tool_choice: 'auto' },
      'tool_choice',
      /only allowed when 'tools'/,
    ],
    [
      'with parallel calls without tools',
      { model: 'm', messages: [user], parallel_tool_calls: false },
      'parallel_tool_calls',
      /only allowed/,
    ],
    [
      'with stream options of a plain answer',
      { model: 'm', messages: [user], stream_options: {} },
      'stream_options',
      /only allowed when 'stream'/,
    ],
    ['that asks for no choice', { model: 'm', messages: [user], n: 0 }, 'n', /from 1 to 128/],
    [
      'with too much metadata',
      {
        model: 'm',
        messages: [user],
        metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [index, ''])),
      },
      'metadata',
      /at most 16/,
    ],
  ])('%s is rejected', (_name, request, param, message) => {
    expect(checkRequest(request)).toMatchObject({
      type: 'invalid_request_error',
      param,
      message: expect.stringMatching(message),
    })
  })
})

describe('a server rejects what its profile does not support', () => {
  const callingBy = (fields: object = {}): object => ({
    role: 'assistant',
    content: '',
    tool_calls: [{ id: 'abcDEF123', type: 'function', function: { name: 'f', arguments: '{}' }, ...fields }],
  })
  const answered = (id = 'abcDEF123'): object => ({ role: 'tool', tool_call_id: id, content: 'x' })
  const request = (messages: readonly object[], more: object = {}): object => ({ model: 'm', messages, ...more })
  const tools = [{ type: 'function', function: { name: 'f', strict: true } }]

  test.each<[string, Parameters<typeof checkRequest>[1], object, string]>([
    [
      'ids of another form',
      { callIds: 'alphanumeric9' },
      request([user, callingBy({ id: 'a' }), answered('a')]),
      'length of 9',
    ],
    [
      'long ids',
      undefined,
      request([user, callingBy({ id: 'x'.repeat(41) }), answered('x'.repeat(41))]),
      '40 characters',
    ],
    [
      'a user behind a tool',
      { userAfterTool: false },
      request([user, callingBy(), answered(), user]),
      "role 'user' after role 'tool'",
    ],
    ['the developer role', { developerRole: false }, request([{ role: 'developer', content: 'x' }]), "'developer'"],
    [
      'null beside calls',
      { nullContent: false },
      request([user, { ...callingBy(), content: null }, answered()]),
      "'content' must",
    ],
    [
      'arguments that are no object',
      { invalidArguments: false },
      request([user, callingBy({ function: { name: 'f', arguments: '[1]' } }), answered()]),
      'JSON object',
    ],
    [
      'fields it does not know',
      { sendBack: ['reasoning'] },
      request([user, { ...callingBy(), extra: 1 }, answered()]),
      "'extra'",
    ],
    [
      'the new bound',
      { maxCompletionTokens: false },
      request([user], { max_completion_tokens: 5 }),
      'max_completion_tokens',
    ],
    [
      'stream options',
      { streamOptions: false },
      request([user], { stream: true, stream_options: {} }),
      'stream_options',
    ],
    [
      'parallel calls',
      { parallelToolCalls: false },
      request([user], { tools, parallel_tool_calls: true }),
      'parallel_tool_calls',
    ],
    ['strict', { strict: false }, request([user], { tools }), 'function.strict'],
    ['a lone surrogate', undefined, request([{ role: 'user', content: 'a\ud83d' }]), 'surrogate'],
    [
      'an empty function_call',
      undefined,
      request([{ role: 'assistant', content: 'x', function_call: { name: '', arguments: '' } }]),
      'function_call.name',
    ],
    ['empty audio', undefined, request([{ role: 'assistant', content: 'x', audio: {} }]), 'audio.id'],
  ])('%s', (_name, profile, body, words) => {
    expect(checkRequest(body, profile)?.message).toContain(words)
    if (profile !== undefined) expect(checkRequest(body, {})).toBeUndefined()
  })

  test('a whole pair and an escaped backslash are text', () => {
    expect(checkRequest(request([{ role: 'user', content: '😀 \\ud83d' }]))).toBeUndefined()
  })
})
