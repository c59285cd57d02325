// Events → parts of the UI message stream, judged by the AI SDK's own schema and reader.
import { agent, type AnyTool, isFact, memoryLog, type RunEvent } from '@toolloop/core'
import { gate, map, pipe, stage, type StageContext } from '@toolloop/pipeline'
import { customTool, tool } from '@toolloop/schema'
import { call, calls, chunks, fault, reply, type Reply, scriptedModel, text } from '@toolloop/testing'
import { isToolUIPart, type UIMessage } from 'ai'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { folded } from '../test/judge.ts'
import type { UiChunk } from './chunk.ts'
import { UiFold } from './ui-fold.ts'

const city = z.object({ city: z.string() })
const weather = tool({
  name: 'weather',
  parameters: city,
  effects: 'none',
  execute: ({ city: name }, { progress }) => {
    progress({ looking: name })
    return { city: name, degrees: 3 }
  },
})
const broken = tool({
  name: 'broken',
  parameters: z.object({}),
  execute: () => {
    throw new Error('connect ECONNREFUSED 10.0.0.3:5432')
  },
})
const refund = tool({
  name: 'refund',
  parameters: z.object({ order: z.number() }),
  needsApproval: true,
  execute: ({ order }) => `Refunded ${order}.`,
})
const external = tool({ name: 'locate', parameters: z.object({}) })
const note = customTool({ name: 'note', execute: (input) => `noted ${input}` })

const answer = 'It is cold in Oslo.'
interface Case {
  readonly script: Reply[]
  readonly tools?: AnyTool[]
  readonly options?: object
  /** The parts of the folded message; see `linesOf`. */
  readonly parts: string[]
  readonly status?: string
  readonly errors?: string[]
}

const hidden = 'The stream failed on the server.'
const cases: Record<string, Case> = {
  text: { script: [text(answer)], parts: ['step', `text ${answer}`] },
  'reasoning and text': {
    script: [reply({ reasoning: 'Think hard.', content: answer })],
    parts: ['step', 'reasoning Think hard.', `text ${answer}`],
  },
  'text, reasoning and two calls in one step': {
    script: [
      reply({
        reasoning: 'Two cities.',
        content: 'Let me look.',
        toolCalls: [
          { name: 'weather', args: { city: 'Oslo' } },
          { name: 'weather', args: { city: 'Rome' } },
        ],
      }),
      text(answer),
    ],
    tools: [weather],
    parts: [
      'step',
      'reasoning Two cities.',
      'text Let me look.',
      'weather {"city":"Oslo"} → {"city":"Oslo","degrees":3}',
      'weather {"city":"Rome"} → {"city":"Rome","degrees":3}',
      'step',
      `text ${answer}`,
    ],
  },
  'a custom tool': {
    script: [calls([{ name: 'note', input: 'milk' }]), text('Done.')],
    tools: [note],
    parts: ['step', 'note "milk" → "noted milk"', 'step', 'text Done.'],
  },
  'a tool that throws, whose words stay on the server': {
    script: [call('broken', {}), text('Sorry.')],
    tools: [broken],
    parts: ['step', `broken {} failed: ${hidden}`, 'step', 'text Sorry.'],
  },
  'an unknown tool': {
    script: [call('sing', {}), text('Sorry.')],
    parts: ['step', 'sing {} failed: There is no tool "sing". No tools are available.', 'step', 'text Sorry.'],
  },
  'arguments that are not JSON': {
    script: [call('weather', '{"city": Oslo'), text('Sorry.')],
    tools: [weather],
    parts: [
      'step',
      expect.stringMatching(/^weather "\{.*failed: Invalid arguments.*not valid JSON/s) as string,
      'step',
      'text Sorry.',
    ],
  },
  'arguments that do not fit': {
    script: [call('weather', { town: 1 }), text('Sorry.')],
    tools: [weather],
    parts: [
      'step',
      expect.stringMatching(/^weather \{"town":1\} failed: Invalid arguments/) as string,
      'step',
      'text Sorry.',
    ],
  },
  'a refusal': { script: [reply({ refusal: 'I cannot.' })], parts: ['step', 'text I cannot.'], status: 'refused' },
  'a truncated answer': {
    script: [reply({ content: 'It is', finishReason: 'length' })],
    parts: ['step', 'text It is'],
    status: 'truncated',
  },
  'a call that a token limit cuts off beside a complete one': {
    script: [
      reply({
        toolCalls: [
          { name: 'weather', args: { city: 'Oslo' } },
          { name: 'weather', args: '{"city":"Ro' },
        ],
        finishReason: 'length',
      }),
      text(answer),
    ],
    tools: [weather],
    parts: [
      'step',
      'weather {"city":"Oslo"} → {"city":"Oslo","degrees":3}',
      expect.stringMatching(/^weather "\{.*failed: Not run: a token limit/) as string,
      'step',
      `text ${answer}`,
    ],
  },
  'a filtered answer': {
    script: [reply({ content: 'It is', finishReason: 'content_filter' })],
    parts: ['step', 'text It is'],
    status: 'filtered',
  },
  'a stream that breaks and is retried': {
    script: [fault.cutAt(text(answer), 700), text(answer)],
    parts: ['step', `text ${answer}`],
  },
  'a stream that breaks in the second call: what was not complete is gone': {
    script: [
      fault.cutAt(
        calls([
          { name: 'weather', args: { city: 'Oslo' } },
          { name: 'weather', args: { city: 'Rome, the capital of Italy' } },
        ]),
        1900,
      ),
      text(answer),
    ],
    tools: [weather],
    parts: ['step', 'weather {"city":"Oslo"} → {"city":"Oslo","degrees":3}', 'step', `text ${answer}`],
  },
  'an empty answer': { script: [text(''), text(answer)], parts: ['step', `text ${answer}`] },
  'a request for approval': {
    script: [call('refund', { order: 7 })],
    tools: [refund],
    parts: ['step', expect.stringMatching(/^refund \{"order":7\} asks 0\/call_1_1#[\da-f]{16}$/) as string],
    status: 'approval',
  },
  'a call that the front end executes': {
    script: [call('locate', {})],
    tools: [external],
    parts: ['step', 'locate {}'],
    status: 'approval',
  },
  'an error of the server': {
    script: [fault.error(text(answer), 2)],
    options: { stepRetries: 0 },
    parts: ['step', expect.stringMatching(/^text It is/) as string],
    status: 'error',
    errors: [hidden],
  },
  'a limit of steps': {
    script: [call('weather', { city: 'Oslo' })],
    tools: [weather],
    options: { maxSteps: 1 },
    parts: ['step', 'weather {"city":"Oslo"} → {"city":"Oslo","degrees":3}'],
    status: 'limit',
  },
  'a typed answer as a call': {
    script: [call('final_answer', { mood: 'fine' })],
    options: { output: { schema: z.object({ mood: z.string() }), mode: 'tool' } },
    parts: ['step', 'text {"mood":"fine"}'],
  },
  'cited pages and images': {
    script: [
      chunks([
        delta({ content: 'See there.' }),
        delta({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example/', title: 'A' } }] }),
        delta({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }),
        delta({}, 'stop'),
      ]),
    ],
    parts: ['step', 'text See there.', 'source https://a.example/ A', 'file image/png data:image/png;base64,AAAA'],
  },
  'reasoning between two texts': {
    script: [
      chunks([
        delta({ content: 'It is ' }),
        delta({ reasoning_content: 'Cold?' }),
        delta({ content: 'cold.' }),
        delta({}, 'stop'),
      ]),
    ],
    parts: ['step', 'reasoning Cold?', 'text It is cold.'],
  },
}

function delta(body: object, finish_reason: string | null = null): object {
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: body, finish_reason }],
  }
}

/** A message's parts, a line each. */
function linesOf(message: UIMessage | undefined): string[] {
  return (message?.parts ?? []).map((part) => {
    if (part.type === 'step-start') return 'step'
    if (part.type === 'text' || part.type === 'reasoning')
      return `${part.type} ${part.text}${part.state === 'done' ? '' : ` (${part.state})`}`
    if (part.type === 'source-url') return `source ${part.url} ${part.title}`
    if (part.type === 'file') return `file ${part.mediaType} ${part.url}`
    if (!isToolUIPart(part)) return JSON.stringify(part)
    const name = `${part.type.replace(/^tool-/, '')} ${JSON.stringify(part.input)}`
    switch (part.state) {
      case 'output-available':
        return `${name} → ${JSON.stringify(part.output)}`
      case 'output-error':
        return `${name} failed: ${part.errorText}`
      case 'approval-requested':
        return `${name} asks ${part.approval.id}`
      case 'input-available':
        return name
      default:
        return `${name} ${part.state}`
    }
  })
}

async function eventsOf(stream: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

const partsOf = (events: readonly RunEvent[]): UiChunk[] => new UiFold().push(events)

describe('the parts of a run', () => {
  it.each(Object.entries(cases))(
    'pass the schema and fold to the message, live and from the log: %s',
    async (_, one) => {
      const { script, tools = [], options = {}, parts, status = 'done', errors = [] } = one
      const runner = agent({ name: 'a', model: scriptedModel(script), tools, ...options })
      const events = await eventsOf(runner.stream('Weather?', { runId: 'run-1' }))
      const live = await folded(partsOf(events))
      expect(linesOf(live.message)).toEqual(parts)
      expect(live.message).toMatchObject({ id: 'run-1', metadata: { agent: 'a', run: 'run-1', status } })
      expect(live.errors).toEqual(errors)
      expect(await folded(partsOf(events.filter(isFact)))).toEqual(live)
    },
  )

  it('show the result of an early call before the next call is complete', async () => {
    const runner = agent({
      name: 'a',
      model: scriptedModel(
        [
          calls([
            { name: 'weather', args: { city: 'Oslo' } },
            { name: 'weather', args: { city: 'Rome, and all that is around it' } },
          ]),
          text(answer),
        ],
        { deltaSize: 4 },
      ),
      tools: [weather],
    })
    const parts = partsOf(await eventsOf(runner.stream('Weather?')))
    const at = (type: string, callId: string) =>
      parts.findIndex((part) => part.type === type && 'toolCallId' in part && part.toolCallId === callId)
    expect(at('tool-output-available', 'call_1_1')).toBeGreaterThan(0)
    expect(at('tool-output-available', 'call_1_1')).toBeLessThan(at('tool-input-available', 'call_1_2'))
  })

  it('go on in the same message after a decision', async () => {
    const log = memoryLog()
    const runner = agent({
      name: 'a',
      model: scriptedModel([call('refund', { order: 7 }), text('Done.')]),
      tools: [refund],
    })
    const asked = await folded(partsOf(await eventsOf(runner.stream('Refund 7', { log, runId: 'run-1' }))))
    const id = asked.message?.parts.find(isToolUIPart)?.approval?.id ?? ''
    const fold = new UiFold()
    fold.push(log.facts)
    const parts = fold.push(
      await eventsOf(runner.stream(undefined, { from: log, decisions: { [id]: { approve: true } } })),
    )
    const { message } = await folded(parts, asked.message)
    expect(linesOf(message)).toEqual(['step', 'refund {"order":7} → "Refunded 7."', 'step', 'text Done.'])
    expect(await folded(partsOf(log.facts))).toEqual({ message, errors: [] })
  })

  it('show a declined call as denied', async () => {
    const runner = agent({
      name: 'a',
      model: scriptedModel([call('refund', { order: 7 }), text('As you wish.')]),
      tools: [refund],
    })
    const approver = () => ({ approve: false, reason: 'Too much.' }) as const
    const { message } = await folded(partsOf(await eventsOf(runner.stream('Refund 7', { approver }))))
    expect(linesOf(message)).toEqual(['step', 'refund {"order":7} output-denied', 'step', 'text As you wish.'])
  })

  it('show an agent inside as data, and its requests as calls', async () => {
    const clerk = agent({
      name: 'clerk',
      model: scriptedModel([call('refund', { order: 7 }), text('Paid.')]),
      tools: [refund],
    })
    const model = scriptedModel([call('ask_clerk', { input: 'Pay 7' }), text('Done.')])
    const runner = agent({ name: 'a', model, tools: [clerk.asTool({ name: 'ask_clerk', description: 'Pays.' })] })
    const log = memoryLog()
    const first = await folded(partsOf(await eventsOf(runner.stream('Refund 7', { log, runId: 'run-1' }))))
    const request = first.message?.parts.filter(isToolUIPart).find(({ approval }) => approval)
    expect(request).toMatchObject({
      type: 'tool-refund',
      state: 'approval-requested',
      toolCallId: '0:call_1_1/call_1_1',
    })
    const decisions = { [request?.approval?.id ?? '']: { approve: true } } as const
    await runner.run(undefined, { from: log, decisions })
    const { message } = await folded(partsOf(log.facts))
    expect(message?.parts.map((part) => ('data' in part ? part : linesOf({ ...message, parts: [part] })[0]))).toEqual([
      'step',
      'ask_clerk {"input":"Pay 7"} → "Paid."',
      {
        type: 'data-agent',
        id: '0:call_1_1',
        data: { path: '0:call_1_1', agent: 'clerk', status: 'done', text: 'Paid.' },
      },
      'refund {"order":7} → "Refunded 7."',
      'step',
      'text Done.',
    ])
  })

  it('show the stages of a pipeline as data, its progress in passing, its output as text', async () => {
    const line = pipe(
      map(
        stage((value: number) => value * 2, { name: 'twice' }),
        { concurrency: 2 },
      ),
      stage(
        (values: readonly number[], { progress }: StageContext) => {
          progress('adding')
          return values.reduce((a, b) => a + b, 0)
        },
        { name: 'sum' },
      ),
    )
    const events = await eventsOf(line.stream([1, 2, 3]))
    const parts = partsOf(events)
    const { message } = await folded(parts)
    expect(linesOf(message).at(-1)).toBe('text 12')
    expect(message?.parts.filter((part) => part.type === 'data-stage')).toMatchObject([
      { data: { stage: 'sum', status: 'done' } },
    ])
    expect(parts.filter((part) => part.type === 'data-progress').every((part) => 'transient' in part)).toBe(true)
    expect(await folded(partsOf(events.filter(isFact)))).toEqual({ message, errors: [] })
  })

  it('show a gate of a pipeline as a call that waits', async () => {
    const line = pipe(gate(stage((value: number) => value + 1, { name: 'pay' })))
    const log = memoryLog()
    const first = await folded(partsOf(await eventsOf(line.stream(1, { log }))))
    const request = first.message?.parts.find(isToolUIPart)
    expect(request).toMatchObject({ type: 'tool-pay', input: 1, state: 'approval-requested' })
    await line.run(1, { log, decisions: { [request?.approval?.id ?? '']: { approve: false } } })
    const { message } = await folded(partsOf(log.facts))
    expect(message?.parts.find(isToolUIPart)).toMatchObject({ state: 'output-denied' })
  })

  it('show a handoff as data, and go on with the other agent', async () => {
    const refunds = agent({ name: 'refunds', model: scriptedModel([text('Refunded.')]) })
    const model = scriptedModel((request) =>
      call(request.tools?.[0]?.type === 'function' ? request.tools[0].function.name : '', {}),
    )
    const triage = agent({ name: 'triage', model, handoffs: [refunds] })
    const events = await eventsOf(triage.stream('Refund 7'))
    const { message, errors } = await folded(partsOf(events))
    expect(message?.parts).toContainEqual({
      type: 'data-handoff',
      id: 'call_1_1',
      data: { from: 'triage', agent: 'refunds' },
    })
    expect([linesOf(message).at(-1), errors]).toEqual(['text Refunded.', []])
    expect(await folded(partsOf(events.filter(isFact)))).toEqual({ message, errors: [] })
  })

  it('show progress of a tool in passing', async () => {
    const runner = agent({
      name: 'a',
      model: scriptedModel([call('weather', { city: 'Oslo' }), text(answer)]),
      tools: [weather],
    })
    const parts = partsOf(await eventsOf(runner.stream('Weather?')))
    expect(parts.filter((part) => part.type === 'data-progress')).toEqual([
      { type: 'data-progress', id: 'call_1_1', data: { name: 'weather', data: { looking: 'Oslo' } }, transient: true },
    ])
  })

  it('show a message that was sent while the run went on', async () => {
    const runner = agent({ name: 'a', model: scriptedModel([text('Hello.'), text('Also that.')]) })
    const stream = runner.stream('Hi')
    const sent = stream.followUp('And that?')
    const events = await eventsOf(stream)
    await sent
    const { message } = await folded(partsOf(events))
    expect(message?.parts.find((part) => part.type === 'steering-message')).toMatchObject({
      parts: [{ type: 'text', text: 'And that?' }],
    })
  })

  it('end with `abort` when the run is aborted', async () => {
    const runner = agent({ name: 'a', model: scriptedModel([fault.stall(text(answer), 700)]) })
    const stream = runner.stream('Hi')
    const events: RunEvent[] = []
    for await (const event of stream) {
      events.push(event)
      if (event.type === 'content.delta') stream.abort('enough')
    }
    const parts = partsOf(events)
    expect(parts.at(-1)).toEqual({ type: 'abort' })
    const { message } = await folded(parts)
    expect(message).toMatchObject({ metadata: { status: 'aborted' } })
    expect(await folded(partsOf(events.filter(isFact)))).toEqual({ message, errors: [] })
  })

  it('send what your functions return', async () => {
    const runner = agent({ name: 'a', model: scriptedModel([call('broken', {}), text(answer)]), tools: [broken] })
    const fold = new UiFold({
      messageId: 'mine',
      formatError: (error) => ({ message: `Sorry (${(error as Error).message.length})` }),
      metadata: (event, usage) => ({ [event.type]: usage.totalTokens > 0 }),
    })
    const { message } = await folded(fold.push(await eventsOf(runner.stream('Hi'))))
    expect(message).toMatchObject({ id: 'mine', metadata: { 'run.start': false, 'run.done': true } })
    expect(linesOf(message)[1]).toMatch(/^broken \{\} failed: Sorry \(\d+\)$/)
  })
})
