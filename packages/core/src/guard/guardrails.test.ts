// Guardrails: what they hold back, what a trip leaves behind, and what is not run again.
import { tool, toolResult } from '@toolloop/schema'
import {
  calls,
  checkTranscript,
  fault,
  reply,
  type Reply,
  scriptedModel,
  strictServer,
  text,
  virtualClock,
} from '@toolloop/testing'
import { chatModel, Transport } from '@toolloop/transport'
import type { ChatModel, Chunk, ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AnyGuardrail,
  type Fact,
  guardrail,
  GuardrailError,
  isFact,
  memoryLog,
  outputOf,
  replay,
  type Result,
  RunError,
  type RunEvent,
} from '../index.ts'

const ran: string[] = []
const parameters = z.object({ id: z.string() })
const execute = ({ id }: { id: string }) => {
  ran.push(id)
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters, effects: 'none', execute })
const write = tool({ name: 'write', parameters, execute })
const guarded = tool({ name: 'guarded', parameters, needsApproval: true, execute })
const tools = [read, write, guarded] as const

const bothCalls = calls(
  [
    { name: 'read', args: { id: 'a' }, id: 'ca' },
    { name: 'write', args: { id: 'b' }, id: 'cb' },
  ],
  { content: 'Let me look.' },
)

interface Seen {
  readonly events: RunEvent[]
  readonly result: Result
  readonly facts: readonly Fact[]
  readonly requests: readonly ModelRequest[]
  readonly ran: readonly string[]
}

/** Runs an agent with these guardrails: awaited or streamed, with early dispatch on or off. */
async function run(
  guardrails: readonly AnyGuardrail[],
  replies: readonly Reply[],
  { watched = true, input = 'go', ...options }: { watched?: boolean; input?: string } & Record<string, unknown> = {},
): Promise<Seen> {
  ran.length = 0
  const inner = scriptedModel((_request, index) => replies[index] ?? text('Finished.'))
  const requests: ModelRequest[] = []
  const model: ChatModel = {
    name: 'm',
    stream: (request, more) => (requests.push(request), inner.stream(request, more)),
    create: (request, more) => (requests.push(request), inner.create(request, more)),
  }
  const worker = agent({ name: 'w', model, tools, guardrails, ...options })
  const log = memoryLog()
  const events: RunEvent[] = []
  if (!watched) return { events, result: await worker.run(input, { log }), facts: log.facts, requests, ran: [...ran] }
  const stream = worker.stream(input, { log })
  for await (const event of stream) events.push(event)
  return { events, result: await stream.result, facts: log.facts, requests, ran: [...ran] }
}

const ways = [
  { watched: false, earlyDispatch: true },
  { watched: true, earlyDispatch: true },
  { watched: false, earlyDispatch: false },
  { watched: true, earlyDispatch: false },
]
const verdicts = (facts: readonly Fact[]): string[] =>
  facts.flatMap((fact) => (fact.type === 'guardrail.done' ? `${fact.on} ${fact.guardrail} ${fact.verdict}` : []))
const types = (facts: readonly Fact[]): string[] => facts.map(({ type }) => type)
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

describe('a guardrail on the input', () => {
  it.each(ways)('that blocks lets no request out before it passes: %o', async (way) => {
    const order: string[] = []
    const slow = guardrail({
      on: 'input',
      name: 'slow',
      check: async ({ text: asked }) => {
        await tick()
        order.push(`checked ${asked}`)
      },
    })
    const seen = await run([slow], [bothCalls], way)
    expect(outputOf(seen.result)).toBe('Finished.')
    expect(order).toEqual(['checked go'])
    expect(types(seen.facts).slice(0, 3)).toEqual(['run.start', 'guardrail.done', 'step.start'])
  })

  it.each(ways)('that blocks and trips sends nothing: %o', async (way) => {
    const no = guardrail({ on: 'input', name: 'no', check: () => ({ trip: 'Not here.' }) })
    const seen = await run([no], [], way)
    expect(seen.result).toMatchObject({ status: 'tripped', guardrail: 'no', reason: 'Not here.' })
    expect(seen.requests).toEqual([])
    expect(types(seen.facts)).toEqual(['run.start', 'guardrail.done', 'run.done'])
    expect(checkTranscript(seen.result.messages)).toBeUndefined()
    expect(new RunError(seen.result).message).toBe('The run has no output: it ended as `tripped` by `no`: Not here.')
  })

  it.each(ways)('that runs beside holds every tool until it has passed: %o', async (way) => {
    let passed = false
    const { promise, resolve } = Promise.withResolvers<void>()
    const beside = guardrail({
      on: 'input',
      name: 'beside',
      mode: 'parallel',
      check: async () => {
        await promise
        await tick()
        passed = true
      },
    })
    const early: boolean[] = []
    const noting = tool({ name: 'read', parameters, effects: 'none', execute: () => void early.push(passed) })
    const model = scriptedModel((_request, index) => {
      if (index === 0) setTimeout(resolve, 5)
      return index === 0 ? bothCalls : text('Finished.')
    })
    const worker = agent({
      name: 'w',
      model,
      tools: [noting, write],
      guardrails: [beside],
      earlyDispatch: way.earlyDispatch,
    })
    const log = memoryLog()
    const result = way.watched ? await worker.stream('go', { log }).result : await worker.run('go', { log })
    expect(outputOf(result)).toBe('Finished.')
    expect(early).toEqual([true])
    const order = types(log.facts)
    expect(order.indexOf('step.start')).toBeLessThan(order.indexOf('guardrail.done'))
    expect(order.indexOf('guardrail.done')).toBeLessThan(order.indexOf('tool.start'))
  })

  it.each(ways)('that runs beside and trips cuts the answer, and no tool has run: %o', async (way) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const beside = guardrail({
      on: 'input',
      name: 'beside',
      mode: 'parallel',
      check: () => promise.then(() => ({ trip: 'Off topic.' })),
    })
    let closed = 0
    const model: ChatModel = {
      name: 'endless',
      async *stream() {
        try {
          yield delta({ content: 'I would ' })
          yield delta({
            tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'read', arguments: '{"id":"a"}' } }],
          })
          for (let chunk = 0; ; chunk++) {
            if (chunk === 3) resolve()
            await tick()
            yield delta({ content: 'go on ' })
          }
        } finally {
          closed++
        }
      },
    }
    ran.length = 0
    const worker = agent({
      name: 'w',
      model,
      tools,
      guardrails: [beside],
      ...(way.earlyDispatch ? {} : { earlyDispatch: false }),
    })
    const log = memoryLog()
    const result = way.watched ? await worker.stream('go', { log }).result : await worker.run('go', { log })
    expect(result).toMatchObject({ status: 'tripped', guardrail: 'beside', reason: 'Off topic.' })
    expect(ran).toEqual([])
    expect(closed).toBe(1)
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(types(log.facts).slice(-2)).toEqual(['step.cut', 'run.done'])
    expect(log.facts.at(-2)).toMatchObject({ reason: 'abort' })
    await replay(log, worker)
  })

  it('checks each further message of the caller, and only what is new in it', async () => {
    const checked: string[] = []
    const one = guardrail({
      on: 'input',
      name: 'one',
      check: ({ text: asked }) => {
        checked.push(asked)
        return asked.includes('bad') ? { trip: 'Bad.' } : undefined
      },
    })
    const model = scriptedModel((_request, index) => (index === 0 ? bothCalls : text('Finished.')))
    const worker = agent({ name: 'w', model, tools, guardrails: [one] })
    const log = memoryLog()
    const stream = worker.stream('first', { log })
    for await (const event of stream)
      if (event.type === 'tool.start' && event.callId === 'cb') void stream.steer('and bad')
    expect(await stream.result).toMatchObject({ status: 'tripped', guardrail: 'one' })
    expect(checked).toEqual(['first', 'and bad'])
    expect(model.requests.length).toBe(1)
    const second = await worker.run([
      ...(await stream.result).messages.slice(0, -1),
      { role: 'user', content: 'second' },
    ])
    expect(outputOf(second)).toBe('Finished.')
    expect(checked).toEqual(['first', 'and bad', 'second'])
    await replay(log, worker)
  })
})

const delta = (body: Chunk['choices'][number]['delta'], finish: string | null = null): Chunk => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: body, finish_reason: finish }],
})

const Answer = z.object({ word: z.string() })
/** The ways of asking for an answer, and the reply in that form. */
const forms: readonly [title: string, options: object, reply: (word: string) => Reply][] = [
  ['text', {}, (word) => text(`It is ${word}.`, { deltaSize: 3 })],
  [
    'native',
    { output: { schema: Answer, mode: 'native' } },
    (word) => text(JSON.stringify({ word }), { deltaSize: 3 }),
  ],
  [
    'prompt',
    { output: { schema: Answer, mode: 'prompt' } },
    (word) => text(JSON.stringify({ word }), { deltaSize: 3 }),
  ],
  [
    'tool',
    { output: { schema: Answer, mode: 'tool' } },
    (word) => calls([{ name: 'final_answer', args: { word }, id: 'f1' }], { deltaSize: 3 }),
  ],
]
const noSecret = (mode: 'blocking' | 'parallel') =>
  guardrail({
    on: 'output',
    name: 'no_secret',
    mode,
    check: async ({ text: shown }) => {
      await tick()
      return shown.includes('SECRET') ? { trip: 'It tells the secret.' } : undefined
    },
  })

describe.each(forms)('a guardrail on the output: %s', (_title, options, answer) => {
  it.each(ways)('that blocks shows no delta before it passes, and all of them then: %o', async (way) => {
    let isChecked = false
    const shownEarly: string[] = []
    const slow = guardrail({
      on: 'output',
      name: 'slow',
      check: async ({ isAnswer, output }) => {
        await tick()
        isChecked = true
        expect(isAnswer).toBe(true)
        expect(JSON.stringify(output)).toContain('plain')
      },
    })
    const model = scriptedModel([answer('plain')])
    const worker = agent({ name: 'w', model, tools, guardrails: [slow], ...options, earlyDispatch: way.earlyDispatch })
    if (!way.watched) {
      expect(JSON.stringify(outputOf(await worker.run('go')))).toContain('plain')
      return
    }
    const stream = worker.stream('go')
    const seen: string[] = []
    for await (const event of stream) {
      seen.push(event.type)
      if (!isChecked) shownEarly.push(event.type)
    }
    expect(shownEarly).toEqual(['run.start', 'step.start'])
    expect(JSON.stringify(outputOf(await stream.result))).toContain('plain')
    const deltas = seen.filter((type) => type.endsWith('.delta'))
    expect(deltas.length).toBeGreaterThan(2)
    if ('output' in options) expect(seen).toEqual(expect.arrayContaining(['output.delta', 'output.done']))
  })

  it.each(ways)('that blocks and trips shows nothing of it, and records nothing of it: %o', async (way) => {
    const seen = await run([noSecret('blocking')], [answer('SECRET')], { ...way, ...options })
    expect(seen.result).toMatchObject({ status: 'tripped', guardrail: 'no_secret', reason: 'It tells the secret.' })
    expect(JSON.stringify([seen.facts, seen.result.messages, seen.result.partial ?? ''])).not.toContain('SECRET')
    expect(seen.events.filter((event) => !isFact(event))).toEqual([])
    expect(types(seen.facts)).toEqual(['run.start', 'step.start', 'guardrail.done', 'step.cut', 'run.done'])
    expect(seen.facts.at(-2)).toMatchObject({ reason: 'guardrail' })
    expect(seen.result.usage.reported).not.toBeNull()
    expect(checkTranscript(seen.result.messages)).toBeUndefined()
  })

  it.each(ways)('that runs beside ends the run all the same: %o', async (way) => {
    const seen = await run([noSecret('parallel')], [answer('SECRET')], { ...way, ...options })
    expect(seen.result).toMatchObject({ status: 'tripped', guardrail: 'no_secret' })
    expect(types(seen.facts)).not.toContain('output.done')
    expect(checkTranscript(seen.result.messages)).toBeUndefined()
    const fine = await run([noSecret('parallel')], [answer('plain')], { ...way, ...options })
    expect(JSON.stringify(outputOf(fine.result))).toContain('plain')
  })
})

describe('a guardrail on the output that blocks', () => {
  it.each(ways)('also checks the text beside calls, before they start: %o', async (way) => {
    const texts: string[] = []
    const one = guardrail({
      on: 'output',
      name: 'one',
      check: ({ text: shown, isAnswer }) => void texts.push(`${shown} ${isAnswer}`),
    })
    const seen = await run([one], [bothCalls], way)
    expect(texts).toEqual(['Let me look. false', 'Finished. true'])
    const order = types(seen.facts)
    expect(order.indexOf('guardrail.done')).toBeLessThan(order.indexOf('step.done'))
    expect(order).not.toContain('call.sealed')
    const trip = await run([guardrail({ on: 'output', name: 'one', check: () => ({ trip: 'No.' }) })], [bothCalls], way)
    expect(trip.ran).toEqual([])
    expect(trip.result).toMatchObject({ status: 'tripped', messages: [{ role: 'user' }] })
  })

  it('keeps nothing of an answer that is aborted before it was checked', async () => {
    const endless: ChatModel = {
      name: 'endless',
      async *stream() {
        for (;;) {
          yield delta({ content: 'SECRET ' })
          await tick()
        }
      },
    }
    const log = memoryLog()
    const stream = agent({ name: 'w', model: endless, guardrails: [noSecret('blocking')] }).stream('go', { log })
    setTimeout(() => stream.abort('enough'), 10)
    const shown: RunEvent[] = []
    for await (const event of stream) shown.push(event)
    const result = await stream.result
    expect(result.status).toBe('aborted')
    expect(JSON.stringify([log.facts, shown, result.messages, result.partial ?? ''])).not.toContain('SECRET')
    expect(types(log.facts)).toContain('step.cut')
  })

  it('holds the text back when the stream breaks at any byte; the answer is shown once', async () => {
    const answer = reply({ content: 'Plain.' })
    const asked = new Map<string, number>()
    await using server = await strictServer(({ messages }) => {
      const byte = JSON.stringify(messages.at(-1)?.content).replaceAll('"', '')
      asked.set(byte, (asked.get(byte) ?? 0) + 1)
      return asked.get(byte) === 1 && byte !== 'Infinity' ? fault.cutAt(answer, Number(byte)) : answer
    })
    const client = new Transport({ baseURL: server.url, apiKey: 'k', maxRetries: 0 })
    const check = async (byte: number): Promise<void> => {
      const checked: string[] = []
      const one = guardrail({ on: 'output', name: 'one', check: ({ text: seen }) => void checked.push(seen) })
      const stream = agent({ name: 'w', model: chatModel(client, 'm'), guardrails: [one] }).stream(String(byte))
      let shown = ''
      for await (const event of stream) if (event.type === 'content.delta') shown += event.delta
      // A stream that ends before its first chunk is a failed request.
      const answered = (await stream.result).status === 'error' ? [] : ['Plain.']
      expect([shown, ...checked]).toEqual([answered.join(''), ...answered])
    }
    await check(Infinity)
    const size = server.requests[0]!.sent
    for (let from = 0; from < size; from += 60)
      await Promise.all(Array.from({ length: Math.min(60, size - from) }, (_, index) => check(from + index)))
    expect([...asked.values()].filter((count) => count === 2).length).toBeGreaterThan(size / 3)
    await client.close()
  }, 90_000)
})

describe('a guardrail on a call', () => {
  const notB = (mode: 'blocking' | 'parallel', answer: { trip: string } | { reject: string }) =>
    guardrail({
      on: 'toolCall',
      name: 'not_b',
      mode,
      tools: ['write'],
      check: async ({ name, args }) => {
        await tick()
        return name === 'write' && (args as { id: string }).id === 'b' ? answer : undefined
      },
    })

  it.each(ways)('rejects it with a text for the model, and the run goes on: %o', async (way) => {
    const seen = await run([notB('blocking', { reject: 'Not b.' })], [bothCalls], way)
    expect(outputOf(seen.result)).toBe('Finished.')
    expect(seen.ran).toEqual(['a'])
    expect(seen.result.steps[0]!.calls.map(({ ok, reason, content }) => [ok, reason, content])).toEqual([
      [true, undefined, 'ran a'],
      [false, 'guardrail', 'Not b.'],
    ])
    expect(types(seen.facts).filter((type) => type === 'tool.start').length).toBe(1)
    expect(checkTranscript(seen.result.messages)).toBeUndefined()
  })

  it.each(ways)('trips before it starts; what its siblings have done stays: %o', async (way) => {
    const seen = await run([notB('blocking', { trip: 'Not b.' })], [bothCalls], way)
    expect(seen.result).toMatchObject({ status: 'tripped', guardrail: 'not_b', reason: 'Not b.' })
    expect(seen.ran).not.toContain('b')
    expect(checkTranscript(seen.result.messages)).toBeUndefined()
    expect(seen.requests.length).toBe(1)
  })

  it.each(ways)('that runs beside holds the result back until it has answered: %o', async (way) => {
    const fine = await run([notB('parallel', { reject: 'Not b.' })], [bothCalls], way)
    expect(fine.ran).toContain('b')
    expect(fine.result.steps[0]!.calls[1]).toMatchObject({ ok: false, reason: 'guardrail', content: 'Not b.' })
    const trip = await run([notB('parallel', { trip: 'Not b.' })], [bothCalls], way)
    expect(trip.result).toMatchObject({ status: 'tripped', guardrail: 'not_b' })
    expect(checkTranscript(trip.result.messages)).toBeUndefined()
  })

  it('comes before the question to a person, and again for edited arguments', async () => {
    const checked: unknown[] = []
    const one = guardrail({ on: 'toolCall', name: 'one', check: ({ args }) => void checked.push(args) })
    const log = memoryLog()
    const ask = calls([{ name: 'guarded', args: { id: 'a' }, id: 'c1' }])
    const model = scriptedModel((_request, index) => (index === 0 ? ask : text('Finished.')))
    const worker = agent({ name: 'w', model, tools, guardrails: [one] })
    expect((await worker.run('go', { log })).status).toBe('approval')
    expect(checked).toEqual([{ id: 'a' }])
    const facts = (): Fact[] => JSON.parse(JSON.stringify(log.facts)) as Fact[]
    const plain = await worker.run(undefined, { from: memoryLog(facts()), decisions: { c1: { approve: true } } })
    expect(outputOf(plain)).toBe('Finished.')
    expect(checked).toEqual([{ id: 'a' }])
    const edited = await worker.run(undefined, {
      from: memoryLog(facts()),
      decisions: { c1: { approve: true, arguments: { id: 'z' } } },
    })
    expect(outputOf(edited)).toBe('Finished.')
    expect(checked).toEqual([{ id: 'a' }, { id: 'z' }])
  })
})

describe('a guardrail on a result', () => {
  const redacting = guardrail({
    on: 'toolResult',
    name: 'redacting',
    check: ({ output, content, ok }) =>
      ok && content.includes('ran b') ? { replace: String(output).replace('b', '*') } : undefined,
  })

  it.each(ways)('replaces it, for the model and for readers: %o', async (way) => {
    const twice = guardrail({
      on: 'toolResult',
      name: 'twice',
      check: ({ output }) => (output === 'ran *' ? { replace: 'RAN *' } : undefined),
    })
    const seen = await run([redacting, twice], [bothCalls], way)
    expect(outputOf(seen.result)).toBe('Finished.')
    expect(seen.result.steps[0]!.calls.map(({ content }) => content)).toEqual(['ran a', 'RAN *'])
    expect(JSON.stringify([seen.events, seen.requests, seen.facts])).not.toContain('ran b')
    for (const event of seen.events)
      if (event.type === 'tool.done' && 'output' in event && event.callId === 'cb') expect(event.output).toBe('RAN *')
  })

  it.each(ways)('trips: the call has run, and nobody reads what it returned: %o', async (way) => {
    const no = guardrail({
      on: 'toolResult',
      name: 'no',
      check: ({ content }) => (content === 'ran b' ? { trip: 'No.' } : undefined),
    })
    const seen = await run([no], [bothCalls], way)
    expect(seen.result).toMatchObject({ status: 'tripped', guardrail: 'no' })
    expect(JSON.stringify([seen.events, seen.facts])).not.toContain('ran b')
    expect(JSON.stringify(seen.result.messages)).toContain('The result was withheld by the guardrail `no`.')
    expect(checkTranscript(seen.result.messages)).toBeUndefined()
  })

  it('drops details and parts with the result, and checks failures and results from outside', async () => {
    const rich = tool({ name: 'rich', execute: () => toolResult({ model: 'SECRET', details: 'SECRET' }) })
    const failing = tool({
      name: 'failing',
      execute: () => {
        throw new Error('SECRET')
      },
    })
    const outside = tool({ name: 'outside' })
    const hide = guardrail({
      on: 'toolResult',
      name: 'hide',
      check: ({ content }) => (content.includes('SECRET') ? { replace: 'hidden' } : undefined),
    })
    const log = memoryLog()
    const ask = calls(['rich', 'failing', 'outside'].map((name) => ({ name, id: name })))
    const model = scriptedModel((_request, index) => (index === 0 ? ask : text('Finished.')))
    const worker = agent({ name: 'w', model, tools: [rich, failing, outside], guardrails: [hide] })
    expect((await worker.run('go', { log })).status).toBe('approval')
    const result = await worker.run(undefined, { from: log, decisions: { outside: { result: 'SECRET' } } })
    expect(outputOf(result)).toBe('Finished.')
    expect(result.steps[0]!.calls.map(({ content }) => content)).toEqual(['hidden', 'hidden', 'hidden'])
    const kept = log.facts.filter(({ type }) => type !== 'approval.decision') // what the person wrote is the person's
    expect(JSON.stringify([kept, result.messages])).not.toContain('SECRET')
    await replay(log, worker)
  })
})

describe('a guardrail that fails', () => {
  const points = ['input', 'output', 'toolCall', 'toolResult'] as const
  const bad: readonly [string, (signal: AbortSignal) => unknown, RegExp][] = [
    [
      'throws',
      () => {
        throw new Error('no network')
      },
      /The guardrail `bad` threw: no network/,
    ],
    ['rejects', () => Promise.reject(new Error('no network')), /The guardrail `bad` threw: no network/],
    ['is late', () => new Promise(() => {}), /The guardrail `bad` did not answer within 20 ms\./],
    ['returns a flag', () => true, /The guardrail `bad` returned true; it must return nothing, \{ trip: reason \}/],
  ]
  it.each(points.flatMap((on) => bad.map(([title, check, words]) => [on, title, check, words] as const)))(
    'ends the run with an error that names it: on %s, it %s',
    async (on, _title, check, words) => {
      for (const watched of [false, true]) {
        const one = guardrail({
          on,
          name: 'bad',
          timeout: 20,
          check: ((_subject: unknown, { signal }: { signal: AbortSignal }) => check(signal)) as never,
        })
        const seen = await run([one], [bothCalls], { watched })
        expect(seen.result.status).toBe('error')
        const error = seen.result.status === 'error' ? seen.result.error : undefined
        expect(error).toBeInstanceOf(GuardrailError)
        expect(error).toMatchObject({ guardrail: 'bad', code: 'guardrail', message: expect.stringMatching(words) })
        expect(checkTranscript(seen.result.messages)).toBeUndefined()
        if (on === 'input') expect(seen.requests).toEqual([])
        if (on === 'output' || on === 'toolCall') expect(seen.ran).toEqual([])
      }
    },
  )

  it.each(points)('is aborted with the run: on %s', async (on) => {
    let heard = 0
    const clock = virtualClock()
    const { promise: isChecking, resolve } = Promise.withResolvers<void>()
    const stuck = guardrail({
      on,
      name: 'stuck',
      check: (_subject, { signal }) => {
        signal.addEventListener('abort', () => heard++)
        resolve()
        return new Promise(() => {})
      },
    })
    const worker = agent({ name: 'w', model: scriptedModel([bothCalls]), tools: [read], guardrails: [stuck] })
    const stream = worker.stream('go', { clock })
    const { result } = stream
    await isChecking
    stream.abort('enough')
    expect(await result).toMatchObject({ status: 'aborted', reason: 'enough' })
    expect(heard).toBe(1)
    expect(checkTranscript((await result).messages)).toBeUndefined()
  })
})

describe('a resumed run', () => {
  const every = (counts: Map<string, number>, trip?: string): AnyGuardrail[] => {
    const check = (name: string) => () => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
      return name === trip ? { trip: 'No.' } : undefined
    }
    return [
      guardrail({ on: 'input', name: 'in', check: check('in') }),
      guardrail({ on: 'input', name: 'in_beside', mode: 'parallel', check: check('in_beside') }),
      guardrail({ on: 'output', name: 'out_beside', mode: 'parallel', check: check('out_beside') }),
      guardrail({ on: 'output', name: 'out', check: check('out') }),
      guardrail({ on: 'toolCall', name: 'call', check: check('call') }),
      guardrail({ on: 'toolCall', name: 'call_beside', mode: 'parallel', check: check('call_beside') }),
      guardrail({ on: 'toolResult', name: 'result', check: check('result') }),
    ]
  }
  const pick = (names: readonly string[], all: AnyGuardrail[]): AnyGuardrail[] =>
    all.filter(({ name }) => names.includes(name))
  const sets = [
    ['in', 'in_beside', 'out_beside', 'call', 'call_beside', 'result'], // with early dispatch
    ['in', 'in_beside', 'out_beside', 'out', 'call', 'call_beside', 'result'],
  ]
  const workerOf = (guardrails: AnyGuardrail[]) =>
    agent({
      name: 'w',
      model: scriptedModel(({ messages }) =>
        messages.some(({ role }) => role === 'tool') ? text('Finished.') : bothCalls,
      ),
      tools,
      guardrails,
    })

  it.each(sets.map((names) => [names] as const))(
    'runs no guardrail again that passed, from any prefix: %o',
    async (names) => {
      const log = memoryLog()
      const counts = new Map<string, number>()
      const whole = await workerOf(pick(names, every(counts))).stream('go', { log, runId: 'r' }).result
      expect(outputOf(whole)).toBe('Finished.')
      await replay(log, workerOf(pick(names, every(new Map()))))
      for (let length = 1; length <= log.facts.length; length++)
        for (const watched of [false, true]) {
          const prefix = JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[]
          const again = new Map<string, number>()
          const worker = workerOf(pick(names, every(again)))
          const from = memoryLog(prefix)
          const options = { from, approver: () => ({ result: 'ran b' }) }
          const result = watched ? await worker.stream(undefined, options).result : await worker.run(undefined, options)
          expect(outputOf(result)).toBe('Finished.')
          if (verdicts(prefix).includes('input in pass')) expect(again.get('in') ?? 0).toBe(0)
          if (verdicts(prefix).includes('input in_beside pass')) expect(again.get('in_beside') ?? 0).toBe(0)
          const calledBefore = verdicts(prefix).filter((one) => one === 'toolCall call pass').length
          expect(again.get('call') ?? 0).toBeLessThanOrEqual(2 - Math.min(calledBefore, 2))
          const inputs = verdicts(from.facts).filter((one) => one.startsWith('input'))
          expect(inputs.length).toBe(2)
          await replay(JSON.parse(JSON.stringify(from.facts)) as Fact[], workerOf(pick(names, every(new Map()))))
        }
    },
  )

  it.each(['in', 'in_beside', 'out', 'out_beside', 'call', 'call_beside', 'result'])(
    'stays tripped, from any prefix in which %s has tripped',
    async (name) => {
      const log = memoryLog()
      const names = [...sets[name === 'out' ? 1 : 0]!]
      const whole = await workerOf(pick(names, every(new Map(), name))).run('go', { log, runId: 'r' })
      expect(whole).toMatchObject({ status: 'tripped', guardrail: name })
      await replay(log, workerOf(pick(names, every(new Map()))))
      const at = log.facts.findIndex((fact) => fact.type === 'guardrail.done' && fact.verdict === 'trip')
      for (let length = at + 1; length <= log.facts.length; length++) {
        const prefix = JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[]
        const worker = workerOf(pick(names, every(new Map())))
        const result = await worker.run('And now?', { from: memoryLog(prefix) })
        expect(result).toMatchObject({ status: 'tripped', guardrail: name, reason: 'No.' })
        expect(checkTranscript(result.messages)).toBeUndefined()
      }
    },
  )
})

describe('an agent inside another one', () => {
  it('trips for itself: the calling model reads why', async () => {
    const no = guardrail({ on: 'output', name: 'no', check: () => ({ trip: 'It is private.' }) })
    const inner = agent({ name: 'inner', model: scriptedModel(() => text('SECRET')), guardrails: [no] })
    const caller = agent({
      name: 'caller',
      model: scriptedModel([calls([{ name: 'ask', args: { input: 'x' }, id: 'c1' }]), text('Finished.')]),
      tools: [inner.asTool({ name: 'ask', description: 'The inner one.' })],
    })
    const log = memoryLog()
    const shown: RunEvent[] = []
    const stream = caller.stream('go', { log })
    for await (const event of stream) shown.push(event)
    const result = await stream.result
    expect(outputOf(result)).toBe('Finished.')
    expect(result.children[0]).toMatchObject({ status: 'tripped', usage: { unreported: 0 } })
    expect(result.steps[0]!.calls[0]).toMatchObject({
      ok: false,
      content: 'The agent `inner` was stopped by the guardrail `no`: It is private.',
    })
    expect(JSON.stringify(shown)).not.toContain('SECRET')
  })

  it('is aborted where a guardrail of the calling agent trips beside it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stuck = tool({ name: 'stuck', effects: 'none', execute: () => (resolve(), new Promise<string>(() => {})) })
    const inner = agent({ name: 'inner', model: scriptedModel([calls([{ name: 'stuck', id: 's1' }])]), tools: [stuck] })
    const beside = guardrail({
      on: 'toolCall',
      name: 'beside',
      mode: 'parallel',
      check: () => promise.then(() => ({ trip: 'No.' })),
    })
    const caller = agent({
      name: 'caller',
      model: scriptedModel([calls([{ name: 'ask', args: { input: 'x' }, id: 'c1' }])]),
      tools: [inner.asTool({ name: 'ask', description: 'The inner one.' })],
      guardrails: [beside],
    })
    const result = await caller.run('go')
    expect(result).toMatchObject({ status: 'tripped', guardrail: 'beside', children: [{ status: 'aborted' }] })
    expect(checkTranscript(result.messages)).toBeUndefined()
  })
})

describe('the options', () => {
  const check = (): void => {}
  it.each([
    [
      () => guardrail({ on: 'nowhere' as never, name: 'g', check }),
      /Guardrail `g`: `on` is "nowhere"; it must be "input" or/,
    ],
    [() => guardrail({ on: 'input', name: '', check }), /`name` is ""; it must be a text that is not empty/],
    [() => guardrail({ on: 'input', name: 'g' } as never), /Guardrail `g` needs `check`: a function/],
    [
      () => guardrail({ on: 'input', name: 'g', tools: ['a'] as never, check }),
      /`tools` is for guardrails on "toolCall"/,
    ],
    [() => guardrail({ on: 'toolResult', name: 'g', mode: 'parallel' as never, check }), /is always blocking/],
    [() => guardrail({ on: 'input', name: 'g', timeout: 0, check }), /`timeout` is 0/],
  ])('are checked by guardrail', (make, words) => {
    expect(make).toThrow(words)
  })

  const model = scriptedModel([])
  const one = guardrail({ on: 'input', name: 'g', check })
  it.each<[unknown, RegExp]>([
    [[{}], /Agent `a`: `guardrails` has \{\}; it must be an array of what `guardrail` returned/],
    [one, /`guardrails` is .*; it must be an array of guardrails/],
    [[one, one], /Agent `a` has two guardrails named `g`; rename one/],
    [
      [guardrail({ on: 'toolCall', name: 'g', tools: ['none'], check })],
      /names the tool "none", which the agent does not have. Its tools: read/,
    ],
  ])('are checked by agent: %o', (guardrails, words) => {
    expect(() => agent({ name: 'a', model, tools: [read], guardrails: guardrails as never })).toThrow(words)
  })

  it('are part of the fingerprint: other guardrails are a drift', async () => {
    const log = memoryLog()
    await agent({ name: 'a', model: scriptedModel([text('x', { finishReason: 'length' })]) }).run('go', { log })
    const stream = agent({ name: 'a', model, guardrails: [one] }).stream(undefined, { from: log })
    const seen: string[] = []
    for await (const event of stream) seen.push(event.type)
    expect(seen).toContain('resume.drift')
  })
})
