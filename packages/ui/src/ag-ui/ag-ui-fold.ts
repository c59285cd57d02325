// Events of a run → events of AG-UI. The parts of the UI message stream are the source, so that both protocols have the
// same rules for retries, broken calls and requests.
import type { RunEvent } from '@toolloop/core'
import type { UiChunk } from '../ai-sdk/chunk.ts'
import type { UiAgentData } from '../ai-sdk/inside.ts'
import { UiFold, type UiFoldOptions } from '../ai-sdk/ui-fold.ts'
import type { AgUiEvent, AgUiInterrupt, AgUiOutcome } from './event.ts'
import { type AgUiMessage, AgUiMessages } from './messages.ts'

export interface AgUiFoldOptions extends Pick<UiFoldOptions, 'formatError' | 'toolOutput' | 'inside' | 'speaks'> {
  readonly threadId: string
  /** The id of the run in its events. @default the run's own */
  readonly runId?: string | undefined
  /** The version that the front end speaks. 0.0.59 has no outcome `cancelled`: an aborted run ends as `RUN_ERROR`. @default '1.0' */
  readonly version?: '1.0' | '0.0.59' | undefined
  /** The messages that the front end has. They are sent back where a step is retried: AG-UI cannot take one message back. */
  readonly history?: readonly object[] | undefined
}

/** Turns the events of one run into events of AG-UI. Call `push` with each event in order. */
export class AgUiFold {
  readonly #options: AgUiFoldOptions
  readonly #parts: UiFold
  readonly #messages = new AgUiMessages()
  readonly #started = new Set<string>()
  readonly #subagents = new Set<string>()
  #out: AgUiEvent[] = []
  #interrupts: AgUiInterrupt[] = []
  #runId = ''
  #step = -1
  #attempt = 0
  #isStepOpen = false

  constructor(options: AgUiFoldOptions) {
    this.#options = options
    const { formatError, toolOutput, inside, speaks } = options
    this.#parts = new UiFold({ formatError, toolOutput, inside, speaks })
  }

  /** The messages of this run so far. */
  get messages(): readonly AgUiMessage[] {
    return this.#messages.list
  }

  /** The events of AG-UI for these events, in order. */
  push(events: readonly RunEvent[]): AgUiEvent[] {
    return this.#translated(this.#parts.push(events))
  }

  /** The events that end a run whose process died. */
  interrupted(): AgUiEvent[] {
    return this.#translated(this.#parts.interrupted())
  }

  /** The events that close what is open: the run goes on in another response. */
  paused(): AgUiEvent[] {
    this.#out = []
    this.#closeAll()
    return this.#out
  }

  #translated(chunks: readonly UiChunk[]): AgUiEvent[] {
    this.#out = []
    for (const chunk of chunks) this.#add(chunk)
    return this.#out
  }

  #emit(event: AgUiEvent): void {
    this.#messages.read(event)
    this.#out.push(event)
  }

  get #marks(): { threadId: string; runId: string } {
    return { threadId: this.#options.threadId, runId: this.#options.runId ?? this.#runId }
  }

  /** A message's id. A retried step has other ones. */
  #idOf(id: string): string {
    return `${this.#runId}:${id}${this.#attempt === 0 ? '' : `:${this.#attempt}`}`
  }

  #add(chunk: UiChunk): void {
    switch (chunk.type) {
      case 'start':
        this.#runId = chunk.messageId
        return this.#emit({ type: 'RUN_STARTED', ...this.#marks })
      case 'start-step':
        this.#step++
        this.#attempt = 0
        this.#isStepOpen = true
        return this.#emit({ type: 'STEP_STARTED', stepName: `step ${this.#step}` })
      case 'finish-step':
        return this.#closeStep()
      case 'reset-step':
        return this.#reset()
      case 'text-start':
        return this.#emit({ type: 'TEXT_MESSAGE_START', messageId: this.#idOf(chunk.id), role: 'assistant' })
      case 'text-delta':
        return this.#emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: this.#idOf(chunk.id), delta: chunk.delta })
      case 'text-end':
        return this.#emit({ type: 'TEXT_MESSAGE_END', messageId: this.#idOf(chunk.id) })
      case 'reasoning-start': {
        const messageId = this.#idOf(chunk.id)
        this.#emit({ type: 'REASONING_START', messageId })
        return this.#emit({ type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' })
      }
      case 'reasoning-delta':
        return this.#emit({ type: 'REASONING_MESSAGE_CONTENT', messageId: this.#idOf(chunk.id), delta: chunk.delta })
      case 'reasoning-end': {
        const messageId = this.#idOf(chunk.id)
        this.#emit({ type: 'REASONING_MESSAGE_END', messageId })
        return this.#emit({ type: 'REASONING_END', messageId })
      }
      case 'error':
        this.#closeAll()
        return this.#emit({ type: 'RUN_ERROR', message: chunk.errorText })
      case 'abort':
        this.#closeAll()
        if (this.#options.version === '0.0.59')
          this.#emit({ type: 'RUN_ERROR', message: 'The run was aborted.', code: 'aborted' })
        else this.#finished({ type: 'cancelled' })
        return
      case 'finish':
        if (chunk.finishReason === 'error') return // RUN_ERROR has ended the run
        this.#closeAll()
        if (chunk.finishReason === 'interrupted')
          return this.#emit({ type: 'RUN_ERROR', message: 'The run was interrupted.', code: 'interrupted' })
        return this.#finished(
          this.#interrupts.length > 0 ? { type: 'interrupt', interrupts: this.#interrupts } : { type: 'success' },
        )
      default:
        return this.#addMore(chunk)
    }
  }

  #addMore(chunk: UiChunk): void {
    if ('toolCallId' in chunk) return this.#call(chunk)
    if (chunk.type === 'tool-approval-response') {
      this.#interrupts = this.#interrupts.filter(({ id }) => id !== chunk.approvalId)
      return
    }
    if (chunk.type === 'data-agent' && 'data' in chunk) return this.#subagent(chunk.data as UiAgentData)
    if (chunk.type === 'data-question' && 'data' in chunk) {
      const { toolCallId, request } = chunk.data as { toolCallId: string; request: unknown }
      this.#interrupts.push({ id: chunk.id ?? '', reason: 'input_required', toolCallId, metadata: { request } })
      return
    }
    if ('data' in chunk) this.#emit({ type: 'CUSTOM', name: chunk.type.slice('data-'.length), value: chunk.data })
    else if (chunk.type === 'source-url' || chunk.type === 'file' || chunk.type === 'steering-message')
      this.#emit({ type: 'CUSTOM', name: chunk.type, value: chunk })
  }

  #call(chunk: Extract<UiChunk, { toolCallId: string }>): void {
    const { toolCallId } = chunk
    switch (chunk.type) {
      case 'tool-input-start':
        return this.#startCall(toolCallId, chunk.toolName)
      case 'tool-input-delta':
        return this.#emit({ type: 'TOOL_CALL_ARGS', toolCallId, delta: chunk.inputTextDelta })
      case 'tool-input-available':
        if (!this.#started.has(toolCallId)) {
          this.#startCall(toolCallId, chunk.toolName)
          this.#emit({ type: 'TOOL_CALL_ARGS', toolCallId, delta: textOf(chunk.input) })
        }
        return this.#endCall(toolCallId)
      case 'tool-input-error':
        if (!this.#started.has(toolCallId)) this.#startCall(toolCallId, chunk.toolName)
        return this.#result(toolCallId, chunk.errorText)
      case 'tool-approval-request': {
        const { approvalId: id, reason: message = 'The call needs approval.' } = chunk
        this.#interrupts.push({ id, reason: 'tool_call', message, toolCallId, responseSchema: approvalSchema })
        return
      }
      case 'tool-output-available':
        return this.#result(toolCallId, textOf(chunk.output))
      case 'tool-output-error':
        return this.#result(toolCallId, chunk.errorText)
      case 'tool-output-denied':
        return this.#result(toolCallId, 'Declined.')
    }
  }

  #startCall(toolCallId: string, toolCallName: string): void {
    this.#started.add(toolCallId)
    const parentMessageId = this.#idOf(`text:${this.#step}`)
    this.#emit({ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId })
  }

  #endCall(toolCallId: string): void {
    if (this.#messages.isOpen(toolCallId)) this.#emit({ type: 'TOOL_CALL_END', toolCallId })
  }

  #result(toolCallId: string, content: string): void {
    this.#endCall(toolCallId)
    const messageId = `${this.#runId}:${toolCallId}`
    this.#emit({ type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool' })
  }

  #subagent({ path: subagentRunId, agent: name, status, text }: UiAgentData): void {
    if (!this.#subagents.has(subagentRunId)) {
      this.#subagents.add(subagentRunId)
      this.#emit({ type: 'SUBAGENT_STARTED', subagentRunId, name })
    }
    if (status === 'running') return
    this.#subagents.delete(subagentRunId)
    if (status === 'error') return this.#emit({ type: 'SUBAGENT_ERROR', subagentRunId, message: 'The agent failed.' })
    const outcome = { type: status === 'approval' ? 'suspended' : 'success' }
    this.#emit({ type: 'SUBAGENT_FINISHED', subagentRunId, outcome, ...(text !== undefined && { result: text }) })
  }

  /** What the step has shown is replaced by all messages without it. */
  #reset(): void {
    for (const end of this.#messages.ends()) this.#emit(end)
    this.#messages.dropStep()
    this.#started.clear()
    this.#attempt++
    const before = (this.#options.history ?? []).filter(
      (one) => !String('id' in one && one.id).startsWith(`${this.#runId}:`),
    )
    const messages = [...before, ...structuredClone(this.#messages.list)]
    this.#emit({ type: 'MESSAGES_SNAPSHOT', messages })
  }

  #closeStep(): void {
    for (const end of this.#messages.ends()) this.#emit(end)
    if (this.#isStepOpen) this.#emit({ type: 'STEP_FINISHED', stepName: `step ${this.#step}` })
    this.#isStepOpen = false
  }

  #closeAll(): void {
    this.#closeStep()
    for (const subagentRunId of this.#subagents)
      this.#emit({ type: 'SUBAGENT_FINISHED', subagentRunId, outcome: { type: 'suspended' } })
    this.#subagents.clear()
  }

  #finished(outcome: AgUiOutcome): void {
    const { inputTokens, outputTokens, totalTokens } = this.#parts.usage
    const usage = totalTokens > 0 ? { usage: [{ inputTokens, outputTokens, totalTokens }] } : {}
    this.#emit({ type: 'RUN_FINISHED', ...this.#marks, outcome, ...usage })
  }
}

/** What `payload` of a resumed request holds. */
const approvalSchema = {
  type: 'object',
  properties: { approved: { type: 'boolean' }, reason: { type: 'string' } },
  required: ['approved'],
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
