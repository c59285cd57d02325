import { ToolloopError, UsageError, type Chunk, type ModelRequest, type TokenLogprob } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import {
  call,
  calls,
  checkRequest,
  chunks,
  completion,
  failure,
  fault,
  lastText,
  reply,
  scriptedModel,
  ScriptedFailure,
  text,
  toolResults,
  virtualClock,
  when,
} from './index.ts'

const ask = (content: string): ModelRequest => ({ messages: [{ role: 'user', content }] })

async function all(chunkList: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const list: Chunk[] = []
  for await (const chunk of chunkList) list.push(chunk)
  return list
}

const contentOf = (list: readonly Chunk[]): string =>
  list.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')

describe('a scripted model', () => {
  test('answers its steps in order, plain and streamed', async () => {
    await using model = scriptedModel([text('hello'), text('world')])
    expect((await model.create(ask('a'))).choices[0]?.message.content).toBe('hello')
    expect(contentOf(await all(model.stream(ask('b'))))).toBe('world')
    expect(model.requests).toEqual([ask('a'), ask('b')])
  })

  test('gives the same ids, times and token counts in every run', async () => {
    const [first, second] = [scriptedModel([call('add', { a: 1 })]), scriptedModel([call('add', { a: 1 })])]
    const answer = await first.create(ask('1 + 1?'))
    expect(await second.create(ask('1 + 1?'))).toEqual(answer)
    expect(answer).toMatchObject({
      id: 'chatcmpl-1',
      model: 'scripted',
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            content: null,
            tool_calls: [{ id: 'call_1_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }],
          },
        },
      ],
      usage: { prompt_tokens: expect.any(Number), total_tokens: expect.any(Number) },
    })
  })

  test('streams text and arguments in several deltas that never cut a character', async () => {
    const list = await all(scriptedModel([text('a😀b😀c😀d', { deltaSize: 2 })]).stream(ask('')))
    expect(list.map((chunk) => chunk.choices[0]?.delta.content).filter(Boolean)).toEqual(['a😀', 'b😀', 'c😀', 'd'])
    const args = await all(scriptedModel([call('f', { city: 'Oslo' })], { deltaSize: 5 }).stream(ask('')))
    const parts = args.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
    expect(parts.length).toBeGreaterThan(3)
    expect(parts.map((part) => part.function?.arguments).join('')).toBe('{"city":"Oslo"}')
    expect(parts.map((part) => part.id)).toEqual(['call_1_1', ...parts.slice(1).map(() => undefined)])
  })

  test('keeps requests as they were when the caller changes them later', async () => {
    const request = ask('before')
    const model = scriptedModel([text('')])
    await model.create(request)
    request.messages[0]!.content = 'after'
    expect(lastText(model.requests[0]!)).toBe('before')
  })

  test('makes replies from the request, waiting for promises', async () => {
    const model = scriptedModel(async (request, index) => text(`${index}: ${lastText(request)}`))
    expect((await model.create(ask('x'))).choices[0]?.message.content).toBe('0: x')
    expect((await model.create(ask('y'))).choices[0]?.message.content).toBe('1: y')
    model.assertUsed()
  })

  test('shows a step the tool results with the calls they answer', async () => {
    const model = scriptedModel([(request) => text(JSON.stringify(toolResults(request)))])
    const { message } = (
      await scriptedModel([
        calls([
          { name: 'add', args: { a: 1 } },
          { name: 'sh', input: 'ls', id: 'c' },
        ]),
      ]).create(ask(''))
    ).choices[0]!
    const answer = await model.create({
      messages: [
        ...ask('').messages,
        message,
        { role: 'tool', tool_call_id: 'call_1_1', content: '2' },
        { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'a.txt' }] },
      ],
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual([
      { id: 'call_1_1', name: 'add', arguments: '{"a":1}', content: '2' },
      { id: 'c', name: 'sh', arguments: 'ls', content: 'a.txt' },
    ])
  })

  test('lets a conditional step wait for the request it accepts', async () => {
    const model = scriptedModel([
      when((request) => lastText(request) === 'Oslo', text('rain')),
      when(
        (request) => lastText(request) === 'Rome',
        () => text('sun'),
      ),
    ])
    expect((await model.create(ask('Rome'))).choices[0]?.message.content).toBe('sun')
    await expect(model.create(ask('Bern'))).rejects.toThrow(/none of the 1 remaining steps accepts it.*Bern/)
    expect((await model.create(ask('Oslo'))).choices[0]?.message.content).toBe('rain')
    expect(() => model.assertUsed()).toThrow('Unexpected request 2')
    await expect(model[Symbol.asyncDispose]()).rejects.toThrow('Unexpected request 2')
  })

  test('rejects a request without a step, and throws the error again at the end', async () => {
    const model = scriptedModel([text('only')])
    await model.create(ask('1'))
    await expect(model.create(ask('2'))).rejects.toThrow(UsageError)
    expect(() => model.assertUsed()).toThrow(
      /Unexpected request 2: the only step of the script was used.*"content":"2"/,
    )
  })

  test('names the first step that was left over', async () => {
    const model = scriptedModel([text('one'), text('two'), text('three')])
    await model.create(ask(''))
    expect(() => model.assertUsed()).toThrow(/2 of 3 steps were not used, the first is step 2: .*two/)
  })

  test.each([
    ['a string', 'hello', /Step 1 is "hello"/],
    ['a completion', { choices: [] }, /Step 1 is .*make replies with text/],
  ])('throws for %s as a step', (_name, step, message) => {
    // @ts-expect-error: what a caller without types may pass
    expect(() => scriptedModel([step])).toThrow(message)
  })

  test('tells what a step that returns no reply returned', async () => {
    // @ts-expect-error: what a caller without types may pass
    const model = scriptedModel([() => 'hello'])
    await expect(model.create(ask(''))).rejects.toThrow('Step 1 returned "hello"')
  })

  test('rejects what the API would reject, without taking a step', async () => {
    const model = scriptedModel([text('fine')], { check: checkRequest })
    const orphan: ModelRequest = { messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] }
    await expect(model.create(orphan)).rejects.toMatchObject({ status: 400, param: 'messages.[0].role' })
    expect((await model.create(ask('again'))).choices[0]?.message.content).toBe('fine')
    model.assertUsed()
  })
})

const token = (value: string): TokenLogprob => ({ token: value, logprob: -1, bytes: null, top_logprobs: [] })

describe('replies', () => {
  test('carry refusal, reasoning, further fields and usage', async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
    const made = reply({ refusal: 'no', reasoning: 'hm', usage, message: { annotations: [] }, finishReason: 'stop' })
    const answer = await scriptedModel([made]).create(ask(''))
    expect(answer).toMatchObject({
      usage,
      choices: [{ message: { content: null, refusal: 'no', reasoning_content: 'hm', annotations: [] } }],
    })
    const list = await all(scriptedModel([made]).stream(ask('')))
    expect(list.map((chunk) => chunk.choices[0]?.delta.refusal ?? '').join('')).toBe('no')
    expect(list.map((chunk) => chunk.choices[0]?.delta.reasoning_content ?? '').join('')).toBe('hm')
    expect(list.at(-1)).toMatchObject({ choices: [], usage })
  })

  test('without usage report none', async () => {
    const model = scriptedModel([text('a', { usage: null }), text('a', { usage: null })])
    expect(await model.create(ask(''))).not.toHaveProperty('usage')
    expect((await all(model.stream(ask('')))).filter((chunk) => 'usage' in chunk)).toEqual([])
  })

  test('with several choices stream them in turns', async () => {
    const model = scriptedModel([reply({ choices: [{ content: 'aa' }, { content: 'bb' }] })], { deltaSize: 1 })
    const list = await all(model.stream(ask('')))
    expect(list.slice(0, -1).map((chunk) => chunk.choices[0]?.index)).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
  })

  test('with log probabilities stream one token a delta', async () => {
    const model = scriptedModel([text('Hello', { logprobs: { content: [token('Hel'), token('lo')] } })])
    const list = await all(model.stream(ask('')))
    expect(list.map((chunk) => chunk.choices[0]?.delta.content).filter(Boolean)).toEqual(['Hel', 'lo'])
    expect(list[1]?.choices[0]?.logprobs?.content).toEqual([token('Hel')])
  })

  test('that are raw pass unchanged', async () => {
    const odd = [{ choices: [{ delta: { content: 'x' } }] }, { nonsense: true }]
    expect(await all(scriptedModel([chunks(odd)]).stream(ask('')))).toEqual(odd)
    expect(await scriptedModel([completion({ odd: true })]).create(ask(''))).toEqual({ odd: true })
  })

  test('of chunks do not answer a plain request', async () => {
    await expect(scriptedModel([chunks([])]).create(ask(''))).rejects.toThrow('can only answer a streamed request')
  })

  test('may hold arguments that are no JSON', async () => {
    const { choices } = await scriptedModel([call('f', '{"a":')]).create(ask(''))
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { arguments: '{"a":' } })
  })

  test('throw where two forms are mixed', () => {
    expect(() => reply({ choices: [{ content: 'a' }], content: 'b' })).toThrow('`choices` and `content`')
    expect(() => failure(200)).toThrow('from 400 to 599')
  })
})

describe('failures in process', () => {
  test('are errors with status, headers and the server’s words', async () => {
    const model = scriptedModel([failure(429, undefined, { 'Retry-After': '2' })])
    const error: unknown = await model.create(ask('')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ScriptedFailure)
    expect(error).toMatchObject({
      status: 429,
      retryable: true,
      message: '429 Rate limit reached.',
      code: 'rate_limit_exceeded',
    })
    expect(error instanceof ScriptedFailure && error.headers.get('retry-after')).toBe('2')
  })

  test.each([
    ['a cut before the headers', fault.reset(text('hello')), { code: 'connection' }, 0],
    ['a cut after the headers', fault.cutAt(text('hello'), 0), { code: 'connection' }, 0],
    ['a cut in the third chunk', fault.cutAt(text('hello', { deltaSize: 1 }), 600), { code: 'stream' }, 2],
    ['a stream without an end', fault.withoutDone(chunks([{ choices: [] }])), { code: 'stream' }, 1],
    ['a malformed chunk', fault.malformed(text('hello'), 1), { code: 'stream' }, 1],
    [
      'an error in the stream',
      fault.error(text('hello'), 0),
      { code: 'api', message: expect.stringContaining('server had an error') },
      1,
    ],
  ])('%s', async (_name, step, expected, arrived) => {
    const got: Chunk[] = []
    const play = async (): Promise<void> => {
      for await (const chunk of scriptedModel([step]).stream(ask(''))) got.push(chunk)
    }
    const error: unknown = await play().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ToolloopError)
    expect(error).toMatchObject(expected)
    expect(got).toHaveLength(arrived)
  })

  test('a duplicated chunk arrives twice', async () => {
    const list = await all(scriptedModel([fault.duplicate(text('hello', { deltaSize: 5 }), 1)]).stream(ask('')))
    expect(contentOf(list)).toBe('hellohello')
  })

  test('a plain body that is cut is a broken connection', async () => {
    await expect(scriptedModel([fault.cutAt(text('hello'), 10)]).create(ask(''))).rejects.toMatchObject({
      code: 'connection',
    })
  })
})

describe('abort', () => {
  test('an abort before the request sends nothing', async () => {
    const model = scriptedModel([text('')])
    await expect(model.create(ask(''), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'user_abort' })
    expect(model.requests).toEqual([])
  })

  test.each([
    ['a step that never answers', () => scriptedModel(() => new Promise<never>(() => {}))],
    ['a stall', () => scriptedModel([fault.stall(text(''))])],
    ['a stall behind the first chunk', () => scriptedModel([fault.stall(text('hello'), 300)])],
    ['a delay', () => scriptedModel([text('hello')], { delay: 1000, clock: virtualClock() })],
  ])('ends %s', async (_name, make) => {
    const controller = new AbortController()
    const run = all(make().stream(ask(''), { signal: controller.signal }))
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(run).rejects.toMatchObject({ code: 'user_abort', cause: new Error('enough') })
  })
})

test('delays are measured by the clock that is given', async () => {
  const clock = virtualClock()
  const at: number[] = []
  const run = (async () => {
    for await (const _ of scriptedModel([text('abcd', { deltaSize: 1 })], { delay: 20, clock }).stream(ask('')))
      at.push(clock.now())
  })()
  await clock.runAll()
  await run
  expect(at).toEqual([20, 40, 60, 80, 100, 120, 140])
})
