// Events of a run → parts of the AI SDK's UI message stream. A fold: it also reads the facts of a log, without deltas.
import { type Fact, type FactOf, type Failure, isFact, type RunEvent, type ToolDone } from '@toolloop/core'
import { pipelineAnswer } from '@toolloop/core/machine'
import type { Usage } from '@toolloop/wire'
import { CallParts, idIn } from './call-parts.ts'
import type { UiChunk, UiFinishReason } from './chunk.ts'
import { InnerAgents, stagePart } from './inside.ts'
import { Speaker } from './speaker.ts'
import { StepParts } from './step-parts.ts'
import { errorTextOf, type FormatError } from '../http/error-text.ts'

export interface UiFoldOptions {
  /** The message's id. @default the id of the run */
  readonly messageId?: string | undefined
  /**
   * Returns what is sent of a failure: of the run's, of a tool that threw, of a stage. @default a fixed message: an
   * error's own message may quote private data
   */
  readonly formatError?: FormatError | undefined
  /** Returns what is sent of a tool's result. @default the text that the model reads, as JSON where it is an object or a list */
  readonly toolOutput?: ((done: ToolDone) => unknown) | undefined
  /** Which agents and stages inside the run are shown, by their path. @default all but those of single items of a `map` */
  readonly inside?: ((path: string) => boolean) | undefined
  /**
   * Which agents of a pipeline speak in the message, by their path: their text and reasoning stream as its own. For the
   * agent that gives the pipeline's answer, and agents before it. @default none: the answer is shown when it is complete
   */
  readonly speaks?: ((path: string) => boolean) | undefined
  /** Returns the message's metadata at its start and its end. @default `{ run, agent }`, then `{ status, usage }` */
  readonly metadata?: ((event: FactOf<'run.start' | 'run.done' | 'run.pause'>, usage: UiUsage) => unknown) | undefined
}

/** Tokens of all steps so far, under the names of the AI SDK. */
export interface UiUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
}

/** Turns the events of one run into parts. Call `push` with each event in order. */
export class UiFold {
  readonly #options: UiFoldOptions
  readonly #agents = new InnerAgents()
  readonly #calls: CallParts
  /** Only of a pipeline. */
  #speaker: Speaker | undefined
  #step: StepParts | undefined
  #hasStarted = false
  #hasEnded = false
  #isPipeline = false
  #usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }

  constructor(options: UiFoldOptions = {}) {
    this.#options = options
    this.#calls = new CallParts(options)
  }

  /** Tokens of all steps so far. */
  get usage(): UiUsage {
    return this.#usage
  }

  /** The parts of these events, in order. */
  push(events: readonly RunEvent[]): UiChunk[] {
    const out: UiChunk[] = []
    for (const event of events) {
      if (isFact(event)) this.#fact(event, out)
      else this.#progress(event, out)
    }
    return out
  }

  /** The parts that end a message whose run has no end in the log: its process died. */
  interrupted(): UiChunk[] {
    const out: UiChunk[] = []
    if (!this.#hasEnded) this.#finish('interrupted', undefined, out)
    return out
  }

  #progress(event: Exclude<RunEvent, Fact>, out: UiChunk[]): void {
    this.#speaker?.progress(event, out)
    switch (event.type) {
      case 'tool.progress':
        out.push(transient('progress', idIn(event.path, event.callId), { name: event.name, data: event.data }))
        return
      case 'stage.report':
        out.push(transient('progress', event.stage, { stage: event.stage, data: event.data }))
        return
      case 'stage.progress': {
        const { stage, done, failed, total } = event
        out.push(transient('progress', stage, { stage, done, failed, ...(total !== undefined && { total }) }))
        return
      }
      case 'content.delta':
        if (event.path === '' && event.choice === 0) this.#step?.text('text', event.delta, out)
        return
      case 'reasoning.delta':
        if (event.path === '' && event.choice === 0) this.#step?.text('reasoning', event.delta, out)
        return
      case 'refusal.delta':
        if (event.path === '' && event.choice === 0) this.#step?.text('refusal', event.delta, out)
        return
      case 'tool_calls.function.arguments.delta':
      case 'tool_calls.custom.input.delta':
        if (event.path === '' && event.choice === 0)
          this.#step?.input(event.id, event.name, event.delta, event.type === 'tool_calls.custom.input.delta', out)
        return
      case 'step.reset':
        if (event.path === '') this.#reset(event.step, out)
        return
      default: // the facts say it in the end
    }
  }

  #fact(event: Fact, out: UiChunk[]): void {
    if (event.path !== '') return this.#inner(event, out)
    if (event.type === 'run.start' && event.pipeline) {
      this.#isPipeline = true
      if (this.#options.speaks) this.#speaker = new Speaker(this.#options.speaks)
    }
    this.#start(event, out)
    switch (event.type) {
      case 'step.start':
        return this.#stepStart(event, out)
      case 'call.sealed':
        return this.#stepAt(event.step).sealed(event.call, event.gained, out)
      case 'step.cut':
      case 'step.done':
        this.#count(event.usage)
        return this.#stepAt(event.step).done(event.message, out)
      case 'message.add':
        if (event.origin === 'steer' || event.origin === 'followUp') this.#steered(event, out)
        return
      case 'run.pause':
        return this.#finish('tool-calls', event, out)
      case 'run.done':
        return this.#done(event, out)
      default:
        return this.#inner(event, out)
    }
  }

  /** What is the same at each path: calls, and what surrounds them. */
  #inner(event: Fact, out: UiChunk[]): void {
    this.#speaker?.fact(event, out)
    const part = event.path === '' ? stagePart(event, this.#textOf) : this.#agents.push(event)
    if (part && (this.#options.inside ?? isNoItem)(part.id)) this.#follow([part], out)
    switch (event.type) {
      case 'step.cut':
      case 'step.done':
        return this.#count(event.usage)
      case 'approval.request':
        return this.#follow(this.#calls.requested(event), out)
      case 'approval.decision':
        return this.#follow(this.#calls.decided(event), out)
      case 'handoff': {
        const { callId, from, agent } = event
        const id = idIn(event.path, callId)
        return this.#follow([{ type: 'data-handoff', id, data: { from, agent: agent.name } }], out)
      }
      case 'tool.done':
      case 'tool.done.dynamic':
        return this.#follow(this.#calls.done(event, this.#step), out)
      default: // `stagePart` and the agents have read the rest
    }
  }

  #start(event: Fact, out: UiChunk[]): void {
    this.#hasEnded = false
    if (this.#hasStarted) return
    this.#hasStarted = true
    const messageMetadata =
      event.type !== 'run.start'
        ? undefined
        : this.#options.metadata
          ? this.#options.metadata(event, this.#usage)
          : { run: event.run, agent: event.agent.name }
    const messageId = this.#options.messageId ?? event.run
    out.push({ type: 'start', messageId, ...(messageMetadata !== undefined && { messageMetadata }) })
  }

  #stepStart({ step, tools }: FactOf<'step.start'>, out: UiChunk[]): void {
    const isRetry = this.#step?.step === step
    if (!isRetry && this.#step) this.#closeStep(out)
    out.push({ type: isRetry ? 'reset-step' : 'start-step' })
    this.#step = new StepParts(step, tools.includes(answerTool) ? answerTool : undefined)
  }

  /** A fold that begins in the middle of a run opens the step that it finds. */
  #stepAt(step: number): StepParts {
    return (this.#step ??= new StepParts(step, undefined))
  }

  #reset(step: number, out: UiChunk[]): void {
    const answer = this.#step?.isAnswer(answerTool) ? answerTool : undefined
    out.push({ type: 'reset-step' })
    this.#step = new StepParts(step, answer)
  }

  #closeStep(out: UiChunk[]): void {
    this.#speaker?.close(out)
    this.#step?.close(out)
    if (this.#step) out.push({ type: 'finish-step' })
    this.#step = undefined
  }

  #follow(chunks: readonly UiChunk[], out: UiChunk[]): void {
    if (this.#step) this.#step.follow(chunks, out)
    else if (this.#speaker) this.#speaker.follow(chunks, out)
    else out.push(...chunks)
  }

  #steered({ run, seq, message }: FactOf<'message.add'>, out: UiChunk[]): void {
    const text = 'content' in message && typeof message.content === 'string' ? message.content : ''
    this.#follow([{ type: 'steering-message', id: `${run}:${seq}`, parts: [{ type: 'text', text }] }], out)
  }

  #done(event: FactOf<'run.done'>, out: UiChunk[]): void {
    const { outcome } = event
    const delta = this.#isPipeline ? pipelineAnswer(outcome) : ''
    if (delta !== '' && !this.#speaker?.hasSpoken(delta)) {
      const id = 'output'
      out.push({ type: 'text-start', id }, { type: 'text-delta', id, delta }, { type: 'text-end', id })
    }
    if (outcome.status === 'error') {
      this.#step?.close(out)
      this.#speaker?.close(out)
      out.push({ type: 'error', errorText: this.#textOf(outcome.error) })
    }
    if (outcome.status === 'aborted') {
      this.#closeStep(out)
      out.push({ type: 'message-metadata', messageMetadata: this.#endMetadata(event) }, { type: 'abort' })
      this.#hasEnded = true
      return
    }
    this.#finish(finishReasons[outcome.status] ?? 'other', event, out)
  }

  #finish(
    finishReason: UiFinishReason,
    event: FactOf<'run.done'> | FactOf<'run.pause'> | undefined,
    out: UiChunk[],
  ): void {
    const messageMetadata = event && this.#endMetadata(event)
    this.#hasEnded = true
    // A step whose calls wait for decisions goes on in the same message.
    if (event?.type === 'run.pause' && !this.#speaker) this.#step?.close(out)
    else this.#closeStep(out)
    out.push({ type: 'finish', finishReason, ...(messageMetadata !== undefined && { messageMetadata }) })
  }

  #endMetadata(event: FactOf<'run.done'> | FactOf<'run.pause'>): unknown {
    if (this.#options.metadata) return this.#options.metadata(event, this.#usage)
    return { status: event.type === 'run.pause' ? 'approval' : event.outcome.status, usage: { ...this.#usage } }
  }

  #count(usage: Usage | null): void {
    if (!usage) return
    this.#usage.inputTokens += usage.prompt_tokens
    this.#usage.outputTokens += usage.completion_tokens
    this.#usage.totalTokens += usage.total_tokens
  }

  readonly #textOf = (error: Failure): string => errorTextOf(error, this.#options.formatError)
}

/** The tool whose call is the typed answer, where the server's profile asks for the answer as a call. */
const answerTool = 'final_answer'

const finishReasons: Readonly<Record<string, UiFinishReason>> = {
  done: 'stop',
  truncated: 'length',
  filtered: 'content-filter',
  error: 'error',
}

const isNoItem = (path: string): boolean => !/\[\d+\]/.test(path)

const transient = (name: string, id: string, data: unknown): UiChunk => ({
  type: `data-${name}`,
  id,
  data,
  transient: true,
})
