import type { Attributes, Link, Meter, Tracer } from '@opentelemetry/api'
import type { Fact } from '@toolloop/core'
import { aFunction, aText, checkOptions, type Clock } from '@toolloop/wire'

/** The options of every tracing function. */
export interface TraceOptions {
  /** Makes the spans. @default the tracer `toolloop` of the global provider */
  readonly tracer?: Tracer | undefined
  /** Makes the metrics. @default the meter `toolloop` of the global provider */
  readonly meter?: Meter | undefined
  /** Records messages, arguments and results. They may hold personal data. @default false */
  readonly content?: boolean | undefined
  /** `gen_ai.provider.name`. @default 'openai', the conventions' value for servers that speak its API */
  readonly provider?: string | undefined
  /** `server.address` and `server.port` of the spans `chat`. */
  readonly server?: { readonly address: string; readonly port?: number } | undefined
  /** More attributes for a span, such as request parameters. Called once for each span, when it begins; must not throw. */
  readonly attributes?: ((span: SpanSubject) => Attributes) | undefined
  /** Links of the root's first span: the span of the run that this one resumes or forks, from another process. */
  readonly links?: readonly Link[] | undefined
  /** The facts before the live ones, of a run that is resumed. They make no spans; its messages are taken from them. */
  readonly past?: readonly Fact[] | undefined
  /** Times the first chunk of a live stream, which carries no time. @default the system clock */
  readonly clock?: Clock | undefined
}

/** The subject of a span. `name` is the agent's, the model's or the tool's. */
export interface SpanSubject {
  readonly operation: 'invoke_agent' | 'chat' | 'execute_tool'
  readonly name: string
  readonly run: string
  readonly path: string
  readonly step?: number
  readonly callId?: string
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** @throws UsageError for an unknown option or a value of the wrong type */
export function checkTraceOptions(options: TraceOptions): void {
  checkOptions('The tracing', options, {
    tracer: [isObject, 'a tracer of `@opentelemetry/api`'],
    meter: [isObject, 'a meter of `@opentelemetry/api`'],
    content: [(value) => typeof value === 'boolean', 'true or false'],
    provider: aText,
    server: [isObject, 'an object with `address`'],
    attributes: aFunction,
    links: [Array.isArray, 'an array of links'],
    past: [Array.isArray, 'an array of facts'],
    clock: [isObject, 'a clock'],
  })
}
