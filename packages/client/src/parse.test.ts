import { customTool, OutputError, responseFormat, tool, ToolInputError } from '@toolloop/schema'
import { snapshotOf } from '@toolloop/stream'
import { call, calls, completion, reply, scriptedServer, text, type Reply } from '@toolloop/testing'
import { responseOf } from '@toolloop/transport'
import { StreamError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  type AnswerOptions,
  Client,
  ContentFilterFinishReasonError,
  LengthFinishReasonError,
  type ParseParams,
} from './index.ts'

const Person = z.object({ name: z.string(), age: z.number().int() })
const person = responseFormat(Person, { name: 'person' })
const getWeather = tool({
  name: 'get_weather',
  parameters: z.object({ city: z.string(), days: z.number().default(1) }),
})
const messages: ParseParams['messages'] = [{ role: 'user', content: 'Who?' }]

/** The same answer by `parse` and by `stream().final()`. */
const ways = {
  parse: (client: Client, params: ParseParams) => client.chat.completions.parse(params),
  stream: (client: Client, params: ParseParams) => client.chat.completions.stream(params).final(),
}

const limited = {
  parse: (client: Client, options: AnswerOptions) => client.chat.completions.parse({ model: 'm', messages }, options),
  stream: (client: Client, options: AnswerOptions) =>
    client.chat.completions.stream({ model: 'm', messages }, options).final(),
}

async function ask(way: keyof typeof ways, answer: Reply, params: Partial<ParseParams> = {}) {
  await using server = await scriptedServer([answer])
  await using client = new Client({ baseURL: server.url, profile: 'openai', maxRetries: 0 })
  return { ...(await ways[way](client, { model: 'm', messages, ...params })), server }
}

describe.each(['parse', 'stream'] as const)('an answer read by `%s`', (way) => {
  it('is parsed with the schema of its format', async () => {
    const { choices } = await ask(way, text('{"name":"Ada","age":36}'), { response_format: person })
    expect(choices[0]!.message.parsed).toEqual({ name: 'Ada', age: 36 })
    expect(choices[0]!.message.content).toBe('{"name":"Ada","age":36}')
  })

  it('is read with nested models, defaults and transforms', async () => {
    const format = responseFormat(
      z.object({
        born: z.string().transform((year) => new Date(`${year}-01-01T00:00:00Z`)),
        friends: z.array(Person),
        note: z.string().default('none'),
      }),
      { name: 'life' },
    )
    const { choices } = await ask(way, text('{"born":"1815","friends":[{"name":"Charles","age":44}],"note":null}'), {
      response_format: format,
    })
    expect(choices[0]!.message.parsed).toEqual({
      born: new Date('1815-01-01'),
      friends: [{ name: 'Charles', age: 44 }],
      note: 'none',
    })
  })

  it('is read for every choice', async () => {
    const { choices } = await ask(
      way,
      reply({
        choices: [
          { content: '{"name":"Ada","age":36}' },
          { refusal: 'I would rather not.' },
          { content: '{"name":"Bob","age":7}' },
        ],
      }),
      { response_format: person, n: 3 },
    )
    expect(choices.map(({ message }) => message.parsed)).toEqual([
      { name: 'Ada', age: 36 },
      null,
      { name: 'Bob', age: 7 },
    ])
  })

  it('is null where the model refuses', async () => {
    const { choices } = await ask(way, reply({ refusal: 'No.' }), { response_format: person })
    expect(choices[0]!.message).toMatchObject({ refusal: 'No.', content: null })
    expect(choices[0]!.message.parsed).toBeNull()
  })

  it('is null where the model asks for tools, whatever it says beside them', async () => {
    const { choices } = await ask(way, call('get_weather', { city: 'Oslo', days: 2 }, { content: 'Let me look.' }), {
      response_format: person,
      tools: [getWeather],
    })
    expect(choices[0]!.message.parsed).toBeNull()
    expect(choices[0]!.message.tool_calls).toMatchObject([
      { function: { parsed_arguments: { city: 'Oslo', days: 2 } } },
    ])
  })

  it('is null without a format, and for a format that cannot read', async () => {
    const plain = { type: 'json_schema', json_schema: { name: 'person', schema: {} } } as const
    for (const format of [undefined, plain, { type: 'json_object' }] as const) {
      const { choices } = await ask(way, text('{"name":1}'), format && { response_format: format })
      expect(choices[0]!.message.parsed).toBeNull()
    }
  })

  it('parses the arguments of its own tools only, in an answer with every kind', async () => {
    const { choices, server } = await ask(
      way,
      calls([
        { name: 'get_weather', args: { city: 'Oslo', days: null } },
        { name: 'by_hand', args: { x: 1 } },
        { name: 'shell', input: 'ls' },
        { name: 'nobody_has_this', args: 'not json' },
      ]),
      {
        tools: [
          getWeather,
          { type: 'function', function: { name: 'by_hand', parameters: { type: 'object' } } },
          customTool({ name: 'shell' }),
          tool({ name: 'loose', parameters: z.object({ q: z.string().optional() }), strict: false }),
        ],
      },
    )
    const [weather, byHand, shell, unknown] = choices[0]!.message.tool_calls!
    expect(weather).toMatchObject({ function: { parsed_arguments: { city: 'Oslo', days: 1 } } })
    expect(byHand).toMatchObject({ function: { parsed_arguments: null, arguments: '{"x":1}' } })
    expect(shell).toMatchObject({ type: 'custom', custom: { name: 'shell', input: 'ls' } })
    expect(unknown).toMatchObject({ function: { parsed_arguments: null, arguments: 'not json' } })
    const sent = server.requests[0]!.body as { tools: { type: string; function?: { strict?: boolean } }[] }
    expect(sent.tools.map((item) => [item.type, item.function?.strict])).toEqual([
      ['function', true],
      ['function', undefined],
      ['custom', undefined],
      ['function', undefined],
    ])
  })

  it('holds nothing beside the wire in its JSON, so that its message can be sent back', async () => {
    const { choices } = await ask(way, text('{"name":"Ada","age":36}'), { response_format: person })
    expect(JSON.stringify(choices[0]!.message)).not.toContain('parsed')
    const called = await ask(way, call('get_weather', { city: 'Oslo', days: 1 }), { tools: [getWeather] })
    expect(JSON.stringify(called.choices[0]!.message.tool_calls)).not.toContain('parsed')
  })

  it.each([
    ['not JSON', 'Ada, 36', 'not valid JSON'],
    ['a wrong type', '{"name":"Ada","age":"old"}', 'age'],
    ['an empty text', '', 'not valid JSON'],
    ['JSON with more behind it', '{"name":"Ada","age":36} Bye!', 'not valid JSON'],
  ])('is an OutputError when it is %s', async (_, content, said) => {
    const error = await ask(way, text(content), { response_format: person }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OutputError)
    expect(error).toMatchObject({ code: 'output', text: content, message: expect.stringContaining(said) })
    expect((error as OutputError).issues.length).toBeGreaterThan(0)
    expect(snapshotOf(error)?.choices[0]?.message.content).toBe(content)
  })

  it('is an OutputError when there is nothing at all', async () => {
    await expect(ask(way, reply({ content: null }), { response_format: person })).rejects.toThrow(
      /no content, no refusal and no tool calls/,
    )
  })

  it('is a ToolInputError when arguments do not fit', async () => {
    const answer = call('get_weather', { city: 5, days: 1 })
    const error = await ask(way, answer, { tools: [getWeather] }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ToolInputError)
    expect(error).toMatchObject({ tool: 'get_weather', arguments: '{"city":5,"days":1}' })
    expect(snapshotOf(error)?.choices[0]?.message.tool_calls).toHaveLength(1)
    expect(JSON.stringify(error)).not.toContain('city":5')
  })

  it.each([
    ['length', LengthFinishReasonError, /after \d+ tokens/],
    ['content_filter', ContentFilterFinishReasonError, /content filter/],
  ] as const)('is an error with the completion when the answer ended by %s', async (reason, type, said) => {
    const answer = text('{"name":"A', { finishReason: reason })
    const error = await ask(way, answer, { response_format: person }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({ code: reason, message: expect.stringMatching(said), retryable: false })
    expect((error as LengthFinishReasonError).completion.choices[0]!.message.content).toBe('{"name":"A')
    expect(Object.keys(error as object)).not.toContain('completion')
    expect(JSON.stringify(error)).not.toContain('name":"A')
  })

  it.each([
    { response_format: { type: 'json_schema', json_schema: { name: 'person', schema: {} } } },
    { tools: [{ type: 'function', function: { name: 'by_hand', strict: true } }] },
  ] as const)('is an error when a schema written by hand was asked for, too: %j', async (params) => {
    const answer = text('{"name":"A', { finishReason: 'length' })
    await expect(ask(way, answer, params)).rejects.toThrow(LengthFinishReasonError)
  })

  it('is an error when one of several choices was cut', async () => {
    const choices = [{ content: '{"name":"Ada","age":36}' }, { content: '{"na', finishReason: 'length' }]
    await expect(ask(way, reply({ choices }), { response_format: person, n: 2 })).rejects.toThrow(
      LengthFinishReasonError,
    )
  })

  it('knows its response', async () => {
    await using server = await scriptedServer([text('hi', { headers: { 'x-request-id': 'req_abc' } })])
    await using client = new Client({ baseURL: server.url })
    const answer = await ways[way](client, { model: 'm', messages })
    expect(responseOf(answer)).toMatchObject({ status: 200, requestId: 'req_abc', attempts: 1 })
  })

  it.each(['the client', 'the request'])('holds the choices that were asked for in the body of %s', async (who) => {
    await using server = await scriptedServer([reply({ choices: [{ content: 'one' }, { content: 'two' }] })])
    const body = { n: 2 }
    await using client = new Client({ baseURL: server.url, ...(who === 'the client' && { body }) })
    const { completions } = client.chat
    const params = { model: 'm', messages }
    const options = who === 'the request' ? { body } : {}
    const answer = await (way === 'parse'
      ? completions.parse(params, options)
      : completions.stream(params, options).final())
    expect(answer.choices.map(({ message }) => message.content)).toEqual(['one', 'two'])
  })

  it('leaves out choices nobody asked for', async () => {
    const choices = [{ content: '{"name":"Ada","age":36}' }, { content: 'not asked for' }]
    const answer = await ask(way, reply({ choices }), { response_format: person })
    expect(answer.choices).toHaveLength(1)
  })
})

describe('parse', () => {
  it('reads what servers write their own way', async () => {
    const odd = {
      choices: [
        {
          message: {
            tool_calls: [{ function: { name: 'get_weather', arguments: { city: 'Oslo', days: 3 } } }],
          },
        },
      ],
    }
    const { choices } = await ask('parse', completion(odd), { tools: [getWeather] })
    expect(choices[0]!.message.tool_calls).toMatchObject([
      { type: 'function', function: { parsed_arguments: { city: 'Oslo', days: 3 } } },
    ])
  })

  it('throws when the choice that was asked for is not there', async () => {
    const odd = { choices: [{ index: 7, message: { role: 'assistant', content: 'hi' } }] }
    await expect(ask('parse', completion(odd))).rejects.toThrow(StreamError)
  })

  it('returns what `create` returns, with the fields no type knows', async () => {
    const choice = { index: 0, finish_reason: 'stop', logprobs: null, native_finish_reason: 'end' }
    const message = { role: 'assistant', content: 'hi', refusal: null, annotations: [], reasoning: 'hm' }
    const body = {
      id: 'a',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      provider: 'p',
      usage: { total_tokens: 3, cost: 0.1 },
    }
    const answer = completion({ ...body, choices: [{ ...choice, message }] })
    await using server = await scriptedServer([answer, answer])
    await using client = new Client({ baseURL: server.url })
    const created = await client.chat.completions.create({ model: 'm', messages })
    const parsed = await client.chat.completions.parse({ model: 'm', messages })
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(created)
  })

  it('sends what it was given, without a word about streams', async () => {
    const { server } = await ask('parse', text('hi'), { temperature: 0.5, metadata: { a: 'b' } })
    expect(server.requests[0]!.body).toEqual({ model: 'm', messages, temperature: 0.5, metadata: { a: 'b' } })
  })

  it('throws for a text that was cut, too', async () => {
    await expect(ask('parse', text('Once upon', { finishReason: 'length' }))).rejects.toThrow(LengthFinishReasonError)
  })

  it.each([
    ['MAX_TOKENS', LengthFinishReasonError],
    ['model_length', LengthFinishReasonError],
    ['SAFETY', ContentFilterFinishReasonError],
    ['sensitive', ContentFilterFinishReasonError],
  ])('throws for a text that was cut by `%s`, and quotes it', async (finishReason, kind) => {
    const failure = ask('parse', text('Once upon', { finishReason }))
    await expect(failure).rejects.toThrow(kind)
    await expect(failure).rejects.toThrow(finishReason)
  })

  it('leaves `strict` out of the definitions it writes, for servers that do not take it, and only there', async () => {
    await using server = await scriptedServer([text('hi')])
    await using client = new Client({ baseURL: server.url, profile: { strict: false } })
    const byHand = { type: 'function', function: { name: 'by_hand', strict: true } } as const
    await client.chat.completions.parse({ model: 'm', messages, tools: [getWeather, byHand] })
    const { tools } = server.requests[0]!.body as { tools: { function: object }[] }
    expect(tools[0]!.function).not.toHaveProperty('strict')
    expect(tools[1]).toEqual(byHand)
  })

  it('refuses two tools of one name', async () => {
    await using client = new Client({ baseURL: 'http://127.0.0.1:1/v1' })
    await expect(
      client.chat.completions.parse({ model: 'm', messages, tools: [getWeather, getWeather] }),
    ).rejects.toThrow(/also the name of/)
  })
})

describe.each(['parse', 'stream'] as const)('an answer that the server broke off, read by `%s`', (way) => {
  it.each(['error', 'network_error', 'insufficient_system_resource', 'abort', 'MALFORMED_FUNCTION_CALL'])(
    '%s is an error that holds what came',
    async (finishReason) => {
      const failure = await ask(way, text('Once upon', { finishReason })).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StreamError)
      expect(failure).toMatchObject({ message: expect.stringContaining(finishReason) })
      expect(snapshotOf(failure)?.choices[0]).toMatchObject({ message: { content: 'Once upon' } })
    },
  )

  it('a finish reason that nobody knows is reported, and the answer is read', async () => {
    const answer = await ask(way, text('{"name":"Ada","age":36}', { finishReason: 'tired' }), {
      response_format: person,
    })
    expect(answer.choices[0]!.message.parsed).toEqual({ name: 'Ada', age: 36 })
  })

  it.each(['<think>{"name":"?"}? No.</think>\n\n', 'Hm.\n</think>', '<think>\n</think>```json\n'])(
    'JSON behind %j is read',
    async (before) => {
      const content = `${before}{"name":"Ada","age":36}${before.endsWith('json\n') ? '\n```' : ''}`
      const { choices } = await ask(way, text(content), { response_format: person })
      expect(choices[0]!.message.parsed).toEqual({ name: 'Ada', age: 36 })
      expect(choices[0]!.message.content).toBe(content)
    },
  )
})

describe.each(Object.keys(limited) as (keyof typeof limited)[])('the limits of an answer read by `%s`', (way) => {
  const many = calls(Array.from({ length: 129 }, () => ({ name: 'get_weather', args: { city: 'Oslo' } })))

  it('are those of the request', async () => {
    await using server = await scriptedServer([many, many])
    await using client = new Client({ baseURL: server.url, maxRetries: 0 })
    await expect(limited[way](client, {})).rejects.toThrow(/more than 128 tool calls.*Raise maxToolCalls/)
    const { choices } = await limited[way](client, { limits: { maxToolCalls: 129 } })
    expect(choices[0]!.message.tool_calls).toHaveLength(129)
  })

  it.each([
    [{ maxToolCalls: Number.NaN }, /The request: `maxToolCalls` is NaN; it must be a whole number of at least 1/],
    [{ maxCalls: 5 }, /The request has no option `maxCalls`; there are maxToolCalls/],
  ])('are refused where they make no sense: %j', async (limits, message) => {
    await using server = await scriptedServer([])
    await using client = new Client({ baseURL: server.url })
    await expect((async () => limited[way](client, { limits: limits as object }))()).rejects.toThrow(message)
    expect(server.requests).toHaveLength(0)
  })
})

describe('stream().final()', () => {
  it('is the text as far as it came, where no form was asked for', async () => {
    const { choices } = await ask('stream', text('Once upon', { finishReason: 'length' }))
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'Once upon' } })
  })
})
