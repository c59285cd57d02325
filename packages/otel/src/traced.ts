import { type Fact, isFact, type RunEvent, type RunLog } from '@toolloop/core'
import type { SpanContext } from '@opentelemetry/api'
import type { TraceOptions } from './options.ts'
import { runTracer } from './tracer.ts'

/**
 * Passes the events of a run through, and makes its spans and metrics on the way. A consumer that stops iterating aborts
 * the run, as it does without this; its open spans end as interrupted.
 * @throws UsageError for an invalid option, at the first event
 */
export async function* traced<Event extends { readonly type: string }>(
  events: AsyncIterable<Event>,
  options: TraceOptions = {},
): AsyncGenerator<Event, void, void> {
  const tracer = runTracer(options)
  try {
    for await (const event of events) {
      tracer.push(event as unknown as RunEvent)
      yield event
    }
  } finally {
    tracer.close()
  }
}

/**
 * Makes the spans and metrics of a run from its log, with the times of its facts. It resolves to the span of the root,
 * for `links`; `undefined` for an empty log. The time of the first chunk is not in a log.
 */
export async function traceLog(
  log: RunLog | readonly Fact[],
  options: TraceOptions = {},
): Promise<SpanContext | undefined> {
  const tracer = runTracer(options)
  for (const fact of 'load' in log ? await log.load() : log) if (isFact(fact)) tracer.push(fact)
  tracer.close()
  return tracer.spanContext
}
