// Opens and ends spans at the times of the facts.
import {
  type Attributes,
  type Context,
  type Link,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { Usage } from '@toolloop/wire'
import { attribute, operation } from './conventions.ts'
import type { OpenSpan } from './level.ts'
import type { Instruments } from './metrics.ts'
import type { SpanSubject, TraceOptions } from './options.ts'

/** What the spans of a run are made with. */
export interface Tracing {
  readonly spans: Spans
  readonly metrics: Instruments
  readonly options: TraceOptions
}

export class Spans {
  readonly #options: TraceOptions
  readonly #tracer: Tracer
  /** The time of the last fact, in milliseconds since 1970. */
  at = 0

  constructor(options: TraceOptions) {
    this.#options = options
    this.#tracer = options.tracer ?? trace.getTracer('toolloop')
  }

  open(parent: Context, subject: SpanSubject, attributes: Attributes, links: readonly Link[] = []): OpenSpan {
    const { provider = 'openai', attributes: more } = this.#options
    const span = this.#tracer.startSpan(
      `${operation[kinds[subject.operation]]} ${subject.name}`,
      {
        kind: subject.operation === 'chat' ? SpanKind.CLIENT : SpanKind.INTERNAL,
        startTime: timeOf(this.at),
        links: [...links],
        attributes: {
          [attribute.operation]: subject.operation,
          ...(subject.operation !== 'execute_tool' && { [attribute.provider]: provider }),
          [attribute.conversation]: subject.run,
          ...attributes,
          ...more?.(subject),
        },
      },
      parent,
    )
    return { span, context: trace.setSpan(parent, span), startedAt: this.at }
  }

  end({ span }: OpenSpan, error?: string, message?: string): void {
    if (error !== undefined) {
      span.setAttribute(attribute.errorType, error)
      span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
    }
    span.end(timeOf(this.at))
  }

  /** Seconds since a span began. */
  since({ startedAt }: OpenSpan): number {
    return (this.at - startedAt) / 1000
  }
}

const kinds = { invoke_agent: 'agent', chat: 'chat', execute_tool: 'tool' } as const satisfies Record<
  SpanSubject['operation'],
  keyof typeof operation
>

/** As a pair: a plain number before this process started would be read as its own running time. */
export const timeOf = (ms: number): [seconds: number, nanoseconds: number] => [
  Math.floor(ms / 1000),
  Math.round((ms % 1000) * 1e6),
]

export const errorLabel = (error: string | undefined): Attributes =>
  error === undefined ? {} : { [attribute.errorType]: error }

export function usageAttributes(usage: Usage | null): Attributes {
  if (!usage) return {}
  const { cached_tokens: read, cache_write_tokens: written } = usage.prompt_tokens_details ?? {}
  const { reasoning_tokens: reasoning } = usage.completion_tokens_details ?? {}
  return {
    [attribute.inputTokens]: usage.prompt_tokens,
    [attribute.outputTokens]: usage.completion_tokens,
    ...(read !== undefined && { [attribute.cacheReadTokens]: read }),
    ...(written !== undefined && {
      [attribute.cacheWriteTokens]: written,
      [attribute.cacheCreationTokens]: written,
    }),
    ...(reasoning !== undefined && { [attribute.reasoningTokens]: reasoning }),
  }
}
