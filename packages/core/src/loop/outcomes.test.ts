// Every way a run can end: never silently, never by a rejection after it started.
import { tool } from '@toolloop/schema'
import {
  call,
  calls,
  checkTranscript,
  chunks,
  completion,
  failure,
  fault,
  reply,
  scriptedModel,
  type Script,
  text,
} from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AgentOptions,
  type AnyTool,
  type Fact,
  memoryLog,
  outputOf,
  type Result,
  RunError,
} from '../index.ts'

const look = tool({
  name: 'look',
  parameters: z.object({ at: z.string() }),
  effects: 'none',
  execute: ({ at }) => `saw ${at}`,
})
const external = tool({
  name: 'ask_person',
  description: 'Asks a person',
  parameters: z.object({ question: z.string() }),
})

interface Case {
  readonly title: string
  readonly script: Script
  readonly options?: Partial<AgentOptions<readonly AnyTool[], unknown, unknown>>
  readonly ends: Partial<Result<unknown>> & object
  /** Roles of the conversation. */
  readonly roles?: string
}

const errorWith = (message: string): { status: 'error'; error: Error } => ({
  status: 'error',
  error: expect.objectContaining({ message }) as Error,
})

const cases: readonly Case[] = [
  { title: 'an answer', script: [text('hi')], ends: { status: 'done', output: 'hi' }, roles: 'user assistant' },
  {
    title: 'a typed answer',
    script: [text('{"a":1}')],
    options: { output: z.object({ a: z.number() }) },
    ends: { status: 'done', output: { a: 1 } },
  },
  {
    title: 'a step limit',
    script: () => call('look', { at: 'x' }),
    options: { maxSteps: 3 },
    ends: { status: 'limit', kind: 'steps', allowed: 3 },
  },
  { title: 'a refusal', script: [reply({ refusal: 'No.' })], ends: { status: 'refused', refusal: 'No.' } },
  {
    title: 'a token limit',
    script: [text('half an ans', { finishReason: 'length' })],
    ends: { status: 'truncated', partial: 'half an ans' },
  },
  {
    title: 'a token limit in the middle of the only call',
    script: [reply({ toolCalls: [{ name: 'look', args: '{"at":"x' }], finishReason: 'length' })],
    ends: { status: 'truncated' },
    roles: 'user',
  },
  {
    title: 'a filter',
    script: [text('some', { finishReason: 'content_filter' })],
    ends: { status: 'filtered', partial: 'some' },
  },
  {
    title: 'a filter behind a call, which is not run',
    script: [call('look', { at: 'x' }, { finishReason: 'content_filter' })],
    options: { wire: 'plain' },
    ends: { status: 'filtered' },
    roles: 'user',
  },
  {
    title: 'an empty answer, once',
    script: [text(''), text('now')],
    ends: { status: 'done', output: 'now' },
    roles: 'user assistant',
  },
  {
    title: 'an empty answer, twice',
    script: [text(''), text('')],
    ends: errorWith('The model gave an empty answer (finish_reason "stop"), twice.'),
    roles: 'user',
  },
  {
    title: 'reasoning and nothing else, for a reason nobody knows',
    script: () => reply({ message: { reasoning_content: 'Hm.' }, finishReason: 'pause_turn' }),
    ends: errorWith('The model gave an empty answer (finish_reason "pause_turn"), twice.'),
    roles: 'user',
  },
  {
    title: 'calls that are announced and not made, once',
    script: [text('Let me look.', { finishReason: 'tool_calls' }), text('It is fine.')],
    ends: { status: 'done', output: 'It is fine.' },
    roles: 'user assistant',
  },
  {
    title: 'calls that are announced and not made, twice',
    script: () => text('Let me look.', { finishReason: 'tool_use' }),
    ends: {
      ...errorWith('The model announced tool calls (finish_reason "tool_use") and made none, twice.'),
      partial: 'Let me look.',
    },
  },
  {
    title: 'a refusal that announces calls',
    script: [reply({ refusal: 'No.', finishReason: 'tool_calls' })],
    ends: { status: 'refused' },
  },
  {
    title: 'an answer that ended for a reason nobody knows, which its step reports',
    script: [text('hi', { finishReason: 'pause_turn' })],
    ends: { status: 'done', output: 'hi', steps: [expect.objectContaining({ finish_reason: 'pause_turn' })] as never },
  },
  ...['max_tokens', 'MAX_TOKENS', 'model_length'].map((finishReason): Case => ({
    title: `the token limit ${finishReason}`,
    script: [text('half an ans', { finishReason })],
    ends: { status: 'truncated', partial: 'half an ans' },
  })),
  {
    title: 'another word for a token limit, in the middle of the only call',
    script: [reply({ toolCalls: [{ name: 'look', args: '{"at":"x' }], finishReason: 'MAX_TOKENS' })],
    ends: { status: 'truncated' },
    roles: 'user',
  },
  ...['SAFETY', 'sensitive', 'RECITATION'].map((finishReason): Case => ({
    title: `the filter ${finishReason} behind a call, which is not run`,
    script: [call('look', { at: 'x' }, { finishReason })],
    options: { wire: 'plain' },
    ends: { status: 'filtered' },
    roles: 'user',
  })),
  ...['error', 'network_error', 'insufficient_system_resource', 'MALFORMED_FUNCTION_CALL'].flatMap(
    (finishReason): Case[] => [
      {
        title: `the failure ${finishReason}, once`,
        script: [text('The first ha', { finishReason }), text('The whole.')],
        ends: { status: 'done', output: 'The whole.' },
        roles: 'user assistant',
      },
      {
        title: `the failure ${finishReason}, twice`,
        script: () => text('The first ha', { finishReason }),
        ends: {
          ...errorWith(`The server broke the answer off: finish_reason "${finishReason}".`),
          partial: 'The first ha',
        },
      },
      {
        title: `the failure ${finishReason} behind a call, which is not run`,
        script: [call('ask_person', { question: 'ok?' }, { finishReason }), text('ok')],
        options: { wire: 'plain' },
        ends: { status: 'done', output: 'ok' },
        roles: 'user assistant',
      },
    ],
  ),
  {
    title: 'a call nobody here can run',
    script: [call('ask_person', { question: 'ok?' })],
    ends: { status: 'approval' },
    roles: 'user assistant tool',
  },
  {
    title: 'finish_reason stop beside a call',
    script: [call('look', { at: 'x' }, { finishReason: 'stop' }), text('ok')],
    ends: { status: 'done', output: 'ok' },
  },
  {
    title: 'no finish_reason at all',
    script: [text('hi', { finishReason: null })],
    ends: { status: 'done', output: 'hi' },
  },
  { title: 'a 400', script: [failure(400)], ends: { status: 'error' } },
  { title: 'a stream cut before anything', script: [fault.cutAt(text('hello'), 0)], ends: { status: 'error' } },
  {
    title: 'a stream cut in its text, then well',
    script: [fault.cutAt(text('hello there, how are you'), 1200), text('again')],
    options: { wire: 'stream' },
    ends: { status: 'done', output: 'again' },
  },
  {
    title: 'a stream cut in its text, twice',
    script: [fault.cutAt(text('hello there, how are you'), 1200), fault.cutAt(text('hello there, how are you'), 1200)],
    options: { wire: 'stream' },
    ends: { status: 'error', partial: expect.stringMatching(/^hello there/) },
    roles: 'user assistant',
  },
  {
    title: 'an error inside the stream',
    script: [fault.error(text('hello there'), 0)],
    options: { wire: 'stream', stepRetries: 0 },
    ends: { status: 'error' },
  },
  {
    title: 'a body that is no completion',
    script: [completion({ nothing: true })],
    options: { wire: 'plain' },
    ends: { status: 'error' },
  },
  {
    title: 'a stream without choices',
    script: [chunks([{ id: 'x', choices: [] }]), chunks([{ id: 'x', choices: [] }])],
    options: { wire: 'stream', stepRetries: 0 },
    ends: { status: 'error' },
  },
  {
    title: 'instructions that throw',
    script: [],
    options: {
      instructions: () => {
        throw new Error('no instructions')
      },
    },
    ends: { status: 'error' },
  },
  {
    title: 'prepareStep that rejects',
    script: [],
    options: {
      prepareStep: async () => {
        throw new Error('unprepared')
      },
    },
    ends: { status: 'error' },
  },
  {
    title: 'prepareStep that offers a tool nobody has',
    script: [],
    options: { prepareStep: () => ({ tools: ['nope'] }) },
    ends: {
      status: 'error',
      error: expect.objectContaining({ message: expect.stringMatching(/"nope".*Its tools: look/) }),
    },
  },
  {
    title: 'prepareStep that shows an impossible conversation',
    script: [],
    options: { prepareStep: () => ({ messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] }) },
    ends: { status: 'error' },
  },
  {
    title: 'a choice that nobody asked for',
    script: [reply({ choices: [{ content: 'mine' }, { content: 'not mine' }] })],
    ends: { status: 'done', output: 'mine' },
  },
  {
    title: 'a legacy function_call',
    script: [
      reply({ message: { function_call: { name: 'look', arguments: '{"at":"x"}' } }, finishReason: 'function_call' }),
      text('ok'),
    ],
    ends: { status: 'done', output: 'ok' },
    roles: 'user assistant tool assistant',
  },
  {
    title: 'a spoken answer',
    script: [reply({ message: { audio: { id: 'a1', data: 'AAAA', expires_at: 1, transcript: 'hello there' } } })],
    ends: { status: 'done', output: 'hello there' },
  },
  {
    title: 'a tool error that is to end the run',
    script: [call('look', { at: 7 }), call('look', { at: 'x' })],
    options: {
      onToolError: 'throw',
      tools: [
        tool({
          name: 'look',
          parameters: z.object({ at: z.string() }),
          execute: () => {
            throw new Error('broken')
          },
        }),
      ],
    },
    ends: { status: 'error' },
  },
]

describe('a run ends as it says', () => {
  for (const wire of ['stream', 'plain'] as const)
    it.each(cases.filter(({ options }) => (options?.wire ?? wire) === wire))(
      `$title (${wire})`,
      async ({ script, options, ends, roles }) => {
        const model = scriptedModel(script)
        const result = await agent({ name: 'a', model, tools: [look, external], wire, ...options }).run('go')
        expect(result).toMatchObject(ends)
        expect(checkTranscript(result.messages)).toBeUndefined()
        if (roles) expect(result.messages.map((message) => message.role).join(' ')).toBe(roles)
        if (result.status === 'done') expect(outputOf(result)).toEqual(result.output)
        else expect(() => outputOf(result)).toThrow(RunError)
        if (result.status === 'error') expect(result.error.message).not.toBe('')
      },
    )

  it('a truncated call is never run, its whole siblings are', async () => {
    const ran: string[] = []
    const spy = tool({
      name: 'spy',
      parameters: z.object({ id: z.string() }),
      effects: 'none',
      execute: ({ id }) => void ran.push(id),
    })
    const script = [
      reply({
        toolCalls: [
          { name: 'spy', args: { id: 'one' } },
          { name: 'spy', args: '{"id":"tw' },
        ],
        finishReason: 'length',
      }),
      text('ok'),
    ]
    for (const wire of ['stream', 'plain'] as const) {
      ran.length = 0
      const result = await agent({ name: 'a', model: scriptedModel(script), tools: [spy], wire }).run('go')
      expect(result.status).toBe('done')
      expect(ran).toEqual(['one'])
      const told = result.steps[0]?.calls.map(({ ok, reason }) => ({ ok, reason }))
      expect(told).toEqual([
        { ok: true, reason: undefined },
        { ok: false, reason: 'truncated' },
      ])
    }
  })

  it('an external call is answered when the run goes on', async () => {
    const log = memoryLog()
    const model = scriptedModel([
      calls([
        { name: 'ask_person', args: { question: 'ok?' }, id: 'c1' },
        { name: 'look', args: { at: 'x' } },
      ]),
      text('thanks'),
    ])
    const one = agent({ name: 'a', model, tools: [look, external] })
    const paused = await one.run('go', { log })
    expect(paused).toMatchObject({
      status: 'approval',
      requests: [{ callId: 'c1', name: 'ask_person', kind: 'external' }],
    })
    expect(paused.messages.map((message) => message.content)).toEqual([
      'go',
      null,
      'Not run: awaiting a decision.',
      'saw x',
    ])
    const result = await one.run(undefined, { from: log, decisions: { c1: { result: 'yes' } } })
    expect(outputOf(result)).toBe('thanks')
    expect(model.requests[1]?.messages.slice(2)).toMatchObject([
      { tool_call_id: 'c1', content: 'yes' },
      { content: 'saw x' },
    ])
  })

  it('an external call cannot be approved, only answered', async () => {
    const log = memoryLog()
    const one = agent({
      name: 'a',
      model: scriptedModel([call('ask_person', { question: 'ok?' }, { id: 'c1' })]),
      tools: [external],
    })
    await one.run('go', { log })
    await expect(one.run(undefined, { from: log, decisions: { c1: { approve: true } } })).rejects.toThrow(
      /without `execute`: answer it with \{ result/,
    )
  })

  it('the end is the last fact, and there is one, though two tools end the run at once', async () => {
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    const fails = (name: string, ms: number) =>
      tool({
        name,
        onError: 'throw',
        execute: async () => {
          await pause(ms)
          throw new Error(name)
        },
      })
    const fine = tool({ name: 'fine', execute: () => pause(2) })
    const facts: { type: string }[] = []
    const log = {
      load: () => [],
      append: async (more: readonly { type: string }[]) => {
        await pause(15)
        facts.push(...more)
      },
    }
    const model = scriptedModel([calls([{ name: 'one' }, { name: 'two' }, { name: 'fine' }])])
    const result = await agent({ name: 'a', model, tools: [fails('one', 4), fails('two', 5), fine] }).run('go', { log })
    expect(facts.filter((fact) => fact.type === 'run.done')).toHaveLength(1)
    expect(facts.at(-1)).toMatchObject({
      type: 'run.done',
      outcome: { error: { message: result.status === 'error' && result.error.message } },
    })
  })

  it('a model whose iterator is odd is a model all the same', async () => {
    const chunk = (
      await scriptedModel([text('fine')])
        .stream({ messages: [] })
        .next()
    ).value!
    const odd = (leave: () => unknown) => ({
      name: 'odd',
      stream: () => ({
        [Symbol.asyncIterator]() {
          let given = 0
          return {
            next: async () =>
              given++ === 0
                ? {
                    value: { ...chunk, choices: [{ index: 0, delta: { content: 'fine' }, finish_reason: 'stop' }] },
                    done: false as const,
                  }
                : { value: undefined, done: true as const },
            return: leave as never,
          }
        },
      }),
    })
    expect(outputOf(await agent({ name: 'a', model: odd(() => ({ done: true })), wire: 'stream' }).run('go'))).toBe(
      'fine',
    )
    expect(
      outputOf(
        await agent({
          name: 'a',
          model: odd(() => {
            throw new Error('no')
          }),
          wire: 'stream',
        }).run('go'),
      ),
    ).toBe('fine')
    const none = await agent({ name: 'a', model: { name: 'none', stream: () => undefined as never } }).run('go')
    expect(none).toMatchObject({
      status: 'error',
      error: { message: expect.stringMatching(/`stream` of the model `none` returned undefined/) },
    })
  })

  it('a log that fails in the middle is an outcome, one that fails at once is a rejection', async () => {
    let appends = 0
    const failing = (after: number) => ({
      load: () => [],
      append: () => {
        if (appends++ >= after) throw new Error('disk full')
      },
    })
    const result = await agent({ name: 'a', model: scriptedModel([text('x')]) }).run('go', { log: failing(2) })
    expect(result).toMatchObject({ status: 'error', error: { message: 'disk full' } })
    appends = 0
    await expect(agent({ name: 'a', model: scriptedModel([]) }).run('go', { log: failing(0) })).rejects.toThrow(
      'disk full',
    )
  })

  it.each([
    ['at once', (): void => {}],
    ['in its time', (): Promise<void> => Promise.resolve()],
  ])('the facts logged before the log failed are reported, where the log answers %s', async (_when, answer) => {
    for (let after = 1; ; after++) {
      const kept: Fact[] = []
      let appends = 0
      const log = {
        load: () => [],
        append: (facts: readonly Fact[]) => {
          if (appends++ === after) throw new Error('disk full')
          kept.push(...facts)
          return answer()
        },
      }
      const model = scriptedModel([call('look', { at: 'x' }), text('Seen.')])
      const stream = agent({ name: 'a', model, tools: [look] }).stream('go', { log })
      const told: unknown[] = []
      for await (const event of stream) if ('seq' in event) told.push(event)
      expect(told).toEqual(kept)
      if (appends <= after) return expect(after).toBeGreaterThan(4)
      expect(await stream.result).toMatchObject({ status: 'error', error: { message: 'disk full' } })
    }
  })
})
