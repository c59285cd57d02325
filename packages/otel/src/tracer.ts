// Spans and metrics of a run: a fold over its events. Facts carry their time, so a log gives the spans that the run gave.
import {
  context as contexts,
  type Context,
  type Link,
  metrics as globalMetrics,
  type SpanContext,
} from '@opentelemetry/api'
import { type Fact, isFact, messagesOf, type Outcome, type RunEvent } from '@toolloop/core'
import { isStageIn } from '@toolloop/core/machine'
import { systemClock } from '@toolloop/wire'
import { closeChat, endChat, startChat } from './chat.ts'
import { answerText } from './content.ts'
import { attribute, content, own } from './conventions.ts'
import { Copied } from './copied.ts'
import { Level, type OpenSpan } from './level.ts'
import { Instruments } from './metrics.ts'
import { checkTraceOptions, type TraceOptions } from './options.ts'
import { errorLabel, Spans, timeOf, type Tracing } from './spans.ts'
import { closeTools, endTool, startTool } from './tool.ts'

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
  const tracer = new Tracer(live)
  tracer.skip(past)
  return tracer
}

class Tracer implements RunTracer {
  readonly #tracing: Tracing
  readonly #levels = new Map<string, Level>()
  /** The levels with an open `invoke_agent` span. */
  readonly #open = new Set<Level>()
  readonly #copied = new Copied()
  readonly #ambient: Context = contexts.active()
  /** The level of the last model call. A delta without a path belongs to it. */
  #streaming: Level | undefined
  spanContext: SpanContext | undefined

  constructor(options: TraceOptions) {
    const metrics = new Instruments(options.meter ?? globalMetrics.getMeter('toolloop'))
    this.#tracing = { spans: new Spans(options), metrics, options }
  }

  skip(past: readonly Fact[]): void {
    for (const fact of past) {
      this.#copied.has(fact)
      this.#apply(this.#levelOf(fact), fact)
    }
  }

  push(event: RunEvent): void {
    if (!isFact(event)) return this.#progress(event)
    const level = this.#levelOf(event)
    if (this.#copied.has(event)) return this.#apply(level, event)
    if (event.path === '' && event.type === 'run.resume') this.close()
    this.#tracing.spans.at = event.at
    if (event.type === 'run.resume') level.name = event.agent.name
    if (!level.invoked) this.#invoke(level, event)
    if (event.type === 'step.start') closeChat(this.#tracing, level, 'interrupted')
    this.#apply(level, event)
    this.#fact(level, event)
  }

  close(): void {
    for (const level of [...this.#open].toReversed()) this.#closeLevel(level, 'interrupted')
  }

  #levelOf(event: Fact): Level {
    const known = this.#levels.get(event.path)
    if (known) return known
    const level = new Level(event.path, nameOf(event))
    this.#levels.set(event.path, level)
    return level
  }

  #apply(level: Level, fact: Fact): void {
    if (this.#tracing.options.content) level.apply(fact)
  }

  #progress(event: Exclude<RunEvent, Fact>): void {
    const path = 'path' in event && typeof event.path === 'string' ? event.path : undefined
    const level = path === undefined ? this.#streaming : this.#levels.get(path)
    if (!level) return
    if (event.type.endsWith('.delta') && level.chat)
      level.chat.firstChunk ??= (this.#tracing.options.clock ?? systemClock).now()
    const span =
      'callId' in event && typeof event.callId === 'string' ? level.calls.get(event.callId)?.span : level.chat?.span
    if (event.type === 'attempt.retry') span?.addEvent(own.retry, { attempt: event.attempt, delay: event.delay })
    if (event.type === 'step.reset') span?.addEvent(own.reset, { reason: event.reason })
  }

  #fact(level: Level, fact: Fact): void {
    switch (fact.type) {
      case 'step.start':
        level.inferenceCalls++
        this.#streaming = level
        return startChat(this.#tracing, level, fact)
      case 'step.done':
      case 'step.cut':
        return endChat(this.#tracing, level, fact)
      case 'tool.start':
      case 'tool.start.dynamic':
        level.toolCalls++
        return startTool(this.#tracing, level, fact)
      case 'tool.done':
      case 'tool.done.dynamic':
        return endTool(this.#tracing, level, fact)
      case 'approval.request':
      case 'approval.decision': {
        const name = fact.type === 'approval.request' ? own.approvalRequest : own.approvalDecision
        level.invoked?.span.addEvent(name, { [attribute.toolCallId]: fact.callId }, timeOf(fact.at))
        return undefined
      }
      case 'guardrail.done': {
        const { guardrail, on, verdict } = fact
        level.invoked?.span.addEvent(own.guardrail, { guardrail, on, verdict }, timeOf(fact.at))
        return undefined
      }
      case 'handoff': // the next fact begins the span of the agent that holds the run now, linked to this one
        this.#endRun(level, 'handoff')
        level.name = fact.agent.name
        return undefined
      case 'run.pause':
        return this.#endRun(level, 'approval')
      case 'run.done':
        return this.#endRun(level, fact.outcome.status, fact.outcome)
      default: // nothing begins or ends
    }
  }

  #invoke(level: Level, fact: Fact): void {
    level.inferenceCalls = 0
    level.toolCalls = 0
    const isRoot = level.path === ''
    const { spans, options } = this.#tracing
    const links: Link[] = level.last ? [{ context: level.last }] : isRoot ? [...(options.links ?? [])] : []
    const fork = fact.type === 'run.start' ? fact.forkOf : undefined
    const opened = spans.open(
      isRoot ? this.#ambient : this.#parentOf(level.path),
      { operation: 'invoke_agent', name: level.name, run: fact.run, path: level.path },
      {
        [attribute.agentName]: level.name,
        ...(!isRoot && { [own.path]: level.path }),
        ...(fork && { [own.forkOf]: fork.run, [own.forkBefore]: fork.before }),
      },
      links,
    )
    level.invoked = opened
    level.last = opened.span.spanContext()
    this.#open.add(level)
    if (isRoot) this.spanContext = level.last
  }

  /** The call that runs the level; else the nearest level around it; else what is around the run. */
  #parentOf(path: string): Context {
    for (let at = path.length; at >= 0; at--) {
      if (at > 0 && !'/[#'.includes(path[at] ?? '-')) continue
      const around = this.#levels.get(path.slice(0, at))
      if (!around?.invoked) continue
      const call = [...around.calls.values()].find(({ inside }) => inside === path)
      return call?.context ?? around.invoked.context
    }
    return this.#ambient
  }

  #endRun(level: Level, status: string, outcome?: Outcome): void {
    // A child whose end is not in the log ends with the level around it.
    for (const other of [...this.#open].toReversed())
      if (other !== level && isStageIn(other.path, level.path)) this.#closeLevel(other, status)
    const { invoked } = level
    if (!invoked) return
    const failure = outcome?.status === 'error' ? outcome.error : undefined
    const error = failure ? (failure.code ?? failure.name) : outcome?.status === 'aborted' ? 'aborted' : undefined
    this.#closeCalls(level, error ?? 'interrupted')
    if (this.#tracing.options.content && outcome) {
      const last = messagesOf(level.state).at(-1)
      if (last?.role === 'assistant') invoked.span.setAttribute(content.outputMessages, answerText(last, null))
    }
    this.#endInvoked(level, invoked, status, error, failure?.message)
    const { spans, metrics } = this.#tracing
    const labels = { [attribute.agentName]: level.name, ...errorLabel(error) }
    metrics.agent(spans.since(invoked), level.inferenceCalls, level.toolCalls, labels)
  }

  /** Ends what has no end in the log: the process died, or the run above ended first. */
  #closeLevel(level: Level, reason: string): void {
    this.#closeCalls(level, reason)
    if (level.invoked) this.#endInvoked(level, level.invoked, reason, reason === 'interrupted' ? reason : undefined)
  }

  #endInvoked(level: Level, invoked: OpenSpan, status: string, error?: string, message?: string): void {
    level.invoked = undefined
    this.#open.delete(level)
    invoked.span.setAttribute(own.status, status)
    this.#tracing.spans.end(invoked, error, message)
  }

  #closeCalls(level: Level, reason: string): void {
    closeChat(this.#tracing, level, reason)
    closeTools(this.#tracing, level, reason)
  }
}

/** The agent's name; for a level whose beginning is not known, the last segment of its path. */
function nameOf(fact: Fact): string {
  if ((fact.type === 'run.start' || fact.type === 'run.resume') && typeof fact.agent?.name === 'string')
    return fact.agent.name
  return (fact.path.split('/').at(-1) ?? '').split(/[:[]/)[0] || 'run'
}
