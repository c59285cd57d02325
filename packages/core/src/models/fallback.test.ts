// Several models as one: whatever the first one fails at, the run goes on, and nothing happens twice.
import { tool } from '@toolloop/schema'
import {
  calls,
  call,
  failure,
  fault,
  type Reply,
  reply,
  type ScriptedModel,
  scriptedModel,
  strictServer,
  text,
  virtualClock,
} from '@toolloop/testing'
import { chatModel, profiles, Transport } from '@toolloop/transport'
import { type ChatModel, type Chunk, type Message, type ModelRequest, StreamError, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, fallback, type FallbackOptions, memoryLog, type RunEvent } from '../index.ts'

const ran: string[] = []
const parameters = z.object({ id: z.string() })
const execute = ({ id }: { id: string }) => {
  ran.push(id)
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters, effects: 'none', execute })
const save = tool({ name: 'save', parameters, effects: 'idempotent', execute })
const tools = [read, save]

/** Two calls done, and a third one streaming when the connection is cut. */
const primaryAnswer = reply({
  deltaSize: 16,
  content: 'PRIMARY looks.',
  reasoning: 'PRIMARY thinks.',
  toolCalls: [
    { name: 'read', args: { id: 'a' }, id: 'call_primary_with_a_long_name_a' },
    { name: 'save', args: { id: 'b' }, id: 'call_primary_with_a_long_name_b' },
    { name: 'read', args: { id: 'c' }, id: 'call_primary_with_a_long_name_c' },
  ],
})

/** Asks for what was not done yet, then answers. */
function backupAnswer({ messages }: Pick<ModelRequest, 'messages'>): Reply {
  const done = messages.flatMap((message) =>
    message.role === 'tool' && typeof message.content === 'string' ? [message.content] : [],
  )
  const missing = ['a', 'b', 'c'].filter((id) => !done.includes(`ran ${id}`))
  if (missing.length === 0) return text('BACKUP is finished.')
  return calls(
    missing.map((id) => ({ name: id === 'b' ? 'save' : 'read', args: { id } })),
    { content: 'BACKUP looks.', reasoning: 'BACKUP thinks.' },
  )
}

const authors = (message: Message): string[] => [...new Set(JSON.stringify(message).match(/PRIMARY|BACKUP/g))]

async function servers() {
  let cut = 0
  const primary = await strictServer(
    ({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? text('PRIMARY is finished.') : fault.cutAt(primaryAnswer, cut),
    { profile: profiles.deepseek },
  )
  const backup = await strictServer((request) => backupAnswer(request), { profile: profiles.mistral })
  const clients = [
    new Transport({ baseURL: primary.url, apiKey: 'k', profile: 'deepseek', maxRetries: 0 }),
    new Transport({ baseURL: backup.url, apiKey: 'k', profile: 'mistral', maxRetries: 0 }),
  ] as const
  const model = (options: FallbackOptions = {}): ChatModel =>
    fallback([chatModel(clients[0], 'primary'), chatModel(clients[1], 'backup')], options)
  return {
    model,
    primary,
    backup,
    cutAt: (byte: number): void => void (cut = byte),
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()))
      await Promise.all([primary.close(), backup.close()])
      // Throws for every request that a strict server rejected.
      primary.assertUsed()
      backup.assertUsed()
    },
  }
}

async function streamed(model: ChatModel) {
  const log = memoryLog()
  const events: RunEvent[] = []
  const stream = agent({ name: 'worker', model, tools }).stream('go', { log, runId: 'r' })
  for await (const event of stream) events.push(event)
  return { result: await stream.result, events, facts: [...log.facts] }
}

/** The text that a consumer shows: a step's text is dropped at each reset. */
function shown(events: readonly RunEvent[]): string[] {
  const texts: string[] = []
  let current = ''
  for (const event of events) {
    if (event.type === 'content.delta') current += event.delta
    if (event.type === 'step.reset') current = ''
    if (event.type === 'step.done' || event.type === 'step.cut') {
      texts.push(current)
      current = ''
    }
  }
  return texts
}

describe('a primary that is cut in the middle of its answer', () => {
  it(
    'is replaced at every byte: the run finishes, each effect happens once, no texts are mixed',
    { timeout: 120_000 },
    async () => {
      await using both = await servers()
      both.cutAt(1e9)
      await streamed(both.model())
      const size = both.primary.requests[0]!.sent
      expect(size).toBeGreaterThan(1500)
      const served = new Set<string>()
      for (let byte = 0; byte < size; byte++) {
        both.cutAt(byte)
        ran.length = 0
        const { result, events } = await streamed(both.model())
        expect(result, `byte ${byte}`).toMatchObject({
          status: 'done',
          output: expect.stringContaining('is finished.') as string,
        })
        expect(ran.toSorted(), `byte ${byte}`).toEqual(['a', 'b', 'c'])
        for (const step of result.steps) {
          served.add(`${step.servedBy}: ${step.calls.length}`)
          expect(authors(step.message).length, `byte ${byte}`).toBeLessThanOrEqual(1)
          expect(authors(step.message)).toEqual(step.servedBy === 'primary' ? ['PRIMARY'] : ['BACKUP'])
        }
        for (const words of shown(events)) expect(words).not.toMatch(/PRIMARY.*BACKUP|BACKUP.*PRIMARY/)
      }
      // The primary's answers with none, one, two and three calls that stand are all among them.
      expect([...served].toSorted()).toEqual(
        expect.arrayContaining(['backup: 0', 'backup: 1', 'backup: 2', 'backup: 3', 'primary: 1', 'primary: 2']),
      )
      for (const request of both.backup.requests) {
        const { messages } = request.body as { messages: Message[] }
        for (const message of messages)
          if (message.role === 'assistant') expect(message.reasoning_content).toBeUndefined()
      }
    },
  )

  it('is replaced by `run` as well, also when it answers in plain bodies', { timeout: 120_000 }, async () => {
    await using both = await servers()
    for (const wire of ['stream', 'plain'] as const)
      for (let byte = 0; byte < 1500; byte += 7) {
        both.cutAt(byte)
        ran.length = 0
        const result = await agent({ name: 'worker', model: both.model(), tools, wire }).run('go')
        expect(result, `${wire} ${byte}`).toMatchObject({
          status: 'done',
          output: expect.stringContaining('is finished.') as string,
        })
        expect(ran.toSorted(), `${wire} ${byte}`).toEqual(['a', 'b', 'c'])
      }
  })

  it('is replaced in a run that is resumed from every prefix of its log', { timeout: 60_000 }, async () => {
    await using both = await servers()
    both.cutAt(2100)
    ran.length = 0
    const whole = await streamed(both.model())
    expect(whole.facts.map(({ type }) => type)).toContain('step.cut')
    for (let length = 1; length < whole.facts.length; length++) {
      const prefix = JSON.parse(JSON.stringify(whole.facts.slice(0, length))) as Fact[]
      const finished = prefix.flatMap((fact) =>
        fact.type === 'tool.done' && typeof fact.content === 'string' ? [fact.content] : [],
      )
      ran.length = 0
      const result = await agent({ name: 'worker', model: both.model(), tools }).run(undefined, {
        from: memoryLog(prefix),
      })
      expect(result, `fact ${length}`).toMatchObject({
        status: 'done',
        output: expect.stringContaining('is finished.') as string,
      })
      expect(ran.filter((id) => finished.includes(`ran ${id}`))).toEqual([])
      expect(new Set(ran).size).toBe(ran.length)
    }
  })
})

const failing = (name: string, script: readonly Reply[]): ScriptedModel => scriptedModel(script, { name })

describe('before the first token', () => {
  const broken: readonly [string, Reply][] = [
    ['an HTTP error', failure(503)],
    ['a wrong key', failure(401)],
    ['a rate limit', failure(429)],
    ['no connection', fault.reset(text('PRIMARY'))],
    ['an error as the first event', fault.error(text('PRIMARY'), -1)],
    ['a role, then a cut', fault.cutAt(text('PRIMARY'), 250)],
    ['an empty answer', text('')],
    ['a finish that is a failure', reply({ content: null, finishReason: 'error' })],
  ]
  it.each(broken)('%s asks the next model, and nothing of the first is shown', async (_title, first) => {
    for (const wire of ['stream', 'plain'] as const) {
      const models = [failing('a', [first]), failing('b', [text('BACKUP')])] as const
      const log = memoryLog()
      const stream = agent({ name: 'x', model: fallback(models), wire }).stream('go', { log })
      const types: string[] = []
      for await (const event of stream) types.push(event.type)
      expect(await stream.result).toMatchObject({ status: 'done', output: 'BACKUP', steps: [{ servedBy: 'b' }] })
      expect(types).not.toContain('step.reset')
      expect(types.filter((type) => type === 'attempt.retry')).toHaveLength(1)
      for (const model of models) model.assertUsed()
    }
  })

  it('throws the last error when all models fail, and asks none again', async () => {
    const models = [failing('a', [failure(500)]), failing('b', [failure(503)])] as const
    const result = await agent({ name: 'x', model: fallback(models) }).run('go')
    expect(result).toMatchObject({ status: 'error', error: { status: 503 } })
  })

  it('does not switch for an invalid request, but for one that is too long', async () => {
    const invalid = failure(400, { error: { message: 'no', type: 'invalid_request_error', code: 'invalid_value' } })
    const long = failure(400, { error: { message: 'long', code: 'context_length_exceeded' } })
    const asked = async (first: Reply) =>
      agent({ name: 'x', model: fallback([failing('a', [first]), failing('b', [text('BACKUP')])]) }).run('go')
    expect(await asked(invalid)).toMatchObject({ status: 'error' })
    expect(await asked(long)).toMatchObject({ status: 'done' })
  })

  it('asks `when`, and names it when it throws', async () => {
    const seen: unknown[] = []
    const models = (): ScriptedModel[] => [failing('a', [failure(500)]), failing('b', [text('BACKUP')])]
    const when: FallbackOptions['when'] = (error, { model, begun }) => {
      seen.push([(error as { status?: number }).status, model.name, begun])
      return false
    }
    expect(await agent({ name: 'x', model: fallback(models(), { when }) }).run('go')).toMatchObject({ status: 'error' })
    expect(seen).toEqual([[500, 'a', false]])
    const throwing = fallback(models(), { when: () => expect.unreachable('oops') })
    expect(await agent({ name: 'x', model: throwing }).run('go')).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('`when` of a fallback threw') as string },
    })
  })
})

describe('behind the first token', () => {
  const cut = (content: string): Reply => fault.error(text(content, { deltaSize: 4 }), 3)

  it('drops the text, tells so, and counts no retry of the step', async () => {
    const models = ['a', 'b', 'c', 'd'].map((name) =>
      failing(name, [name === 'd' ? text('BACKUP') : cut('PRIMARY and more')]),
    )
    const stream = agent({ name: 'x', model: fallback(models), stepRetries: 0 }).stream('go', { runId: 'r' })
    const events: RunEvent[] = []
    for await (const event of stream) events.push(event)
    expect(await stream.result).toMatchObject({ status: 'done', output: 'BACKUP' })
    expect(events.filter((event) => event.type === 'step.reset')).toEqual(
      ['fallback', 'fallback', 'fallback'].map((reason) => ({
        type: 'step.reset',
        run: 'r',
        path: '',
        step: 0,
        reason,
      })),
    )
    expect(shown(events)).toEqual(['BACKUP'])
  })

  it('asks each model once in a round, and ends when all have failed', async () => {
    const asked: string[] = []
    const model = (name: string): ChatModel => ({
      name,
      async *stream() {
        asked.push(name)
        yield chunk({ content: 'word' })
        throw new StreamError('It broke off.')
      },
    })
    const all = fallback([model('a'), model('b')], { cooldown: 0 })
    const result = await agent({ name: 'x', model: all, stepRetries: 1, wire: 'stream' }).run('go')
    expect(result.status).toBe('error')
    expect(asked).toEqual(['a', 'b', 'a', 'b'])
  })

  it('continues the text where `partial` says so', async () => {
    const requests: ModelRequest[] = []
    const second = scriptedModel(
      (request) => {
        requests.push(request)
        return text('the rest.')
      },
      { name: 'b' },
    )
    const stream = agent({
      name: 'x',
      model: fallback([failing('a', [cut('First and more, ')]), second], { partial: 'continue' }),
    }).stream('go')
    const events: RunEvent[] = []
    for await (const event of stream) events.push(event)
    const sent = requests[0]!.messages.at(-2)!
    expect(sent.role).toBe('assistant')
    expect(await stream.result).toMatchObject({ status: 'done', output: `${sent.content as string}the rest.` })
    expect(events.some((event) => event.type === 'step.reset')).toBe(false)
  })

  it('prices a step by the model that served it', async () => {
    const price = (input: number) => ({ input, output: input })
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 }
    const models = [
      scriptedModel([failure(500)], { name: 'a', price: price(1) }),
      scriptedModel([text('hi', { usage })], { name: 'b', price: price(5) }),
    ]
    expect((await agent({ name: 'x', model: fallback(models) }).run('go')).cost).toBe(5)
    expect(fallback(models).price).toEqual({ input: 5, output: 5, cachedInput: 5 })
  })
})

describe('cooldown', () => {
  it('leaves a model that failed alone, and asks it again afterwards', async () => {
    const clock = virtualClock()
    const asked: string[] = []
    let broken = true
    const model = (name: string): ChatModel => ({
      name,
      async *stream() {
        asked.push(name)
        if (name === 'a' && broken) throw new StreamError('down')
        yield chunk({ content: name }, 'stop')
      },
    })
    const chain = fallback([model('a'), model('b')], { cooldown: 1000, clock })
    const worker = agent({ name: 'x', model: chain })
    const output = async () => (await worker.run('go')) as { output?: unknown }
    expect((await output()).output).toBe('b')
    await clock.advance(999)
    expect((await output()).output).toBe('b')
    await clock.advance(1)
    expect((await output()).output).toBe('b')
    broken = false
    await clock.advance(1000)
    expect((await output()).output).toBe('a')
    expect(asked).toEqual(['a', 'b', 'b', 'a', 'b', 'a'])
  })
})

it('is aborted like any model, and the abort is no failure of a model', async () => {
  const controller = new AbortController()
  const asked: string[] = []
  const model = (name: string): ChatModel => ({
    name,
    async *stream(_request, { signal }) {
      asked.push(name)
      yield chunk({ content: 'word' })
      controller.abort()
      await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    },
  })
  const chain = fallback([model('a'), model('b')])
  const result = await agent({ name: 'x', model: chain }).run('go', { signal: controller.signal })
  expect(result.status).toBe('aborted')
  expect(asked).toEqual(['a'])
})

it('reads a model that has only `create` as well as one that has only `stream`', async () => {
  const whole: ChatModel = withOnly('create', 'WHOLE')
  const parts: ChatModel = withOnly('stream', 'PARTS')
  const down = (): ChatModel => failing('down', [failure(500)])
  for (const [model, wire] of [
    [whole, 'stream'],
    [parts, 'plain'],
  ] as const)
    expect(await agent({ name: 'x', model: fallback([down(), model]), wire }).run('go')).toMatchObject({
      status: 'done',
      output: model.name,
    })
})

it('sends the reasoning of a server back to its own vendor only, also after a resume', async () => {
  const seen: [string, unknown][] = []
  const model = (name: string, profile: keyof typeof profiles, answers: readonly Reply[]): ChatModel => {
    const inner = scriptedModel(answers, { name, profile: profiles[profile] })
    return {
      ...inner,
      stream: (request, options) => {
        seen.push([
          name,
          request.messages.flatMap((message) =>
            message.role === 'assistant' ? (message.reasoning_content ?? '-') : [],
          ),
        ])
        return inner.stream(request, options)
      },
    }
  }
  const called = (id: string, reasoning: string): Reply => call('read', { id }, { reasoning })
  const history: Message[] = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'hello', reasoning_content: 'before' },
    { role: 'user', content: 'go' },
  ]
  const first = () => model('first', 'deepseek', [called('a', 'A'), failure(500)])
  const log = memoryLog()
  const chain = fallback([first(), model('second', 'moonshot', [called('b', 'B'), text('done')])])
  await agent({ name: 'x', model: chain, tools }).run(history, { log })
  expect(seen).toEqual([
    ['first', ['before']],
    ['first', ['before', 'A']],
    ['second', ['-', '-']],
    ['second', ['-', '-', 'B']],
  ])
  seen.length = 0
  const facts = JSON.parse(JSON.stringify(log.facts)) as Fact[]
  const prefix = facts.slice(
    0,
    facts.findLastIndex((fact) => fact.type === 'step.start'),
  )
  const other = fallback([model('first', 'deepseek', [text('done')]), model('second', 'moonshot', [])])
  await agent({ name: 'x', model: other, tools }).run(undefined, { from: memoryLog(prefix) })
  expect(seen).toEqual([['first', ['before', 'A', '-']]])
})

it('requests structured output in a mode that all of its models serve', async () => {
  const models = [
    scriptedModel([failure(500)], { name: 'a', profile: profiles.openai }),
    scriptedModel([call('final_answer', { n: 1 })], { name: 'b', profile: profiles.compatible }),
  ]
  const result = await agent({ name: 'x', model: fallback(models), output: z.object({ n: z.number() }) }).run('go')
  expect(result).toMatchObject({ status: 'done', output: { n: 1 } })
})

it('rejects lists and options that cannot work, by name', () => {
  const model = scriptedModel([])
  const wrong: readonly [() => unknown, string][] = [
    [() => fallback([model]), 'at least two models'],
    [() => fallback([model, { name: 'b' }]), 'models[1]'],
    [() => fallback([model, { ...model }]), 'two models have the name "scripted"'],
    [() => fallback([model, { ...model, name: 'b' }], { cooldown: -1 }), '`cooldown` is -1'],
    [() => fallback([model, { ...model, name: 'b' }], { retries: 1 } as object), 'no option `retries`'],
  ]
  for (const [make, words] of wrong) {
    expect(make).toThrow(UsageError)
    expect(make).toThrow(words)
  }
})

function chunk(delta: Chunk['choices'][number]['delta'], finish_reason: string | null = null): Chunk {
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  }
}

function withOnly(way: 'stream' | 'create', name: string): ChatModel {
  const inner = scriptedModel([text(name)])
  if (way === 'stream') return { name, stream: (request, options) => inner.stream(request, options) }
  return { name, create: (request, options) => inner.create(request, options) }
}
