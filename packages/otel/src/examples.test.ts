// The spans of every example, from a real run of it.
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Fact } from '@toolloop/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { examplesWithLogs, writeExampleLog } from '../../../scripts/example-logs.ts'
import { traceLog } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'otel-examples-'))

async function trace(facts: readonly Fact[], content: boolean) {
  const spans = new InMemorySpanExporter()
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  const meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 })],
  })
  await traceLog(facts, { tracer: tracers.getTracer('test'), meter: meters.getMeter('test'), content })
  await meters.forceFlush()
  const counts = metrics
    .getMetrics()
    .flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((scope) =>
        scope.metrics.map(({ descriptor, dataPoints }): [string, number] => [
          descriptor.name,
          dataPoints.reduce((sum, { value }) => sum + (value as { count: number }).count, 0),
        ]),
      ),
    )
  await meters.shutdown()
  return { spans: spans.getFinishedSpans(), counts: Object.fromEntries(counts) }
}

const time = ([seconds, nanoseconds]: readonly [number, number]): number => seconds * 1000 + nanoseconds / 1e6

const text = z.strictObject({ type: z.enum(['text', 'reasoning', 'refusal']), content: z.string() })
const call = z.strictObject({ type: z.literal('tool_call'), id: z.string(), name: z.string(), arguments: z.unknown() })
const response = z.strictObject({ type: z.literal('tool_call_response'), id: z.string(), response: z.unknown() })
/** A list of messages in the conventions' JSON form. */
const Messages = z.array(
  z.strictObject({
    role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
    parts: z.array(z.union([text, call, response])),
    name: z.string().optional(),
    finish_reason: z.string().optional(),
  }),
)
const contentKeys = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
]

describe.each(examplesWithLogs)('the spans of %s', (example) => {
  const facts = writeExampleLog(example, folder).then((path) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fact),
  )
  const countOf = async (type: Fact['type']) => (await facts).filter((fact) => fact.type === type).length

  it('have the names, kinds, parents, times and statuses of the run', async () => {
    const { spans, counts } = await trace(await facts, false)
    const [start] = await facts
    const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]))
    const operation = (one: string) => spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === one)
    expect(operation('chat')).toHaveLength(await countOf('step.start'))
    expect(operation('execute_tool')).toHaveLength(await countOf('tool.start'))
    const begins = (fact: Fact): boolean => ['run.start', 'run.resume', 'handoff'].includes(fact.type)
    expect(operation('invoke_agent')).toHaveLength((await facts).filter(begins).length)
    for (const span of spans) {
      const { name, attributes, status, kind } = span
      const [verb, subject] = name.split(/ (.*)/)
      expect(attributes['gen_ai.operation.name']).toBe(verb)
      const key = { chat: 'gen_ai.request.model', execute_tool: 'gen_ai.tool.name', invoke_agent: 'gen_ai.agent.name' }
      expect(attributes[key[verb as keyof typeof key]]).toBe(subject)
      expect(attributes['gen_ai.conversation.id']).toBe(start!.run)
      expect(kind).toBe(verb === 'chat' ? SpanKind.CLIENT : SpanKind.INTERNAL)
      expect(status.code).toBe('error.type' in attributes ? SpanStatusCode.ERROR : SpanStatusCode.UNSET)
      expect(Object.keys(attributes).filter((one) => contentKeys.includes(one))).toEqual([])
      expect(time(span.endTime)).toBeGreaterThanOrEqual(time(span.startTime))
      const parent = byId.get(span.parentSpanContext?.spanId ?? '')
      if (!parent) {
        expect([verb, attributes['toolloop.path']]).toEqual(['invoke_agent', undefined])
        continue
      }
      expect(time(parent.startTime)).toBeLessThanOrEqual(time(span.startTime))
      expect(time(parent.endTime)).toBeGreaterThanOrEqual(time(span.endTime))
      if (verb !== 'invoke_agent') expect(parent.name).toMatch(/^invoke_agent /)
    }
    expect(spans.filter(({ parentSpanContext }) => !parentSpanContext)).toHaveLength(
      (await facts).filter((fact) => begins(fact) && fact.path === '').length,
    )
    expect(counts).toMatchObject({
      'gen_ai.client.inference.duration': await countOf('step.start'),
      'gen_ai.invoke_agent.duration': operation('invoke_agent').length,
      ...((await countOf('tool.start')) > 0 && { 'gen_ai.execute_tool.duration': await countOf('tool.start') }),
    })
  }, 60_000)

  it('hold content in the conventions’ form when asked for', async () => {
    const { spans } = await trace(await facts, true)
    expect(spans.length).toBeGreaterThan(1)
    for (const { attributes, name } of spans) {
      const texts = ['gen_ai.input.messages', 'gen_ai.output.messages'].filter((key) => key in attributes)
      if (name.startsWith('chat ')) expect(texts).toHaveLength(2)
      for (const key of texts) expect(Messages.safeParse(JSON.parse(String(attributes[key]))).error).toBeUndefined()
      if (name.startsWith('execute_tool '))
        expect([attributes[contentKeys[2]!], attributes[contentKeys[3]!]]).toEqual([
          expect.any(String),
          expect.any(String),
        ])
    }
  }, 60_000)
})

it('a run without a tracer knows nothing of tracing: no package below this one names it', () => {
  const packages = join(import.meta.dirname, '../..')
  for (const name of ['wire', 'transport', 'stream', 'schema', 'client', 'core', 'store', 'pipeline']) {
    const files = readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
    for (const file of [...files.filter((one) => one.endsWith('.ts')).map((one) => `src/${one}`), 'package.json'])
      expect(readFileSync(join(packages, name, file), 'utf8')).not.toMatch(/opentelemetry|@toolloop\/otel/i)
  }
})
