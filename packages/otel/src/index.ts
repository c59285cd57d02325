// Spans and metrics.
export { runTracer, type RunTracer } from './tracer.ts'
export { traced, traceLog } from './traced.ts'
export type { SpanSubject, TraceOptions } from './options.ts'
// The conventions.
export { conventionsVersion } from './conventions.ts'
