import { StreamError } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { accumulate, CompletionBuilder, normalizeCompletion, reportOf, snapshotOf } from '../index.ts'
import type { JsonObject } from '../json/value.ts'
import { asChunk, build, callChunk, callEntry, chunk } from '../test/chunks.ts'

describe('null in a delta changes nothing', () => {
  const fields: [field: string, value: unknown][] = [
    ['reasoning_content', 'R'],
    ['reasoning', 'R'],
    ['reasoning_text', 'R'],
    ['reasoning_details', [{ type: 'reasoning.text', text: 'R', index: 0 }]],
    ['refusal', 'No.'],
    ['annotations', [{ type: 'url_citation', url_citation: { url: 'https://example.com' } }]],
    ['audio', { id: 'a', data: 'AAAA', transcript: 'Hi', expires_at: 5 }],
    ['function_call', { name: 'f', arguments: '{}' }],
    ['tool_calls', [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }]],
    ['content', 'x'],
    ['role', 'assistant'],
    ['extra_content', { google: { thought_signature: 's' } }],
    ['images', [{ type: 'image_url' }]],
    ['mood', 'calm'],
  ]
  test.each(fields)('%s', (field, value) => {
    const { message: alone, events } = build([chunk({ [field]: value }), chunk({}, 'stop')])
    const before = build([chunk({ [field]: null }), chunk({ [field]: value }), chunk({}, 'stop')])
    const after = build([chunk({ [field]: value }), chunk({ [field]: null }), chunk({}, 'stop')])
    for (const built of [before, after]) {
      expect(built.message).toEqual(alone)
      expect(JSON.stringify(built.events)).toBe(JSON.stringify(events))
    }
    const never = build([chunk({ [field]: null }), chunk({ [field]: null }, 'stop')]).message
    expect(never).toEqual({ role: 'assistant', content: null, ...(field === 'refusal' && { refusal: null }) })
  })

  test('of a plain body, neither', () => {
    const message = {
      role: 'assistant',
      content: 'x',
      reasoning_content: null,
      mood: null,
      audio: null,
      tool_calls: null,
    }
    expect(plain(message).message).toEqual({ role: 'assistant', content: 'x' })
  })

  test('within a tool call', () => {
    const { message } = build([
      chunk({ tool_calls: [{ ...callEntry(0, 'a', 'f', '{"x":'), extra_content: { google: { signature: 's' } } }] }),
      chunk({ tool_calls: [{ ...callEntry(0, null, null, '1}'), extra_content: null, type: null }] }),
    ])
    expect(message['tool_calls']).toEqual([
      {
        id: 'a',
        type: 'function',
        function: { name: 'f', arguments: '{"x":1}' },
        extra_content: { google: { signature: 's' } },
      },
    ])
  })
})

describe('an error stated inside an answer is thrown, and what came is kept', () => {
  const error = { code: 502, message: 'Worker limit reached' }
  const rows: [title: string, last: object, words: string, retryable: boolean][] = [
    ['beside empty choices', { choices: [], error }, "(502). The server's message: Worker limit reached", true],
    ['beside a choice', { choices: [{ index: 0, delta: {}, finish_reason: 'error' }], error }, 'limit reached', true],
    ['in a choice', { choices: [{ index: 0, delta: { content: '' }, error }] }, 'Worker limit reached', true],
    ['as text', { choices: [], error: 'overloaded' }, "The server's message: overloaded", true],
    ['without choices', { error: { code: 'bad', message: 'no' } }, "(bad). The server's message: no", true],
    ['flat', { code: 401, message: 'Unauthorized' }, "(401). The server's message: Unauthorized", false],
    ['as an object of type error', { object: 'error', message: 'too long', code: 400 }, 'too long', false],
  ]
  test.each(rows)('%s', (_title, last, words, retryable) => {
    const builder = new CompletionBuilder({ chunkEvents: false })
    const events = builder.push(chunk({ content: 'half' }))
    builder.push(asChunk(last), events)
    const thrown = thrownBy(() => builder.finish())
    expect(thrown).toBeInstanceOf(StreamError)
    expect(thrown).toMatchObject({ retryable, message: expect.stringContaining(words) })
    expect(events).toMatchObject([{ type: 'content.delta', delta: 'half' }])
    expect(builder.snapshot().choices[0]?.message.content).toBe('half')
  })

  test('`accumulate` throws it behind the events, with the partial; an error of the source comes first', async () => {
    const chunks = [chunk({ content: 'half' }), asChunk({ choices: [], error })]
    const failure = await drained(accumulate(chunks))
    expect(failure).toMatchObject({ message: expect.stringContaining('Worker limit reached') })
    expect(snapshotOf(failure)?.choices[0]?.message.content).toBe('half')
    const own = new StreamError('of the source')
    // oxlint-disable-next-line require-await -- a source that never waits
    async function* source() {
      yield chunks
      throw own
    }
    expect(await drained(accumulate(source()))).toBe(own)
    expect(snapshotOf(own)?.choices[0]?.message.content).toBe('half')
  })

  test('text in the same chunk is kept', () => {
    const builder = new CompletionBuilder({ chunkEvents: false })
    builder.push(asChunk({ choices: [{ index: 0, delta: { content: 'half' } }], error }))
    expect(thrownBy(() => builder.finish())).toBeInstanceOf(StreamError)
    expect(builder.snapshot().choices[0]?.message.content).toBe('half')
  })

  test.each([
    ['beside the choices', { error }, {}],
    ['in a choice', {}, { error }],
  ])('in a plain body, %s', (_title, body, choice) => {
    expect(() => plain({ role: 'assistant', content: 'half' }, body, choice)).toThrow('Worker limit reached')
  })

  test.each([null, false, '', {}, { code: null, message: '' }])('%j is no error', (none) => {
    expect(plain({ role: 'assistant', content: 'x' }, { error: none }).message['content']).toBe('x')
    expect(build([chunk({ content: 'x' }), asChunk({ choices: [], error: none })]).message['content']).toBe('x')
  })
})

describe('calls that nobody made', () => {
  const empties: [title: string, fields: object][] = [
    ['an empty function_call', { function_call: { name: '', arguments: '' } }],
    ['a function_call of nulls', { function_call: { name: null, arguments: null } }],
    ['an empty object for a function_call', { function_call: {} }],
    ['an empty tool call', { tool_calls: [{ id: '', type: 'function', function: { name: '', arguments: '' } }] }],
    ['a tool call without fields', { tool_calls: [{}] }],
    ['empty audio', { audio: { id: '', data: '', transcript: '', expires_at: 0 } }],
    ['an empty object for audio', { audio: {} }],
  ]
  test.each(empties)('%s is left out', (_title, fields) => {
    const message = { role: 'assistant', content: 'x' }
    expect(plain({ ...message, ...fields }).message).toEqual(message)
    const streamed = build([chunk({ role: 'assistant', content: 'x', ...fields }), chunk(fields, 'stop')])
    expect(streamed.message).toEqual(message)
    expect(streamed.events.map((event) => event.type)).toEqual(['content.delta', 'content.done'])
  })

  const real = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"path":"/tmp/a"}' } }
  const [open, rest] = ['{"path":', '"/tmp/a"}']
  const streams: [title: string, chunks: object[]][] = [
    ['`{}` first', [callChunk(0, 'a', 'f', '{}'), callChunk(0, null, null, open), callChunk(0, null, null, rest)]],
    [
      '`{}` first, its id in every piece',
      [callChunk(0, 'a', 'f', '{}'), callChunk(0, 'a', 'f', open), callChunk(0, 'a', '', rest)],
    ],
    ['`{}` first, without index', [callChunk(undefined, 'a', 'f', '{}'), callChunk(undefined, 'a', null, open + rest)]],
    [
      '`{}` first, then an empty piece',
      [callChunk(0, 'a', 'f', '{}'), callChunk(0, null, null, ''), callChunk(0, null, null, open + rest)],
    ],
    ['`{}` and the arguments in one piece', [callChunk(0, 'a', 'f', `{}${open}${rest}`)]],
    ['`{}` first, as an object', [callChunk(0, 'a', 'f', {}), callChunk(0, null, null, open + rest)]],
    [
      'its id under another index',
      [callChunk(0, 'a', 'f', ''), callChunk(1, 'a', null, open), callChunk(2, 'a', null, rest)],
    ],
    ['its id and name under another index', [callChunk(0, 'a', 'f', ''), callChunk(1, 'a', 'f', open + rest)]],
    [
      'another index without id behind it',
      [callChunk(0, 'a', 'f', ''), callChunk(1, 'a', null, open), callChunk(1, null, null, rest)],
    ],
    [
      'the whole call again at the end',
      [callChunk(0, 'a', 'f', open), callChunk(0, null, null, rest), callChunk(0, 'a', 'f', open + rest)],
    ],
    ['an empty entry first', [callChunk(0, '', '', ''), callChunk(0, 'a', 'f', open + rest)]],
  ]
  test.each(streams)('one call: %s', (_title, chunks) => {
    const { message, events } = build([...chunks.map(asChunk), chunk({}, 'tool_calls')])
    expect(message['tool_calls']).toEqual([real])
    const deltas = events.flatMap((event) =>
      event.type === 'tool_calls.function.arguments.delta' ? [event.delta] : [],
    )
    expect(deltas.join('')).toBe(real.function.arguments)
    expect(events.filter((event) => event.type === 'call.sealed')).toEqual([
      { type: 'call.sealed', choice: 0, index: 0, call: real },
    ])
  })

  test('`{}` alone is the arguments, and its delta comes before the end', () => {
    const { events } = build([callChunk(0, 'a', 'f', '{}'), chunk({}, 'tool_calls')])
    expect(events.map((event) => [event.type, 'delta' in event ? event.delta : undefined])).toEqual([
      ['tool_calls.function.arguments.delta', '{}'],
      ['tool_calls.function.arguments.done', undefined],
      ['call.sealed', undefined],
    ])
  })

  test('two calls whose pieces are counted by one index', () => {
    const { message } = build([
      callChunk(0, 'a', 'f', ''),
      callChunk(1, 'a', null, '{"x":1}'),
      callChunk(2, 'b', 'g', ''),
      callChunk(3, 'b', null, '{"x":2}'),
      chunk({}, 'tool_calls'),
    ])
    expect(message['tool_calls']).toMatchObject([
      { id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', function: { name: 'g', arguments: '{"x":2}' } },
    ])
  })

  test('an object that goes on behind an empty piece is one call, and is not sealed', () => {
    const { message, events } = build([
      callChunk(0, 'a', 'search', '{"query":"a"}'),
      callChunk(0, null, null, ''),
      callChunk(0, null, null, ',"limit":10}'),
      chunk({}, 'tool_calls'),
    ])
    expect(message['tool_calls']).toMatchObject([{ function: { arguments: '{"query":"a"},"limit":10}' } }])
    expect(events.at(-1)).toMatchObject({ type: 'tool_calls.function.arguments.done', complete: false })
  })

  test('a call without a name is reported, and never sealed', () => {
    const chunks = [callChunk(0, 'a', '', '{"x":1}'), chunk({ content: 'x' }), chunk({}, 'tool_calls')]
    const { completion, events } = build(chunks)
    expect(reportOf(completion).missing).toContain('choices[0].message.tool_calls[0].function.name')
    expect(events.some((event) => event.type === 'call.sealed')).toBe(false)
    const body = plain({ role: 'assistant', content: null, function_call: { name: '', arguments: '{"x":1}' } })
    expect(body.message).toEqual({ role: 'assistant', content: null })
    expect(body.missing).toContain('choices[0].message.function_call.name')
  })
})

describe('what servers repeat', () => {
  test.each([
    ['an unknown text', { mood: 'analysis' }, { mood: 'analysis' }],
    ['a channel', { channel: 'analysis' }, { channel: 'analysis' }],
    [
      'an executed tool',
      { tools: [{ index: 0, arguments: '{"q":1}', output: 'x' }] },
      { tools: [{ index: 0, arguments: '{"q":1}', output: 'x' }] },
    ],
  ])('%s is said once', (_title, delta, fields) => {
    const { message } = build([
      chunk({ ...delta, content: 'a' }),
      chunk({ ...delta, content: 'a' }),
      chunk(delta, 'stop'),
    ])
    expect(message).toEqual({ role: 'assistant', content: 'aa', ...fields })
  })

  test('a channel that changes is the last one', () => {
    expect(build([chunk({ channel: 'analysis' }), chunk({ channel: 'final' })]).message).toMatchObject({
      channel: 'final',
    })
  })

  test('equal pieces of texts that are known to grow are pieces', () => {
    const details = { reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'ha' }] }
    const delta = { content: 'ha', reasoning: 'ha', audio: { transcript: 'ha', data: 'AAAA' }, ...details }
    expect(build([chunk(delta), chunk(delta)]).message).toMatchObject({
      content: 'haha',
      reasoning: 'haha',
      reasoning_details: [{ text: 'haha' }],
      audio: { transcript: 'haha', data: 'AAAAAAAA' },
    })
  })
})

test.each([
  ['a part', { completion_tokens: 7 }, { prompt_tokens: 10, completion_tokens: 7, total_tokens: 15 }],
  [
    'zeros',
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  ],
  ['null', null, { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }],
  ['an empty object', {}, { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }],
])('usage stays whole when %s comes behind it', (_title, later, usage) => {
  const whole = {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 4 },
  }
  const { completion } = build([
    chunk({ content: 'x' }, 'stop'),
    asChunk({ choices: [], usage: whole }),
    asChunk({ choices: [], usage: later }),
  ])
  expect(completion.usage).toEqual({ ...whole, ...usage })
})

test.each([
  ['stop', []],
  ['MAX_TOKENS', []],
  ['tired', [{ choice: 0, reason: 'tired' }]],
])('finish_reason %s: the unknown ones are reported as they came', (reason, unknownFinish) => {
  const { completion } = build([chunk({ content: 'x' }, reason)])
  expect(reportOf(completion).unknownFinish).toEqual(unknownFinish)
  expect(completion.choices[0]?.finish_reason).toBe(reason)
})

test.each(['length', 'MAX_TOKENS', 'model_length', 'SAFETY', 'network_error', 'abort'])(
  'a call without arguments is unfinished after %s',
  (reason) => {
    const { completion, events } = build([callChunk(0, 'a', 'f', ''), chunk({}, reason)])
    expect(reportOf(completion).unfinished).toEqual([{ choice: 0, index: 0 }])
    expect(events.some((event) => event.type === 'call.sealed')).toBe(false)
  },
)

test('text of a choice that nobody asked for is reported', () => {
  const { completion } = build([chunk({ content: 'x' }), chunk({ content: 'lost' }, 'stop', { index: 1 })], { n: 1 })
  expect(reportOf(completion).ignored).toEqual(['choices[1]'])
})

function plain(
  message: object,
  body: object = {},
  choice: object = {},
): { message: JsonObject; missing: readonly string[] } {
  const completion = normalizeCompletion({
    ...body,
    choices: [{ index: 0, message, finish_reason: 'stop', ...choice }],
  })
  return { message: { ...completion.choices[0]?.message }, missing: reportOf(completion).missing }
}

async function drained(events: AsyncIterable<unknown>): Promise<unknown> {
  try {
    const seen: unknown[] = []
    for await (const event of events) seen.push(event)
    return seen
  } catch (error) {
    return error
  }
}

function thrownBy(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}
