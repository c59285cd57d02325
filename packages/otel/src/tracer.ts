// Spans and metrics of a run: a fold over its events. Facts carry their time, so a log gives the spans that the run gave.
import {
  type Attributes,
  context as contexts,
  type Context,
  type Link,
  metrics,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { type Fact, type FactOf, isFact, messagesOf, type Outcome, type RunEvent } from '@toolloop/core'
import { systemClock, type Usage } from '@toolloop/wire'
import { answerText, messagesText, plainText } from './content.ts'
import { attribute, content, operation, own } from './conventions.ts'
import { Level, type OpenSpan } from './level.ts'
import { Instruments } from './metrics.ts'
import { checkTraceOptions, type SpanSubject, type TraceOptions } from './options.ts'

/** Makes spans and metrics from the events of one run and of the runs inside it. */
export interface RunTracer {
  /** The span of the root: store it where another process resumes the run, and pass it there in `links`. */
  readonly spanContext: SpanContext | undefined
  /** Takes the next event of a live stream, or the next fact of a log. */
  push(event: RunEvent): void
  /** Ends the spans that are open, as interrupted. Call it after the last event. */
  close(): void
}

/** @throws UsageError for an invalid option */
export function runTracer(options: TraceOptions = {}): RunTracer {
  checkTraceOptions(options)
  const { past = [], ...live } = options
  const tracer = new Tracing(live)
  tracer.skip(past)
  return tracer
}

/** Events that come before any text, or that are no part of the answer. */
const isDelta = ({ type }: { readonly type: string }): boolean => type.endsWith('.delta')

class Tracing implements RunTracer {
  readonly #options: TraceOptions
  readonly #tracer: Tracer
  readonly #metrics: Instruments
  readonly #levels = new Map<string, Level>()
  readonly #ambient: Context = contexts.active()
  #at = 0
  /** The facts are copies of another run's, which has traced them: the first step or call that is not copied. */
  #copiedUntil: number | string | undefined
  /** The step that holds the call of `#copiedUntil` is complete: what follows the next resume is new. */
  #copiedCall = false
  /** Levels with an open model call. A delta without a path belongs to the last one. */
  #streaming: Level | undefined
  spanContext: SpanContext | undefined

  constructor(options: TraceOptions) {
    this.#options = options
    this.#tracer = options.tracer ?? trace.getTracer('toolloop')
    this.#metrics = new Instruments(options.meter ?? metrics.getMeter('toolloop'))
  }

  skip(past: readonly Fact[]): void {
    for (const fact of past) {
      this.#isCopied(fact)
      this.#levelOf(fact).apply(fact)
    }
  }

  push(event: RunEvent): void {
    if (!isFact(event)) return this.#progress(event)
    const level = this.#levelOf(event)
    const isRestart = event.path === '' && event.type === 'run.resume'
    if (this.#isCopied(event)) return level.apply(event)
    if (isRestart) this.#closeAll('interrupted')
    this.#at = event.at
    level.invoked ??= this.#invoke(level, event)
    if (event.type === 'step.start') this.#startStep(level, event)
    else level.apply(event)
    this.#fact(level, event)
  }

  close(): void {
    this.#closeAll('interrupted')
  }

  /** The facts before a fork are copies: the run that they are copied from has traced them. */
  #isCopied(event: Fact): boolean {
    if (event.type === 'run.start' && event.path === '') this.#copiedUntil = event.forkOf?.before
    const until = this.#copiedUntil
    if (until === undefined) return false
    if (event.type === 'step.done' || event.type === 'step.cut')
      this.#copiedCall ||= event.message.tool_calls?.some(({ id }) => id === until) ?? false
    const isNew =
      event.path === '' &&
      ((event.type === 'step.start' && event.step === until) || (event.type === 'run.resume' && this.#copiedCall))
    if (isNew) this.#copiedUntil = undefined
    return !isNew
  }

  #levelOf(event: Fact): Level {
    const known = this.#levels.get(event.path)
    if (known) return known
    const level = new Level(event.path, nameOf(event))
    this.#levels.set(event.path, level)
    return level
  }

  #progress(event: Exclude<RunEvent, Fact>): void {
    const path = 'path' in event && typeof event.path === 'string' ? event.path : undefined
    const level = path === undefined ? this.#streaming : this.#levels.get(path)
    if (!level) return
    if (isDelta(event) && level.chat) level.chat.firstChunk ??= (this.#options.clock ?? systemClock).now()
    const span =
      'callId' in event && typeof event.callId === 'string' ? level.calls.get(event.callId)?.span : level.chat?.span
    if (event.type === 'attempt.retry') span?.addEvent(own.retry, { attempt: event.attempt, delay: event.delay })
    if (event.type === 'step.reset') span?.addEvent(own.reset, { reason: event.reason })
  }

  #fact(level: Level, fact: Fact): void {
    switch (fact.type) {
      case 'step.done':
      case 'step.cut':
        return this.#endStep(level, fact)
      case 'tool.start':
      case 'tool.start.dynamic':
        return this.#startTool(level, fact)
      case 'tool.done':
      case 'tool.done.dynamic':
        return this.#endTool(level, fact)
      case 'approval.request':
      case 'approval.decision': {
        const name = fact.type === 'approval.request' ? own.approvalRequest : own.approvalDecision
        level.invoked?.span.addEvent(name, { [attribute.toolCallId]: fact.callId }, timeOf(fact.at))
        return undefined
      }
      case 'run.pause':
        return this.#endRun(level, 'approval')
      case 'run.done':
        return this.#endRun(level, fact.outcome.status, fact.outcome)
      default: // nothing begins or ends
    }
  }

  #invoke(level: Level, fact: Fact): OpenSpan {
    level.inferenceCalls = 0
    level.toolCalls = 0
    const isRoot = level.path === ''
    const links: Link[] = level.last ? [{ context: level.last }] : isRoot ? [...(this.#options.links ?? [])] : []
    const fork = fact.type === 'run.start' ? fact.forkOf : undefined
    const opened = this.#open(
      this.#parentOf(level),
      { operation: 'invoke_agent', name: level.name, run: fact.run, path: level.path },
      {
        [attribute.agentName]: level.name,
        ...(!isRoot && { [own.path]: level.path }),
        ...(fork && { [own.forkOf]: fork.run, [own.forkBefore]: fork.before }),
      },
      links,
    )
    level.last = opened.span.spanContext()
    if (isRoot) this.spanContext = level.last
    return opened
  }

  /** The call that runs the level; else the level around it; else the root. */
  #parentOf({ path }: Level): Context {
    if (path === '') return this.#ambient
    const outer = [...this.#levels.values()]
      .filter((level) => level.invoked && level.path !== path && path.startsWith(level.path))
      .toSorted((a, b) => b.path.length - a.path.length)
    const [nearest] = outer
    const call = [...(nearest?.calls.values() ?? [])].find(({ callId }) => path.endsWith(`:${callId}`))
    return call?.context ?? nearest?.invoked?.context ?? this.#ambient
  }

  #startStep(level: Level, fact: FactOf<'step.start'>): void {
    level.inferenceCalls++
    this.#endChat(level, 'interrupted')
    level.apply(fact)
    const { server } = this.#options
    const opened = this.#open(
      level.invoked!.context,
      { operation: 'chat', name: fact.model, run: fact.run, path: level.path, step: fact.step },
      {
        [attribute.requestModel]: fact.model,
        [own.step]: fact.step,
        ...(server && { [attribute.serverAddress]: server.address }),
        ...(server?.port !== undefined && { [attribute.serverPort]: server.port }),
        ...(this.#options.content && { [content.inputMessages]: messagesText(level.state.messages) }),
      },
    )
    for (const { place, cause } of fact.prefix?.breaks ?? [])
      opened.span.addEvent(own.prefixBreak, { place, cause }, timeOf(fact.at))
    level.chat = { ...opened, model: fact.model }
    this.#streaming = level
  }

  #endStep(level: Level, fact: FactOf<'step.done' | 'step.cut'>): void {
    const { chat } = level
    if (!chat) return // its start is not known
    const finish = fact.type === 'step.done' ? fact.finish_reason : null
    chat.span.setAttributes({
      ...(finish !== null && { [attribute.finishReasons]: [finish] }),
      ...usageAttributes(fact.usage),
      ...(this.#options.content && { [content.outputMessages]: answerText(fact.message, finish) }),
    })
    if (chat.firstChunk !== undefined) {
      const seconds = Math.max(0, chat.firstChunk - chat.startedAt) / 1000
      chat.span.setAttributes({ [attribute.requestStream]: true, [attribute.timeToFirstChunk]: seconds })
      this.#metrics.firstChunk(seconds, this.#chatLabels(chat.model))
    }
    if (fact.usage) this.#metrics.tokens(fact.usage, this.#chatLabels(chat.model))
    if (fact.type === 'step.done') return this.#endChat(level)
    chat.span.setAttribute(own.cut, fact.reason)
    this.#endChat(level, fact.error?.code ?? fact.error?.name ?? fact.reason, fact.error?.message)
  }

  #endChat(level: Level, error?: string, message?: string): void {
    const { chat } = level
    if (!chat) return
    level.chat = undefined
    if (this.#streaming === level) this.#streaming = undefined
    this.#end(chat, error, message)
    this.#metrics.inference(this.#since(chat), { ...this.#chatLabels(chat.model), ...errorLabel(error) })
  }

  #startTool(level: Level, fact: FactOf<'tool.start' | 'tool.start.dynamic'>): void {
    level.toolCalls++
    const opened = this.#open(
      level.invoked!.context,
      {
        operation: 'execute_tool',
        name: fact.name,
        run: fact.run,
        path: level.path,
        step: fact.step,
        callId: fact.callId,
      },
      {
        [attribute.toolName]: fact.name,
        [attribute.toolCallId]: fact.callId,
        [attribute.toolType]: 'function',
        [own.step]: fact.step,
        ...(this.#options.content && { [content.toolArguments]: fact.arguments }),
      },
    )
    level.calls.set(fact.callId, { ...opened, callId: fact.callId, name: fact.name })
  }

  /** A result without a start was not executed: a refused call, or a decision in its place. */
  #endTool(level: Level, fact: FactOf<'tool.done' | 'tool.done.dynamic'>): void {
    const call = level.calls.get(fact.callId)
    if (!call) return
    level.calls.delete(fact.callId)
    const text = plainText(fact.content)
    if (this.#options.content) call.span.setAttribute(content.toolResult, text)
    const error = fact.ok ? undefined : (fact.reason ?? 'failed')
    this.#end(call, error)
    this.#metrics.tool(this.#since(call), { [attribute.toolName]: call.name, ...errorLabel(error) })
  }

  #endRun(level: Level, status: string, outcome?: Outcome): void {
    // A child whose end is not in the log ends with the level around it.
    for (const other of this.#levels.values())
      if (other !== level && other.invoked && other.path.startsWith(level.path)) this.#closeLevel(other, status)
    const { invoked } = level
    if (!invoked) return
    const failure = outcome?.status === 'error' ? outcome.error : undefined
    const error = failure ? (failure.code ?? failure.name) : outcome?.status === 'aborted' ? 'aborted' : undefined
    this.#closeCalls(level, error ?? 'interrupted')
    level.invoked = undefined
    invoked.span.setAttribute(own.status, status)
    if (this.#options.content && outcome) {
      const last = messagesOf(level.state).at(-1)
      if (last?.role === 'assistant') invoked.span.setAttribute(content.outputMessages, answerText(last, null))
    }
    this.#end(invoked, error, failure?.message)
    const labels = { [attribute.agentName]: level.name, ...errorLabel(error) }
    this.#metrics.agent(this.#since(invoked), level.inferenceCalls, level.toolCalls, labels)
  }

  #closeAll(reason: string): void {
    for (const level of [...this.#levels.values()].toReversed()) this.#closeLevel(level, reason)
  }

  /** Ends what has no end in the log: the process died, or the run above ended first. */
  #closeLevel(level: Level, reason: string): void {
    this.#closeCalls(level, reason)
    const { invoked } = level
    if (!invoked) return
    level.invoked = undefined
    invoked.span.setAttribute(own.status, reason)
    this.#end(invoked, reason === 'interrupted' ? reason : undefined)
  }

  #closeCalls(level: Level, reason: string): void {
    this.#endChat(level, reason)
    for (const call of level.calls.values()) this.#end(call, reason)
    level.calls.clear()
  }

  #open(parent: Context, subject: SpanSubject, attributes: Attributes, links: readonly Link[] = []): OpenSpan {
    const { provider = 'openai', attributes: more } = this.#options
    const span = this.#tracer.startSpan(
      `${operation[kinds[subject.operation]]} ${subject.name}`,
      {
        kind: subject.operation === 'chat' ? SpanKind.CLIENT : SpanKind.INTERNAL,
        startTime: timeOf(this.#at),
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
    return { span, context: trace.setSpan(parent, span), startedAt: this.#at }
  }

  #end({ span }: OpenSpan, error?: string, message?: string): void {
    if (error !== undefined) {
      span.setAttribute(attribute.errorType, error)
      span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
    }
    span.end(timeOf(this.#at))
  }

  /** Seconds. */
  #since({ startedAt }: OpenSpan): number {
    return (this.#at - startedAt) / 1000
  }

  #chatLabels(model: string): Attributes {
    return {
      [attribute.operation]: operation.chat,
      [attribute.provider]: this.#options.provider ?? 'openai',
      [attribute.requestModel]: model,
    }
  }
}

const kinds = { invoke_agent: 'agent', chat: 'chat', execute_tool: 'tool' } as const satisfies Record<
  SpanSubject['operation'],
  keyof typeof operation
>

/** As a pair: a plain number before this process started would be read as its own running time. */
const timeOf = (ms: number): [seconds: number, nanoseconds: number] => [
  Math.floor(ms / 1000),
  Math.round((ms % 1000) * 1e6),
]

const errorLabel = (error: string | undefined): Attributes =>
  error === undefined ? {} : { [attribute.errorType]: error }

/** The agent's name; for a level whose beginning is not known, the last segment of its path. */
function nameOf(fact: Fact): string {
  if ((fact.type === 'run.start' || fact.type === 'run.resume') && typeof fact.agent?.name === 'string')
    return fact.agent.name
  return (fact.path.split('/').at(-1) ?? '').split(/[:[]/)[0] || 'run'
}

function usageAttributes(usage: Usage | null): Attributes {
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
