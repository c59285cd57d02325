import {
  type AssistantMessage,
  deepFreeze,
  type Message,
  type ModelMemory,
  type ModelRequest,
  type Profile,
} from '@toolloop/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { adaptRequest, profileFor, profiles } from '../index.ts'

const call = (text: string) => ({ id: 'c', type: 'function' as const, function: { name: 'f', arguments: text } })
const said = (fields: object): AssistantMessage => ({ role: 'assistant', content: 'x', ...fields })
const named = (name: string) => ({ ...call('{}'), function: { name, arguments: '{}' } })
const answer = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'x' })
const only = (fields: Partial<Profile>): Profile => ({ ...profiles.openai, ...fields })

const cases: readonly [name: string, profile: Profile, from: object, to: object][] = [
  [
    'developer becomes system',
    only({ developerRole: false }),
    { messages: [{ role: 'developer', content: 'x' }] },
    { messages: [{ role: 'system', content: 'x' }] },
  ],
  [
    'strict is left out',
    only({ strict: false }),
    { tools: [{ type: 'function', function: { name: 'f', strict: true } }] },
    { tools: [{ type: 'function', function: { name: 'f' } }] },
  ],
  ['parallel_tool_calls is left out', only({ parallelToolCalls: false }), { parallel_tool_calls: false }, {}],
  [
    'the token bound has its old name',
    only({ maxCompletionTokens: false }),
    { max_completion_tokens: 5 },
    { max_tokens: 5 },
  ],
  [
    'null content becomes empty',
    only({ nullContent: false }),
    { messages: [said({ content: null, tool_calls: [call('{}')] })] },
    { messages: [said({ content: '', tool_calls: [call('{}')] })] },
  ],
  [
    'null content without calls stays',
    only({ nullContent: false }),
    { messages: [said({ content: null, refusal: 'no' })] },
    { messages: [said({ content: null, refusal: 'no' })] },
  ],
  [
    'arguments that are no object become {}',
    only({ invalidArguments: false }),
    { messages: [said({ tool_calls: [call('{"a":'), call('[1]'), call(''), call(' {"a":1} ')] })] },
    { messages: [said({ tool_calls: [call('{}'), call('{}'), call('{}'), call(' {"a":1} ')] })] },
  ],
  [
    'arguments stay verbatim',
    only({}),
    { messages: [said({ tool_calls: [call('{"a":')] })] },
    { messages: [said({ tool_calls: [call('{"a":')] })] },
  ],
  [
    'foreign fields are left out',
    only({}),
    {
      messages: [
        said({ reasoning_content: 'r', annotations: [], extra: 1, tool_calls: [{ ...call('{}'), index: 0 }] }),
      ],
    },
    { messages: [said({ tool_calls: [call('{}')] })] },
  ],
  [
    'wanted fields go back',
    only({ sendBack: ['reasoning_details', 'extra_content'] }),
    {
      messages: [
        said({ reasoning: 'r', reasoning_details: [{ type: 't' }], tool_calls: [{ ...call('{}'), extra_content: 1 }] }),
      ],
    },
    { messages: [said({ reasoning_details: [{ type: 't' }], tool_calls: [{ ...call('{}'), extra_content: 1 }] })] },
  ],
  [
    'names that no tool may have become valid ones',
    only({}),
    { messages: [said({ tool_calls: ['functions.now', '', '现在', 'x'.repeat(70)].map((name) => named(name)) })] },
    {
      messages: [said({ tool_calls: ['functions_now', 'unknown', '__', 'x'.repeat(64)].map((name) => named(name)) })],
    },
  ],
  [
    'a type of its own, and arguments that are no text',
    only({}),
    {
      messages: [
        said({
          tool_calls: [
            { ...call('{}'), type: 'tool_use' },
            { id: 'c', function: { name: 'f', arguments: null } },
            { ...call('{}'), function: { name: 'f', arguments: { a: [1] } } },
            { id: 'c', custom: { name: 'a b', input: 'x' } },
          ],
        }),
      ],
    },
    {
      messages: [
        said({
          tool_calls: [
            call('{}'),
            call('{}'),
            call('{"a":[1]}'),
            { id: 'c', type: 'custom', custom: { name: 'a_b', input: 'x' } },
          ],
        }),
      ],
    },
  ],
  [
    'a lone surrogate becomes U+FFFD in every text',
    only({ sendBack: ['reasoning'] }),
    {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a\ud83d' }] },
        said({ content: '\ude00b 😀', reasoning: '\ud83d', tool_calls: [call('{"a":"\ud83d"}')] }),
        { role: 'tool', tool_call_id: 'c', content: 'abc\ud83d' },
      ],
      tools: [{ type: 'function', function: { name: 'f', description: 'x\ud83d' } }],
    },
    {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a\ufffd' }] },
        said({ content: '\ufffdb 😀', reasoning: '\ufffd', tool_calls: [call('{"a":"\ufffd"}')] }),
        { role: 'tool', tool_call_id: 'c', content: 'abc\ufffd' },
      ],
      tools: [{ type: 'function', function: { name: 'f', description: 'x\ufffd' } }],
    },
  ],
  [
    'a user message directly behind a tool message',
    only({ userAfterTool: false }),
    { messages: [answer('c'), answer('c'), { role: 'user', content: 'x' }, { role: 'user', content: 'y' }] },
    {
      messages: [
        answer('c'),
        answer('c'),
        { role: 'assistant', content: 'Understood.' },
        { role: 'user', content: 'x' },
        { role: 'user', content: 'y' },
      ],
    },
  ],
  [
    'call ids the server refuses',
    only({ callIds: 'alphanumeric9' }),
    { messages: [said({ tool_calls: [{ ...call('{}'), id: 'call_1' }] }), answer('call_1'), answer('abcDEF123')] },
    {
      messages: [said({ tool_calls: [{ ...call('{}'), id: 'MhCjIFpJW' }] }), answer('MhCjIFpJW'), answer('abcDEF123')],
    },
  ],
  [
    'call ids of more than 40 characters',
    only({ callIds: 'max40' }),
    {
      messages: [
        said({ tool_calls: [{ ...call('{}'), id: 'x'.repeat(41) }] }),
        answer('x'.repeat(41)),
        answer('x'.repeat(40)),
      ],
    },
    {
      messages: [
        said({ tool_calls: [{ ...call('{}'), id: 'call_QjHhn32P6' }] }),
        answer('call_QjHhn32P6'),
        answer('x'.repeat(40)),
      ],
    },
  ],
  [
    'placeholders and nulls that servers put beside an answer',
    only({ sendBack: ['reasoning'] }),
    { messages: [said({ function_call: { name: '', arguments: '' }, audio: {}, reasoning: null })] },
    { messages: [said({})] },
  ],
  ['an empty list of calls is left out', only({}), { messages: [said({ tool_calls: [] })] }, { messages: [said({})] }],
  [
    'spoken answers go back by id',
    only({}),
    { messages: [said({ audio: { id: 'a', data: 'xxx', transcript: 'x' } })] },
    { messages: [said({ audio: { id: 'a' } })] },
  ],
  [
    'unknown parameters stay',
    only({}),
    { top_k: 5, messages: [{ role: 'user', content: 'x', cache_control: 1 }] },
    { top_k: 5, messages: [{ role: 'user', content: 'x', cache_control: 1 }] },
  ],
]

test.each(cases)('%s', (_name, profile, from, to) => {
  const before = structuredClone(from)
  expect(adaptRequest(from as Partial<ModelRequest>, profile)).toEqual(to)
  expect(from).toEqual(before)
})

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const), content: fc.string() }),
  fc.record({ role: fc.constant('tool' as const), content: fc.string(), tool_call_id: fc.string() }),
  fc.record(
    {
      role: fc.constant('assistant' as const),
      content: fc.option(fc.string()),
      tool_calls: fc.array(
        fc.record({
          id: fc.string(),
          type: fc.constant('function' as const),
          function: fc.record({ name: fc.string(), arguments: fc.oneof(fc.json(), fc.string()) }),
        }),
      ),
      reasoning_content: fc.string(),
      reasoning: fc.option(fc.string()),
      extra: fc.jsonValue(),
    },
    { requiredKeys: ['role'] },
  ) as fc.Arbitrary<Message>,
)
const anyProfile = fc.constantFrom(...Object.values(profiles))

test('adapting is idempotent, changes nothing in place, and treats frozen messages alike', () => {
  fc.assert(
    fc.property(fc.array(message), anyProfile, (messages, profile) => {
      const frozen = deepFrozen(messages)
      const memory: ModelMemory = new Map()
      const once = adaptRequest({ messages }, profile)
      expect(messages).toEqual(frozen)
      expect(adaptRequest(once, profile)).toEqual(once)
      for (const end of [1, frozen.length, frozen.length])
        expect(adaptRequest({ messages: frozen.slice(0, end) }, profile, memory).messages).toEqual(
          adaptRequest({ messages: messages.slice(0, end) }, profile).messages,
        )
    }),
  )
})

test('of a conversation that has a memory, frozen messages are adapted once per profile', () => {
  const [one] = deepFrozen([said({ reasoning_content: 'r' })])
  const memory: ModelMemory = new Map()
  const adapt = (profile: Profile) => adaptRequest({ messages: [one as Message] }, profile, memory).messages[0]
  expect(adapt(profiles.openai)).toBe(adapt(profiles.openai))
  expect(adapt(profiles.openai)).not.toHaveProperty('reasoning_content')
  expect(adapt(profiles.deepseek)).toHaveProperty('reasoning_content')
})

test('a profile that is changed is followed, one that was passed as a setting is not', () => {
  const messages = [deepFreeze<Message>({ role: 'developer', content: 'x' }), deepFreeze(said({ trace: 't' }))]
  const sendBack: string[] = []
  const own = { ...only({}), sendBack }
  const memory: ModelMemory = new Map()
  const settled = profileFor(own, 'https://llm.example/v1')
  expect(adaptRequest({ messages }, own, memory).messages).toMatchObject([{ role: 'developer' }, { content: 'x' }])
  own.developerRole = false
  sendBack.push('trace')
  expect(adaptRequest({ messages }, own, memory).messages).toEqual([{ role: 'system', content: 'x' }, messages[1]])
  expect(adaptRequest({ messages }, settled, memory).messages).toEqual([messages[0], said({})])
})

test('a message that needs no change is the same object', () => {
  const messages: Message[] = [said({ tool_calls: [call('{}')] }), { role: 'user', content: 'x' }]
  expect(adaptRequest({ messages }, profiles.openai).messages).toBe(messages)
})

test.each<[string, string]>([
  ['https://api.openai.com/v1', 'openai'],
  ['https://us.api.openai.com/v1', 'openai'],
  ['https://res.openai.azure.com', 'azure'],
  ['https://api.deepseek.com', 'deepseek'],
  ['https://openrouter.ai/api/v1', 'openrouter'],
  ['https://api.x.ai/v1', 'xai'],
  ['https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/openapi', 'gemini'],
  ['https://aiplatform.googleapis.com/v1/projects/p', 'gemini'],
  ['https://api.cohere.ai/compatibility/v1', 'cohere'],
  ['https://api.githubcopilot.com', 'copilot'],
  ['http://localhost:1234/v1', 'lmstudio'],
  ['https://evil-aiplatform.googleapis.com.example/v1', 'compatible'],
  ['https://notopenai.com/v1', 'compatible'],
  ['http://localhost:11434/v1', 'ollama'],
  ['http://localhost:8000/v1', 'compatible'],
])('%s has the profile %s', (baseURL, name) => {
  expect(profileFor(undefined, baseURL).name).toBe(name)
})

test('every profile has its own name, and a partial one builds on a named one', () => {
  for (const [name, profile] of Object.entries(profiles)) expect(profile.name).toBe(name)
  expect(profileFor({ name: 'groq', strict: false }, 'https://example.com')).toEqual({
    ...profiles.groq,
    strict: false,
  })
  expect(profileFor({ name: 'mine', sendBack: ['x'] }, 'https://example.com')).toMatchObject({
    name: 'mine',
    sendBack: ['x'],
    strict: false,
  })
})

function deepFrozen<T>(value: T): T {
  const copy = structuredClone(value)
  const freeze = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null) return
    Object.values(inner).forEach(freeze)
    Object.freeze(inner)
  }
  freeze(copy)
  return copy
}
