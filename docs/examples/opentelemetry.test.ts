import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { traced, traceLog } from '@toolloop/otel'
import { type Fact, fork, memoryLog } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { expect, it } from 'vitest'
import { cashier } from '../../examples/approval/src/cashier.ts'
import { clerk } from '../../examples/crash/src/clerk.ts'
import { explorer, question } from '../../examples/quickstart/src/explorer.ts'
import { Folder } from '../../examples/quickstart/src/folder.ts'
import { scriptedExplorer } from '../../examples/quickstart/src/script.ts'
import { scriptedModel } from '@toolloop/testing'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = provider.getTracer('my-app')

/** The names of the spans since the last call, with their errors. */
function names(): string[] {
  const spans = exporter
    .getFinishedSpans()
    .map(({ name, attributes }) => [name, attributes['error.type']].join(' ').trim())
  exporter.reset()
  return spans
}

it('traces a live run', async () => {
  const stream = cashier.stream('Pay Bob 20 and Ada 250.')
  for await (const event of traced(stream, { tracer })) {
    if (event.type === 'tool.done') console.log(event.name, event.ms)
  }
  expect(names()).toEqual(['chat scripted', 'execute_tool pay', 'invoke_agent cashier'])
})

it('traces a log', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'otel-')), 'run.jsonl')
  await cashier.run('Pay Bob 20 and Ada 250.', { log: fileLog(path) })
  await traceLog(fileLog(path), { tracer })
  expect(names()).toEqual(['chat scripted', 'execute_tool pay', 'invoke_agent cashier'])
})

it('links a resumed run to the part before it', async () => {
  const log = memoryLog()
  await cashier.run('Pay Bob 20 and Ada 250.', { log })
  const before = await traceLog(log, { tracer })
  const [request] = log.facts.filter(({ type }) => type === 'approval.request') as (Fact & { id: string })[]
  const decisions = { [request!.id]: { approve: true } } as const
  names()
  const past = [...log.facts]
  const resumed = cashier.stream(undefined, { from: log, decisions })
  const links = before ? [{ context: before }] : []
  for await (const _ of traced(resumed, { tracer, past, links, content: true }));
  const [root] = exporter.getFinishedSpans().slice(-1)
  expect(root?.links.map(({ context }) => context)).toEqual([before])
  expect(names()).toEqual(['execute_tool pay', 'chat scripted', 'invoke_agent cashier'])
})

it('traces the other examples', async () => {
  const folder = await Folder.open(import.meta.dirname)
  const explored = memoryLog()
  await explorer({ model: scriptedModel(scriptedExplorer) }).run(question, { context: { folder }, log: explored })
  await traceLog(explored, { tracer })
  const spans = names()
  expect(spans.at(-1)).toBe('invoke_agent explorer')
  const count = (type: string): number => explored.facts.filter((fact) => fact.type === type).length
  expect(spans.filter((name) => name.startsWith('chat '))).toHaveLength(count('step.start'))
  expect(spans.filter((name) => name.startsWith('execute_tool '))).toHaveLength(count('tool.start'))

  const paid = memoryLog()
  await clerk(join(mkdtempSync(join(tmpdir(), 'otel-')), 'ledger.txt')).run('Pay the invoices.', { log: paid })
  await traceLog(paid.facts.slice(0, 8), { tracer }) // the process died during the second payment
  expect(names().slice(-2)).toEqual(['execute_tool pay interrupted', 'invoke_agent clerk interrupted'])
  const forked = await fork(paid, { before: 2 })
  await clerk(join(mkdtempSync(join(tmpdir(), 'otel-')), 'ledger.txt')).run(undefined, { from: forked })
  await traceLog(forked, { tracer })
  expect(names()).toEqual(['chat scripted', 'execute_tool pay', 'chat scripted', 'invoke_agent clerk'])
})
