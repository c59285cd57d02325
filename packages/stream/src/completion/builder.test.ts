import { LimitError, StreamError, UsageError } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { CompletionBuilder, normalizeCompletion, reasoningOf, reportOf } from '../index.ts'
import { asChunk, build, callChunk, callEntry, chunk, plain } from '../test/chunks.ts'

function deep(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth))
}

describe('events', () => {
  test('come in order: deltas as they arrive, every done once and at the end', () => {
    const { events } = build([
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'Let me' }),
      chunk({ reasoning_content: ' think.', content: 'He' }),
      chunk({ content: 'llo' }),
      callChunk(0, 'a', 'f', ''),
      callChunk(0, undefined, undefined, '{"x":1}'),
      chunk({}, 'tool_calls'),
      asChunk({ choices: [], usage: { total_tokens: 7 } }),
    ])
    const call = { choice: 0, index: 0, id: 'a', name: 'f' }
    expect(plain(events)).toEqual([
      { type: 'reasoning.delta', choice: 0, delta: 'Let me' },
      { type: 'reasoning.delta', choice: 0, delta: ' think.' },
      { type: 'content.delta', choice: 0, delta: 'He' },
      { type: 'content.delta', choice: 0, delta: 'llo' },
      { type: 'tool_calls.function.arguments.delta', ...call, delta: '' },
      { type: 'tool_calls.function.arguments.delta', ...call, delta: '{"x":1}' },
      { type: 'tool_calls.function.arguments.done', ...call, arguments: '{"x":1}', complete: true },
      {
        type: 'call.sealed',
        choice: 0,
        index: 0,
        call: { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
      },
      { type: 'usage', usage: { total_tokens: 7 } },
      { type: 'reasoning.done', choice: 0, reasoning: 'Let me think.' },
      { type: 'content.done', choice: 0, content: 'Hello' },
    ])
  })

  test('of refusal, audio, log probabilities and custom input', () => {
    const token = { token: 'x', logprob: -1, bytes: [120], top_logprobs: [] }
    const { events } = build([
      chunk({ refusal: 'I ' }, null, { logprobs: { content: [token], refusal: null } }),
      chunk({ refusal: 'cannot' }, null, { logprobs: { content: [token], refusal: [token] } }),
      chunk({ audio: { id: 'audio_1', transcript: 'Hi' } }),
      chunk({ audio: { data: 'AAAA', transcript: '!' } }),
      chunk({ audio: { expires_at: 5 } }),
      chunk({ tool_calls: [{ index: 0, id: 'c', type: 'custom', custom: { name: 'sql', input: 'SEL' } }] }),
      chunk({ tool_calls: [{ index: 0, custom: { input: 'ECT' } }] }),
      chunk({}, 'stop'),
    ])
    const call = { choice: 0, index: 0, id: 'c', name: 'sql' }
    expect(plain(events)).toEqual([
      { type: 'refusal.delta', choice: 0, delta: 'I ' },
      { type: 'logprobs.content.delta', choice: 0, delta: [token] },
      { type: 'refusal.delta', choice: 0, delta: 'cannot' },
      { type: 'logprobs.content.delta', choice: 0, delta: [token] },
      { type: 'logprobs.refusal.delta', choice: 0, delta: [token] },
      { type: 'audio.delta', choice: 0, delta: { id: 'audio_1', transcript: 'Hi' } },
      { type: 'audio.delta', choice: 0, delta: { data: 'AAAA', transcript: '!' } },
      { type: 'audio.delta', choice: 0, delta: { expires_at: 5 } },
      { type: 'tool_calls.custom.input.delta', ...call, delta: 'SEL' },
      { type: 'tool_calls.custom.input.delta', ...call, delta: 'ECT' },
      { type: 'tool_calls.custom.input.done', ...call, input: 'SELECT' },
      {
        type: 'call.sealed',
        choice: 0,
        index: 0,
        call: { id: 'c', type: 'custom', custom: { name: 'sql', input: 'SELECT' } },
      },
      { type: 'refusal.done', choice: 0, refusal: 'I cannot' },
      { type: 'audio.done', choice: 0, audio: { id: 'audio_1', data: 'AAAA', expires_at: 5, transcript: 'Hi!' } },
      { type: 'logprobs.content.done', choice: 0, content: [token, token] },
      { type: 'logprobs.refusal.done', choice: 0, refusal: [token] },
    ])
  })

  test('of things that are empty there are none', () => {
    const empty = {
      content: '',
      refusal: '',
      reasoning: '',
      audio: { id: '', data: '', expires_at: 0 },
      tool_calls: [],
    }
    const { events, message } = build([
      chunk(empty, null, { logprobs: { content: [], refusal: null } }),
      chunk({}, 'stop'),
    ])
    expect(events).toEqual([])
    expect(message).toMatchObject({ content: '', refusal: '' })
  })

  test('a chunk comes before what it means, and can be left out', () => {
    const first = chunk({ content: 'x' })
    const types = (chunkEvents?: boolean): string[] =>
      new CompletionBuilder(chunkEvents === undefined ? {} : { chunkEvents }).push(first).map((event) => event.type)
    expect(types()).toEqual(['chunk', 'content.delta'])
    expect(types(true)).toEqual(['chunk', 'content.delta'])
    expect(types(false)).toEqual(['content.delta'])
  })

  test('a call that broke off is done, but not complete', () => {
    const { events } = build([callChunk(0, 'a', 'f', '{"x'), chunk({}, 'length')])
    expect(plain(events).at(-1)).toMatchObject({ arguments: '{"x', complete: false })
  })

  test('finish gives its events once, and nothing can be pushed after it', () => {
    const builder = new CompletionBuilder()
    builder.push(chunk({ content: 'x' }))
    expect(builder.finish()).toHaveLength(1)
    expect(builder.finish()).toEqual([])
    expect(() => builder.push(chunk({ content: 'y' }))).toThrow(UsageError)
    expect(builder.snapshot().choices[0]?.message.content).toBe('x')
  })
})

describe('the message', () => {
  type Row = [title: string, deltas: (object | undefined)[], message: object]
  const rows: Row[] = [
    ['has null content where none came', [{ role: 'assistant' }, { content: null }], { content: null }],
    ['has empty content where an empty one came', [{ content: '' }], { content: '' }],
    [
      'takes the first role, whatever comes later',
      [{ role: '' }, { role: 'assistant' }, { role: null }],
      { role: 'assistant' },
    ],
    ['has a role where none came', [{ content: 'x' }], { role: 'assistant', content: 'x' }],
    [
      'joins the text of content parts',
      [{ content: [{ type: 'text', text: 'a' }, 'b'] }, { content: 'c' }],
      { content: 'abc' },
    ],
    [
      'takes thinking parts for reasoning',
      [
        {
          content: [
            {
              type: 'thinking',
              thinking: [
                { type: 'text', text: 'h' },
                { type: 'text', text: 'm' },
              ],
            },
          ],
        },
        {
          content: [
            { type: 'thinking', thinking: '?' },
            { type: 'text', text: 'ok' },
          ],
        },
      ],
      { content: 'ok', reasoning_content: 'hm?' },
    ],
    ['writes content that is an object as JSON', [{ content: { a: [1] } }], { content: '{"a":[1]}' }],
    ['keeps reasoning under the name it came with', [{ reasoning: 'a' }, { reasoning: 'b' }], { reasoning: 'ab' }],
    [
      'keeps both names where both came',
      [{ reasoning: 'a', reasoning_content: 'a' }],
      { reasoning: 'a', reasoning_content: 'a' },
    ],
    ['has null refusal where null came', [{ refusal: null }], { refusal: null }],
    ['joins the pieces of a refusal', [{ refusal: null }, { refusal: 'No' }, { refusal: '.' }], { refusal: 'No.' }],
    [
      'joins the older function_call',
      [
        { function_call: { name: 'f', arguments: '' } },
        { function_call: { arguments: '{"x"' } },
        { function_call: { name: null, arguments: ':1}' } },
      ],
      { function_call: { name: 'f', arguments: '{"x":1}' } },
    ],
    ['leaves out empty tool_calls', [{ tool_calls: [] }, { tool_calls: null }], {}],
    ['ignores a message beside the delta', [{ content: 'x' }, undefined], { content: 'x' }],
    ['drops padding', [{ content: 'x', obfuscation: 'zzz' }], { content: 'x' }],
    [
      'appends annotations',
      [{ annotations: [{ type: 'a' }] }, { annotations: [{ type: 'b' }] }],
      { annotations: [{ type: 'a' }, { type: 'b' }] },
    ],
    [
      'appends images, and merges those with an index',
      [
        { images: [{ index: 0, image_url: { url: 'data:' } }] },
        { images: [{ index: 0, image_url: { url: 'AA' } }, { index: 1 }] },
      ],
      { images: [{ index: 0, image_url: { url: 'data:AA' } }, { index: 1 }] },
    ],
    [
      'joins unknown text, and replaces what names something',
      [
        { note: 'a', model: 'x', format: 'f1' },
        { note: 'b', model: 'y', format: 'f2' },
      ],
      { note: 'ab', model: 'y', format: 'f2' },
    ],
    [
      'merges unknown objects key by key',
      [
        { extra_content: { google: { thought_signature: 'AB', id: '1', n: 1 } } },
        { extra_content: { google: { thought_signature: 'CD', id: '2', n: 2 } } },
      ],
      { extra_content: { google: { thought_signature: 'ABCD', id: '2', n: 2 } } },
    ],
    [
      'keeps an unknown value when null or nothing follows',
      [{ a: 'x', b: { c: 1 } }, { a: null, b: null }, { a: '' }],
      { a: 'x', b: { c: 1 } },
    ],
    ['leaves out an unknown null', [{ graph: null }, { graph: null }], {}],
    ['replaces an unknown value by one of another type', [{ a: 'x' }, { a: { b: 1 } }, { a: [1] }], { a: [1] }],
    [
      'joins reasoning details by index, type and id',
      [
        { reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'a', format: 'v1', id: null }] },
        { reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'b', signature: 's1' }] },
        {
          reasoning_details: [
            { index: 0, signature: 's2', format: 'v2' },
            { type: 'reasoning.encrypted', index: 0, id: 'rs', data: 'X' },
          ],
        },
        {
          reasoning_details: [
            { type: 'reasoning.encrypted', index: 0, id: 'rs', data: 'Y' },
            { type: 'reasoning.summary', index: 1, summary: 'S' },
          ],
        },
      ],
      {
        reasoning_details: [
          { type: 'reasoning.text', index: 0, text: 'ab', format: 'v2', id: null, signature: 's2' },
          { type: 'reasoning.encrypted', index: 0, id: 'rs', data: 'XY' },
          { type: 'reasoning.summary', index: 1, summary: 'S' },
        ],
      },
    ],
    [
      'joins reasoning details without an index by type and id',
      [
        {
          reasoning_details: [
            { type: 't', id: '1', text: 'a' },
            { type: 't', id: '2', text: 'b' },
          ],
        },
        { reasoning_details: [{ type: 't', id: '1', text: 'c' }] },
      ],
      {
        reasoning_details: [
          { type: 't', id: '1', text: 'ac' },
          { type: 't', id: '2', text: 'b' },
        ],
      },
    ],
  ]
  test.each(rows)('%s', (_title, deltas, message) => {
    const chunks = deltas.map((delta) => chunk(delta, null, { message: { role: 'assistant', content: 'beside' } }))
    expect(build(chunks).message).toEqual({ role: 'assistant', content: null, ...message })
  })

  test('is the `message` of a stream that never sends a delta', () => {
    const whole = asChunk({ choices: [{ index: 0, message: { role: 'assistant', content: 'Hi', refusal: null } }] })
    expect(build([whole, whole]).message).toEqual({ role: 'assistant', content: 'Hi', refusal: null })
  })

  test('tells its reasoning, whatever field holds it', () => {
    expect(reasoningOf({ reasoning_content: '', reasoning: 'a' })).toBe('a')
    expect(reasoningOf({ reasoning_text: 'b' })).toBe('b')
    expect(reasoningOf({ content: 'x' })).toBe('')
  })

  test('says the same reasoning once, when a delta has it under two names', () => {
    const { events } = build([chunk({ reasoning: 'a', reasoning_content: 'a' }), chunk({ reasoning: 'b' })])
    expect(events.at(-1)).toEqual({ type: 'reasoning.done', choice: 0, reasoning: 'ab' })
  })
})

describe('the completion', () => {
  test('takes the first id, model and time, and the last of everything else beside the choices', () => {
    const rest = { choices: [{ index: 0, delta: { content: 'x' }, finish_reason: '', native_finish_reason: null }] }
    const { completion } = build([
      asChunk({ id: '', model: '', created: 0, system_fingerprint: null, provider: 'A', ...rest }),
      asChunk({ id: '1', model: 'm', created: 5, system_fingerprint: 'fp1', provider: 'B', list: [1], ...rest }),
      asChunk({
        id: '2',
        model: 'n',
        created: 6,
        system_fingerprint: 'fp2',
        provider: null,
        list: [2],
        object: '',
        ...rest,
      }),
      asChunk({ choices: [{ delta: {}, finish_reason: 'stop', native_finish_reason: 'STOP' }], obfuscation: 'zz' }),
      asChunk({ choices: [{ delta: {}, finish_reason: 'stop' }] }),
      asChunk({ choices: null }),
      asChunk({}),
    ])
    expect(completion).toEqual({
      id: '1',
      object: 'chat.completion',
      created: 5,
      model: 'm',
      system_fingerprint: 'fp2',
      provider: 'B',
      list: [2],
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'xxx' },
          finish_reason: 'stop',
          native_finish_reason: 'STOP',
        },
      ],
    })
  })

  const usages: [title: string, chunks: object[], usage: unknown][] = [
    ['in a chunk of its own', [{ usage: null }, { choices: [], usage: { total_tokens: 3 } }], { total_tokens: 3 }],
    ['the last of many', [{ usage: { total_tokens: 1 } }, { usage: { total_tokens: 2 } }], { total_tokens: 2 }],
    ['kept when null follows', [{ usage: { total_tokens: 1 } }, { usage: null }], { total_tokens: 1 }],
    ['under x_groq', [{ x_groq: { id: 'r' } }, { x_groq: { usage: { total_tokens: 4 } } }], { total_tokens: 4 }],
    [
      'its own rather than x_groq’s',
      [{ usage: { total_tokens: 1 } }, { x_groq: { usage: { total_tokens: 4 } } }],
      { total_tokens: 1 },
    ],
    ['in a choice', [{ choices: [{ index: 0, delta: {}, usage: { total_tokens: 9 } }] }], { total_tokens: 9 }],
    ['not what is no object', [{ usage: 12 }, { usage: 'many' }, { usage: [1] }], undefined],
  ]
  test.each(usages)('usage: %s', (_title, chunks, usage) => {
    const { completion, events } = build(chunks.map(asChunk))
    expect(completion.usage).toEqual(usage)
    expect(plain(events).findLast((event) => event['type'] === 'usage')?.['usage']).toEqual(usage)
  })

  test('drops counts of tokens that are none, and says so', () => {
    const usage = JSON.parse(
      '{"prompt_tokens":-5,"completion_tokens":"12","total_tokens":1e999,"cost":-0.1,"size":"low","prompt_tokens_details":{"cached_tokens":1e300,"audio_tokens":null,"text_tokens":3}}',
    )
    const { completion } = build([asChunk({ choices: [], usage })])
    expect(completion.usage).toEqual({
      cost: -0.1,
      size: 'low',
      prompt_tokens_details: { audio_tokens: null, text_tokens: 3 },
    })
    expect(reportOf(completion).ignored).toEqual([
      'usage.prompt_tokens',
      'usage.completion_tokens',
      'usage.total_tokens',
      'usage.prompt_tokens_details.cached_tokens',
    ])
  })

  test('keeps choices apart and in order of their index', () => {
    const { completion, events } = build([
      chunk({ content: 'b' }, null, { index: 1 }),
      chunk({ content: 'a' }, null, { index: 0 }),
      asChunk({ choices: [{ delta: { content: '!' } }, { index: 1, delta: { content: '?' } }] }),
    ])
    expect(completion.choices.map((choice) => choice.message.content)).toEqual(['a!', 'b?'])
    expect(plain(events).map((event) => event['choice'])).toEqual([1, 0, 0, 1, 0, 1])
  })

  test.each([1, -1, 0.5, 1e20, 'x', '__proto__', {}, [0], true])(
    'leaves out a choice nobody asked for: %j',
    (index) => {
      const { completion } = build([chunk({ content: 'mine' }), chunk({ content: 'not mine' }, null, { index })], {
        n: 1,
      })
      expect(completion.choices.map((choice) => choice.message.content)).toEqual(['mine'])
      expect(reportOf(completion).ignored).toHaveLength(1)
    },
  )

  test('keeps log probabilities, also of other shapes', () => {
    const rows = [
      { content: null, refusal: null },
      { content: [{ token: 'a' }] },
      { content: [{ token: 'b' }], tokens: ['x'] },
      { tokens: ['y'] },
      null,
    ]
    const { completion } = build(rows.map((logprobs) => chunk({}, null, { logprobs })))
    expect(completion.choices[0]?.logprobs).toEqual({
      content: [{ token: 'a' }, { token: 'b' }],
      refusal: null,
      tokens: ['x', 'y'],
    })
    expect(build([chunk({}, null, { logprobs: null })]).completion.choices[0]?.logprobs).toBeNull()
  })

  test('names what the server left out, and throws nothing', () => {
    const { completion } = build([asChunk({ choices: [{ delta: { tool_calls: [callEntry(0, null, 'f', '{"x"')] } }] })])
    expect(reportOf(completion)).toEqual({
      missing: [
        'id',
        'model',
        'created',
        'choices[0].message.role',
        'choices[0].finish_reason',
        'choices[0].message.tool_calls[0].id',
      ],
      unfinished: [{ choice: 0, index: 0 }],
      unknownFinish: [],
      ignored: [],
    })
    expect(JSON.stringify(completion)).not.toContain('unfinished')
    expect(reportOf(structuredClone(completion))).toEqual({
      missing: [],
      unfinished: [],
      ignored: [],
      unknownFinish: [],
    })
  })

  test.each([
    ['length', '', true],
    ['length', '{"x":', true],
    ['tool_calls', '{"x":', true],
    ['length', '{"x":1}', false],
    ['tool_calls', '', false],
    ['stop', 'not json', false],
    ['length', '[1', true],
    ['length', '[1]', false],
  ])('after %s, arguments %j are unfinished: %s', (finishReason, args, unfinished) => {
    const { completion } = build([callChunk(0, 'a', 'f', args), chunk({}, finishReason)])
    expect(reportOf(completion).unfinished).toEqual(unfinished ? [{ choice: 0, index: 0 }] : [])
  })

  test('says which content parts it could not keep', () => {
    const reference = chunk({ content: [{ type: 'reference', reference_ids: [1] }] })
    const { completion } = build([reference, reference])
    expect(reportOf(completion).ignored).toEqual(['choices[0].message.content: a part of type `reference`'])
  })
})

describe('snapshots', () => {
  test('show what there is, and share nothing with chunks, events or each other', () => {
    const builder = new CompletionBuilder()
    const source = chunk({ content: 'a', extra: { list: [1] }, reasoning_details: [{ type: 't', text: 'x' }] })
    const events = builder.push(source)
    const first = builder.snapshot()
    const untouched = structuredClone(first)
    const mutate = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      for (const item of Object.values(value)) mutate(item)
      if (Array.isArray(value)) value.push('changed')
      else Object.assign(value, { changed: true })
    }
    mutate(source)
    mutate(first)
    mutate(builder.answer())
    for (const event of events) if (event.type === 'chunk') mutate(event.chunk)
    expect(builder.snapshot()).toEqual(untouched)
  })

  test('of a call under way keep its arguments so far', () => {
    const builder = new CompletionBuilder()
    builder.push(callChunk(0, 'a', 'f', '{"x'))
    expect(builder.snapshot().choices[0]?.message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x' } },
    ])
  })
})

describe('an answer', () => {
  test('is what the snapshot holds of one choice', () => {
    const builder = new CompletionBuilder()
    builder.push([
      chunk({ content: 'two' }, 'stop', { index: 1 }),
      callChunk(0, 'a', 'f', '{"x":1}'),
      chunk({ reasoning_content: 'Hm' }, 'tool_calls'),
      asChunk({ choices: [], usage: { prompt_tokens: 1, completion_tokens: -1 } }),
    ])
    const snapshot = builder.snapshot()
    const { choices, usage } = snapshot
    const { ignored } = reportOf(snapshot)
    expect(ignored).toEqual(['usage.completion_tokens'])
    expect(choices.map(({ index }) => index)).toEqual([0, 1])
    for (const { index, message, finish_reason } of choices)
      expect(builder.answer(index)).toEqual({ message, finish_reason, usage, ignored })
    expect(builder.answer()).toEqual(builder.answer(0))
    expect(usage).toEqual({ prompt_tokens: 1 })
  })

  test('of which nothing came is empty', () => {
    const builder = new CompletionBuilder()
    const nothing = { message: { role: 'assistant', content: null }, finish_reason: null, usage: null, ignored: [] }
    expect(builder.answer()).toEqual(nothing)
    builder.push(chunk({ content: 'x' }))
    expect(builder.answer(1)).toEqual(nothing)
  })
})

describe('hostile input', () => {
  test('names of prototypes are data', () => {
    const text = `{"choices":[{"index":0,"delta":{"__proto__":{"polluted":1},"constructor":"c","toString":"t",
      "extra":{"__proto__":{"polluted":2},"hasOwnProperty":"h"},
      "tool_calls":[{"index":0,"id":"__proto__","function":{"name":"constructor","arguments":"{}","__proto__":{"polluted":3}}}]},
      "__proto__":{"polluted":4}}],"__proto__":{"polluted":5},"valueOf":"v"}`
    const { completion } = build([asChunk(JSON.parse(text)), asChunk(JSON.parse(text.replace('"c"', '"d"')))])
    expect('polluted' in {}).toBe(false)
    const copy = JSON.stringify(completion)
    for (const depth of [1, 2, 3, 4, 5]) expect(copy).toContain(`"__proto__":{"polluted":${depth}}`)
    expect(copy).toContain('"constructor":"cd"')
    expect(completion.choices[0]?.message.tool_calls?.[0]?.id).toBe('__proto__')
    expect(Object.getPrototypeOf(completion)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(completion.choices[0]?.message)).toBe(Object.prototype)
  })

  const nonsense: [field: string, chunk: object][] = [
    ['choices', { choices: { 0: {} } }],
    ['choices[0].delta', { choices: [{ index: 0, delta: 'text' }] }],
    ['choices[0].message.content', { choices: [{ index: 0, delta: { content: 42 } }] }],
    ['choices[0].message.tool_calls', { choices: [{ index: 0, delta: { tool_calls: { index: 0 } } }] }],
  ]
  test.each(nonsense)('%s of an impossible type is a typed error that names it', (field, value) => {
    const builder = new CompletionBuilder()
    expect(() => builder.push(asChunk(value))).toThrow(StreamError)
    expect(() => builder.push(asChunk(value))).toThrow(`\`${field}\``)
  })

  test.each([
    null,
    1,
    'text',
    [[]],
    { choices: [null, 1, 'x', []] },
    { choices: [{ delta: { tool_calls: [null, 1, []] } }] },
  ])('what is no chunk is passed over: %j', (value) => {
    const { completion } = build([asChunk(value), chunk({ content: 'x' })])
    expect(completion.choices[0]?.message.content).toBe('x')
  })

  const limits: [limit: string, options: object, chunk: object][] = [
    [
      'maxToolCalls',
      {},
      { tool_calls: Array.from({ length: 129 }, (_, index) => callEntry(index, `c${index}`, 'f', '{}')) },
    ],
    ['maxToolCalls', { maxToolCalls: 2 }, { tool_calls: [callEntry(0, 'a', 'f', '{"x":1}{"x":2}{"x":3}')] }],
    ['maxArgumentsBytes', { maxArgumentsBytes: 10 }, { tool_calls: [callEntry(0, 'a', 'f', '{"x":"éé"}')] }],
    ['maxArgumentsBytes', { maxArgumentsBytes: 10 }, { function_call: { name: 'f', arguments: '{"x":"éé"}' } }],
    ['maxContentBytes', { maxContentBytes: 5 }, { content: 'ééé' }],
    ['maxContentBytes', { maxContentBytes: 5 }, { reasoning: 'abc', content: 'abc' }],
    ['maxContentBytes', { maxContentBytes: 5 }, { refusal: 'abcdef' }],
    ['maxContentBytes', { maxContentBytes: 50 }, { audio: { data: 'A'.repeat(51) } }],
    ['maxContentBytes', { maxContentBytes: 50 }, { unknown: { list: ['A'.repeat(51)] } }],
    ['maxDepth', {}, { tool_calls: [callEntry(0, 'a', 'f', `{"x":${'['.repeat(100_000)}`)] }],
    ['maxDepth', {}, { tool_calls: [callEntry(0, 'a', 'f', deep(20_000))] }],
    ['maxDepth', {}, { unknown: deep(20_000) }],
    ['maxDepth', {}, { content: { x: deep(20_000) } }],
  ]
  test.each(limits)('%s is a typed error that names it (%j)', (limit, options, delta) => {
    const builder = new CompletionBuilder(options)
    let error: unknown
    try {
      builder.push(chunk(delta))
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(LimitError)
    expect(error).toMatchObject({ limit, message: expect.stringContaining(limit) })
    expect(builder.snapshot()).toHaveProperty('object')
  })

  test.each([
    [{ maxToolCalls: 0 }, /`maxToolCalls` is 0; it must be a whole number of at least 1, or Infinity/],
    [{ maxDepth: Number.NaN }, /`maxDepth` is NaN/],
    [{ maxContentBytes: '5' }, /`maxContentBytes` is "5"/],
    [{ maxArgumentsBytes: 1.5 }, /`maxArgumentsBytes` is 1.5/],
    [{ n: -1 }, /`n` is -1; it must be a whole number of at least 1/],
  ])('a bound that bounds nothing is refused: %j', (options, message) => {
    expect(() => new CompletionBuilder(options as object)).toThrow(message)
    expect(() => normalizeCompletion({ choices: [{}] }, options as object)).toThrow(UsageError)
  })

  test('more calls than the default are taken where they are allowed', () => {
    const calls = Array.from({ length: 256 }, (_, index) => callEntry(index, `c${index}`, 'f', '{}'))
    const { completion } = build([chunk({ tool_calls: calls })], { maxToolCalls: Infinity })
    expect(completion.choices[0]?.message.tool_calls).toHaveLength(256)
  })

  test('what is replaced in every chunk does not count against a limit', () => {
    const { completion } = build(
      Array.from({ length: 100 }, () =>
        asChunk({ choices: [], citations: ['x'.repeat(100)], usage: { total_tokens: 1 } }),
      ),
      { maxContentBytes: 1000 },
    )
    expect(completion).toMatchObject({ citations: ['x'.repeat(100)] })
  })
})

test('a list whose pieces look for their item is bounded', () => {
  const builder = new CompletionBuilder({ maxListItems: 10 })
  const piece = (index: number) => ({
    id: 'x',
    choices: [{ index: 0, delta: { reasoning_details: [{ type: 'reasoning.text', index, text: 'a' }] } }],
  })
  for (let index = 0; index < 10; index++) builder.push(piece(index) as never)
  for (let index = 0; index < 10; index++) builder.push(piece(index) as never)
  expect(() => builder.push(piece(10) as never)).toThrow(/more than 10 items.*maxListItems/)
})
