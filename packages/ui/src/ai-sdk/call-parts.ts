// The parts of what happens to calls behind their inputs: requests, decisions, results. The same at each path of a run.
import type { FactOf, ToolDone } from '@toolloop/core'
import { plainText } from '@toolloop/wire'
import { errorTextOf, type FormatError } from '../http/error-text.ts'
import { filesIn } from './attachments.ts'
import type { UiChunk } from './chunk.ts'
import type { StepParts } from './step-parts.ts'
import { isUnparsed, jsonOr, outputOf } from './tool-output.ts'

export interface CallPartsOptions {
  readonly formatError?: FormatError | undefined
  readonly toolOutput?: ((done: ToolDone) => unknown) | undefined
}

export class CallParts {
  readonly #options: CallPartsOptions
  /** Calls of agents inside the run that are shown, because a person decides on them. */
  readonly #shown = new Set<string>()

  constructor(options: CallPartsOptions) {
    this.#options = options
  }

  requested(event: FactOf<'approval.request'>): UiChunk[] {
    const { id, name: toolName, kind } = event
    const toolCallId = idIn(event.path, event.callId)
    const out: UiChunk[] = []
    // Only calls of the root's own steps are shown as they stream: others are shown when they wait for a person.
    if (event.path !== '' || event.stage !== undefined) {
      this.#shown.add(toolCallId)
      out.push({ type: 'tool-input-available', toolCallId, toolName, input: jsonOr(event.arguments) })
    }
    if (kind === 'external') return out // the front end executes it
    if (kind === 'input') {
      out.push({ type: 'data-question', id, data: { toolCallId, request: event.input?.request } })
      return out
    }
    const reason = kind === 'interrupted' ? { reason: 'Interrupted: the outcome is unknown.' } : {}
    out.push({ type: 'tool-approval-request', approvalId: id, toolCallId, ...reason })
    return out
  }

  decided({ id, callId, decision, stage }: FactOf<'approval.decision'>): UiChunk[] {
    const out: UiChunk[] = []
    // A gate of a pipeline has no `tool.done`.
    if (stage !== undefined && 'result' in decision)
      out.push({ type: 'tool-output-available', toolCallId: callId, output: decision.result })
    if (id === undefined || !('approve' in decision)) return out
    const { approve: approved } = decision
    const reason = 'reason' in decision && decision.reason !== undefined ? { reason: decision.reason } : {}
    out.push({ type: 'tool-approval-response', approvalId: id, approved, ...reason })
    if (stage !== undefined && !approved) out.push({ type: 'tool-output-denied', toolCallId: callId })
    return out
  }

  /** `step`: the step of the root that is shown. */
  done(event: ToolDone, step: StepParts | undefined): UiChunk[] {
    const toolCallId = idIn(event.path, event.callId)
    if (event.path === '' ? step?.isAnswer(event.name) : !this.#shown.has(toolCallId)) return []
    return [this.#resultOf(event, toolCallId, step), ...filesIn(event.parts)]
  }

  #resultOf(event: ToolDone, toolCallId: string, step: StepParts | undefined): UiChunk {
    const { ok, reason, name } = event
    const { formatError, toolOutput = outputOf } = this.#options
    if (ok || reason === 'answered') return { type: 'tool-output-available', toolCallId, output: toolOutput(event) }
    if (reason === 'declined') return { type: 'tool-output-denied', toolCallId }
    const content = plainText(event.content)
    const errorText =
      reason === 'failed' || reason === 'timeout'
        ? errorTextOf({ name: 'ToolError', message: content }, formatError)
        : content
    if (step && event.path === '' && !step.isAvailable(event.callId) && isUnparsed(event.arguments))
      return { type: 'tool-input-error', toolCallId, toolName: name, input: event.arguments, errorText }
    return { type: 'tool-output-error', toolCallId, errorText }
  }
}

/** Calls of different runs of the tree may have the same id. */
export const idIn = (path: string, callId: string): string => (path === '' ? callId : `${path}/${callId}`)
