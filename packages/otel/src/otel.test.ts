import { SpanStatusCode } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { agent, type Fact, fork, handoff, memoryLog, type RunEvent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, calls, failure, reply, scriptedModel, text, toolResults, virtualClock } from '@toolloop/testing'
import type { ChatModel, Chunk } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { traced, traceLog, type TraceOptions } from './index.ts'

const look = tool({
  name: 'look',
  parameters: z.object({ city: z.string() }),
  effects: 'none',
  execute: ({ city }) => (city === 'Nowhere' ? Promise.reject(new Error('no such city')) : `${city} is fine`),
})
const pay = tool({ name: 'pay', parameters: z.object({ sum: z.number() }), needsApproval: true, execute: () => 'paid' })

const worker = agent({
  name: 'worker',
  model: scriptedModel((request) =>
    toolResults(request).length > 0
      ? text('Done.')
      : calls([
          { name: 'look', args: { city: 'Oslo' }, id: 'l1' },
          { name: 'pay', args: { sum: 7 }, id: 'p1' },
        ]),
  ),
  tools: [look, pay],
  earlyDispatch: false, // spans end in the order of the conversation
})

function exporter() {
  const spans = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  return { spans, tracer: provider.getTracer('test') }
}

const plain = ({ name, attributes, status, parentSpanContext, links }: ReadableSpan) => ({
  name,
  attributes,
  code: status.code,
  parent: parentSpanContext?.spanId,
  links: links.map((link) => link.context.spanId),
})

async function spansOf(facts: readonly Fact[], options: TraceOptions = {}) {
  const { spans, tracer } = exporter()
  await traceLog(facts, { tracer, ...options })
  return spans.getFinishedSpans()
}

/** The spans as an indented tree, in the order of their starts. */
function treeOf(spans: readonly ReadableSpan[]): string[] {
  const depth = (span: ReadableSpan): number => {
    const parent = spans.find((one) => one.spanContext().spanId === span.parentSpanContext?.spanId)
    return parent ? depth(parent) + 1 : 0
  }
  const start = (span: ReadableSpan): number => span.startTime[0] * 1e9 + span.startTime[1]
  return spans
    .map((span, at) => ({ span, at }))
    .toSorted((a, b) => start(a.span) - start(b.span) || depth(a.span) - depth(b.span) || a.at - b.at)
    .map(({ span }) => {
      const error = span.attributes['error.type']
      return `${'  '.repeat(depth(span))}${span.name}${typeof error === 'string' ? ` ! ${error}` : ''}`
    })
}

async function factsOf(events: AsyncIterable<{ readonly type: string }>): Promise<Fact[]> {
  const facts: Fact[] = []
  for await (const event of events) if ('seq' in event) facts.push(event as Fact)
  return facts
}

describe('the spans of a run', () => {
  it('have the names, attributes and parents of the conventions', async () => {
    const log = memoryLog()
    const model = scriptedModel([call('look', { city: 'Oslo' }, { id: 'l1' }), text('Fine.')])
    await worker.with({ model }).run('How is Oslo?', { log, runId: 'r', clock: virtualClock(1_000) })
    const server = { address: 'api.example', port: 443 }
    const spans = await spansOf(log.facts, { server, attributes: ({ operation }) => ({ operation }) })
    expect(treeOf(spans)).toEqual(['invoke_agent worker', '  chat scripted', '  execute_tool look', '  chat scripted'])
    const root = spans.at(-1)!
    const common = { 'gen_ai.conversation.id': 'r', 'gen_ai.provider.name': 'openai' }
    const chat = { ...common, operation: 'chat', 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'scripted' }
    const at = { 'server.address': 'api.example', 'server.port': 443 }
    const parent = root.spanContext().spanId
    expect(spans.map(plain)).toEqual([
      {
        name: 'chat scripted',
        attributes: expect.objectContaining({
          ...chat,
          ...at,
          'toolloop.step': 0,
          'gen_ai.response.finish_reasons': ['tool_calls'],
          'gen_ai.usage.input_tokens': expect.any(Number),
          'gen_ai.usage.output_tokens': expect.any(Number),
        }),
        code: SpanStatusCode.UNSET,
        parent,
        links: [],
      },
      {
        name: 'execute_tool look',
        attributes: {
          operation: 'execute_tool',
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.conversation.id': 'r',
          'gen_ai.tool.name': 'look',
          'gen_ai.tool.call.id': 'l1',
          'gen_ai.tool.type': 'function',
          'toolloop.step': 0,
        },
        code: SpanStatusCode.UNSET,
        parent,
        links: [],
      },
      expect.objectContaining({ name: 'chat scripted', parent }),
      {
        name: 'invoke_agent worker',
        attributes: {
          ...common,
          operation: 'invoke_agent',
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'worker',
          'toolloop.status': 'done',
        },
        code: SpanStatusCode.UNSET,
        parent: undefined,
        links: [],
      },
    ])
    expect(JSON.stringify(spans.map(plain))).not.toMatch(/Oslo|Fine/)
  })

  it('are the same from a live stream as from its log, but for the first chunk', async () => {
    const { spans, tracer } = exporter()
    const clock = virtualClock(1_000)
    const model = scriptedModel([call('look', { city: 'Oslo' }), text('Fine.')], { deltaSize: 2 })
    const facts = await factsOf(traced(worker.with({ model }).stream('go', { clock }), { tracer, clock }))
    const live = spans.getFinishedSpans()
    const first = ['gen_ai.response.time_to_first_chunk', 'gen_ai.request.stream']
    const shown = (all: readonly ReadableSpan[]) =>
      all.map(({ name, attributes, startTime, endTime }) => ({
        name,
        startTime,
        endTime,
        attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !first.includes(key))),
      }))
    expect(shown(live)).toEqual(shown(await spansOf(facts)))
    expect(live.filter(({ name }) => name === 'chat scripted').map(({ attributes }) => attributes[first[0]!])).toEqual([
      0, 0,
    ])
  })

  it('hold content in the conventions’ form, only when asked for', async () => {
    const log = memoryLog()
    const model = scriptedModel([call('look', { city: 'Oslo' }, { id: 'l1' }), text('Fine.')])
    await worker.with({ model }).run('How is Oslo?', { log })
    const spans = await spansOf(log.facts, { content: true })
    const value = (at: number, key: string): unknown => JSON.parse(String(spans[at]?.attributes[key]))
    const user = { role: 'user', parts: [{ type: 'text', content: 'How is Oslo?' }] }
    const asked = {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'l1', name: 'look', arguments: { city: 'Oslo' } }],
    }
    const answered = { role: 'tool', parts: [{ type: 'tool_call_response', id: 'l1', response: 'Oslo is fine' }] }
    expect(value(0, 'gen_ai.input.messages')).toEqual([user])
    expect(value(0, 'gen_ai.output.messages')).toEqual([{ ...asked, finish_reason: 'tool_calls' }])
    expect(value(1, 'gen_ai.tool.call.arguments')).toEqual({ city: 'Oslo' })
    expect(spans[1]?.attributes['gen_ai.tool.call.result']).toBe('Oslo is fine')
    expect(value(2, 'gen_ai.input.messages')).toEqual([user, asked, answered])
    expect(value(3, 'gen_ai.output.messages')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'Fine.' }] },
    ])
  })

  it('name cached, written and reasoning tokens, the written ones by both names', async () => {
    const log = memoryLog()
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 3,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 1 },
    }
    await worker.with({ model: scriptedModel([reply({ content: 'Hi.', usage })]) }).run('go', { log })
    expect((await spansOf(log.facts))[0]?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 3,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.cache_write.input_tokens': 2,
      'gen_ai.usage.cache_creation.input_tokens': 2,
      'gen_ai.usage.reasoning.output_tokens': 1,
    })
  })

  it('mark a tool that failed', async () => {
    const log = memoryLog()
    const model = scriptedModel([call('look', { city: 'Nowhere' }), text('None.')])
    await worker.with({ model }).run('go', { log })
    expect(treeOf(await spansOf(log.facts))).toContain('  execute_tool look ! failed')
  })
})

describe('the spans of a run that does not go straight through', () => {
  it('end as aborted', async () => {
    const log = memoryLog()
    const stuck = tool({ name: 'stuck', execute: () => new Promise<string>(() => {}) })
    const model = scriptedModel([call('stuck', {})])
    const stream = agent({ name: 'waiting', model, tools: [stuck] }).stream('go', { log })
    for await (const event of stream as AsyncIterable<RunEvent>) if (event.type === 'tool.start') stream.abort('enough')
    expect(treeOf(await spansOf(log.facts))).toEqual([
      'invoke_agent waiting ! aborted',
      '  chat scripted',
      '  execute_tool stuck ! aborted',
    ])
  })

  it('link a resumed part to the part before it, also in another process', async () => {
    const log = memoryLog()
    const before = exporter()
    const after = exporter()
    await factsOf(traced(worker.stream('go', { log }), { tracer: before.tracer }))
    const first = before.spans.getFinishedSpans().at(-1)!
    expect(first.attributes['toolloop.status']).toBe('approval')
    const past = [...log.facts]
    const resumed = worker.stream(undefined, { from: log, decisions: { p1: { approve: true } } })
    const links = [{ context: first.spanContext() }]
    await factsOf(traced(resumed, { tracer: after.tracer, links, past, content: true }))
    const second = after.spans.getFinishedSpans()
    expect(treeOf(second)).toEqual(['invoke_agent worker', '  execute_tool pay', '  chat scripted'])
    expect(plain(second.at(-1)!).links).toEqual([first.spanContext().spanId])
    expect(JSON.parse(String(second[1]?.attributes['gen_ai.input.messages']))).toHaveLength(4)

    const whole = await spansOf(log.facts)
    const [one, two] = whole.filter(({ name }) => name.startsWith('invoke_agent'))
    expect(plain(two!).links).toEqual([one!.spanContext().spanId])
    expect(whole).toHaveLength(before.spans.getFinishedSpans().length + second.length)
  })

  it('end as interrupted where the process died, at every fact of the log', async () => {
    const log = memoryLog()
    await worker.run('go', { log })
    await worker.run(undefined, { from: log, decisions: { p1: { approve: true } } })
    for (let length = 1; length < log.facts.length; length++) {
      const facts = log.facts.slice(0, length)
      const { spans, tracer } = exporter()
      let started = 0
      const startSpan: typeof tracer.startSpan = (...args) => {
        started++
        return tracer.startSpan(...args)
      }
      await traceLog(facts, { tracer: { startSpan, startActiveSpan: tracer.startActiveSpan.bind(tracer) } })
      expect(spans.getFinishedSpans()).toHaveLength(started)
      const ended = facts.at(-1)?.type === 'run.pause'
      expect(spans.getFinishedSpans().at(-1)?.attributes['toolloop.status']).toBe(ended ? 'approval' : 'interrupted')
    }
  })

  it('say why a stream was cut, and show a call that started before', async () => {
    const chunk = (delta: object, finish_reason: string | null = null) =>
      ({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [{ index: 0, delta, finish_reason }],
      }) as Chunk
    const toolCalls = [
      { index: 0, id: 'l1', type: 'function', function: { name: 'look', arguments: '{"city":"Oslo"}' } },
    ]
    let requests = 0
    const model: ChatModel = {
      name: 'cutting',
      async *stream() {
        if (requests++ > 0) return yield chunk({ content: 'Fine.' }, 'stop')
        yield chunk({ tool_calls: toolCalls })
        yield chunk({ content: 'I ' })
        throw new Error('broken pipe')
      },
    }
    const log = memoryLog()
    await agent({ name: 'early', model, tools: [look] }).run('go', { log })
    const spans = await spansOf(log.facts)
    expect(treeOf(spans)).toEqual([
      'invoke_agent early',
      '  chat cutting ! Error',
      '  execute_tool look',
      '  chat cutting',
    ])
    expect(spans.find(({ attributes }) => attributes['error.type'] === 'Error')).toMatchObject({
      status: { message: 'broken pipe' },
      attributes: { 'toolloop.cut': 'connection' },
    })
  })

  it('leave out what a fork copied', async () => {
    const log = memoryLog()
    await worker.run('go', { log })
    await worker.run(undefined, { from: log, decisions: { p1: { approve: true } } })
    const forked = await fork(log, { before: 1 })
    expect(await spansOf(forked.facts)).toEqual([])
    await worker.run(undefined, { from: forked })
    const spans = await spansOf(forked.facts, { content: true })
    expect(treeOf(spans)).toEqual(['invoke_agent worker', '  chat scripted'])
    expect(JSON.parse(String(spans[0]?.attributes['gen_ai.input.messages']))).toHaveLength(4)
  })

  it('carry the error that ended the run', async () => {
    const log = memoryLog()
    const model = scriptedModel([failure(401, { error: { message: 'Bad key.', code: 'invalid_api_key' } })])
    await worker.with({ model }).run('go', { log })
    const spans = await spansOf(log.facts)
    expect(treeOf(spans).every((line) => line.includes('!'))).toBe(true)
    expect(spans.at(-1)?.status.code).toBe(SpanStatusCode.ERROR)
  })
})

describe('the spans of a tree', () => {
  const inner = agent({
    name: 'researcher',
    model: scriptedModel((request) =>
      toolResults(request).length > 0 ? text('Fine.') : call('look', { city: 'Oslo' }, { id: 'l1' }),
    ),
    tools: [look],
  })
  const ids = ['c1', 'c10', 'a/b']
  const lead = agent({
    name: 'lead',
    model: scriptedModel((request) =>
      toolResults(request).length > 0
        ? text('Done.')
        : calls(ids.map((id) => ({ name: 'research', args: { input: id }, id }))),
    ),
    tools: [inner.asTool({ name: 'research', description: 'Finds facts.' })],
  })

  it('begin under the call that runs the agent, whatever its id, live and from the log', async () => {
    const { spans, tracer } = exporter()
    const log = memoryLog()
    await factsOf(traced(lead.stream('go', { log }), { tracer }))
    for (const all of [spans.getFinishedSpans(), await spansOf(log.facts)]) {
      const byId = new Map(all.map((span) => [span.spanContext().spanId, span]))
      const parentOf = (span: ReadableSpan) => byId.get(span.parentSpanContext?.spanId ?? '')
      const inside = all.filter(({ name }) => name === 'invoke_agent researcher')
      expect(
        inside.map((span) => [span.attributes['toolloop.path'], parentOf(span)?.attributes['gen_ai.tool.call.id']]),
      ).toEqual(
        expect.arrayContaining([
          ['0:c1', 'c1'],
          ['0:c10', 'c10'],
          ['0:a%2Fb', 'a/b'],
        ]),
      )
      const calledIn = all.filter(({ name }) => name === 'execute_tool look').map((span) => parentOf(span)?.name)
      expect(calledIn).toEqual(ids.map(() => 'invoke_agent researcher'))
      expect(treeOf(all).filter((line) => !line.includes('chat'))).toHaveLength(1 + 3 * ids.length)
    }
  })

  it('end with the level around them, and no other, where the process died', async () => {
    const log = memoryLog()
    await lead.run('go', { log })
    const done = log.facts.findIndex(({ type, path }) => type === 'run.done' && path === '0:c1')
    const all = await spansOf(log.facts.slice(0, done + 1))
    const status = (path: string) => all.find(({ attributes }) => attributes['toolloop.path'] === path)?.attributes
    expect(status('0:c1')?.['toolloop.status']).toBe('done')
    expect(status('0:c10')?.['toolloop.status']).toBe('interrupted')
  })

  it('are one after another, linked, for the agents that a run is handed over to', async () => {
    const billing = agent({ name: 'billing', model: scriptedModel([text('Paid.')]) })
    const triage = agent({
      name: 'triage',
      model: scriptedModel(({ tools }) => call((tools![0] as { function: { name: string } }).function.name, {})),
      handoffs: [billing],
    })
    const log = memoryLog()
    await triage.run('go', { log })
    const all = await spansOf(log.facts, { content: true })
    const [first, second] = all.filter(({ name }) => name.startsWith('invoke_agent'))
    expect([first, second].map((span) => [span?.name, span?.attributes['toolloop.status']])).toEqual([
      ['invoke_agent triage', 'handoff'],
      ['invoke_agent billing', 'done'],
    ])
    expect(plain(second!).links).toEqual([first!.spanContext().spanId])
    expect(all.filter(({ name }) => name.startsWith('chat')).map((span) => plain(span).parent)).toEqual(
      [first, second].map((span) => span?.spanContext().spanId),
    )
    expect(all.some(({ attributes }) => 'error.type' in attributes)).toBe(false)
  })

  it('skip facts of an unknown type', async () => {
    const log = memoryLog()
    await lead.run('go', { log })
    const odd = { ...log.facts.at(-2), type: 'weather.report' } as unknown as Fact
    expect(treeOf(await spansOf([...log.facts.slice(0, -1), odd, log.facts.at(-1)!]))).toEqual(
      treeOf(await spansOf(log.facts)),
    )
  })
})

it('records the metrics of the conventions', async () => {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  const log = memoryLog()
  const model = scriptedModel([call('look', { city: 'Oslo' }), text('Fine.')])
  await worker.with({ model }).run('go', { log })
  await traceLog(log, { meter: provider.getMeter('test') })
  await provider.forceFlush()
  const counts = exported
    .getMetrics()
    .flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) =>
        metrics.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.reduce((sum, point) => sum + (point.value as { readonly count: number }).count, 0),
        ]),
      ),
    )
  await provider.shutdown()
  expect(Object.fromEntries(counts)).toEqual({
    'gen_ai.client.inference.duration': 2,
    'gen_ai.client.inference.usage.input_tokens': 2,
    'gen_ai.client.inference.usage.output_tokens': 2,
    'gen_ai.execute_tool.duration': 1,
    'gen_ai.invoke_agent.duration': 1,
    'gen_ai.invoke_agent.inference_calls': 1,
    'gen_ai.invoke_agent.tool_calls': 1,
  })
})

it.each([
  [{ tracer: 'jaeger' }, /`tracer` is "jaeger"; it must be a tracer/],
  [{ contents: true }, /has no option `contents`/],
])('rejects the options %j', async (options, message) => {
  await expect(traceLog([], options as never)).rejects.toThrow(message)
})

describe('a handoff', () => {
  it('changes whom the requests name, and they hold what its filter chose', async () => {
    const billing = agent({ name: 'billing', model: scriptedModel([text('Billed.')]) })
    const triage = agent({
      name: 'triage',
      model: scriptedModel([call('transfer_to_billing')]),
      handoffs: [handoff(billing, { filter: (messages) => messages.slice(0, 1) })],
    })
    const log = memoryLog()
    await triage.run('Go.', { log })
    const spans = await spansOf(log.facts, { content: true })
    const chats = spans.filter(({ name }) => name.startsWith('chat'))
    expect(chats.map(({ attributes }) => attributes['gen_ai.agent.name'])).toEqual(['triage', 'billing'])
    expect(JSON.parse(chats[1]!.attributes['gen_ai.input.messages'] as string)).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'Go.' }] },
    ])
  })
})
