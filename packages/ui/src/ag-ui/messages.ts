// The messages that AG-UI's events add up to, and what is open of them.
import type { AgUiEvent } from './event.ts'

/** A message as AG-UI's front ends keep it. */
export interface AgUiMessage {
  readonly id: string
  readonly role: string
  content?: string
  toolCalls?: AgUiCall[]
  toolCallId?: string
}

export interface AgUiCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { name: string; arguments: string }
}

export class AgUiMessages {
  readonly list: AgUiMessage[] = []
  readonly #open = new Map<string, AgUiEvent[]>()
  #stepFrom = 0

  /** Has this call's start no end yet? */
  isOpen(key: string): boolean {
    return this.#open.has(key)
  }

  read(event: AgUiEvent): void {
    switch (event.type) {
      case 'STEP_STARTED':
        this.#stepFrom = this.list.length
        return
      case 'TEXT_MESSAGE_START':
        this.#open.set(event.messageId, [{ type: 'TEXT_MESSAGE_END', messageId: event.messageId }])
        this.list.push({ id: event.messageId, role: 'assistant', content: '' })
        return
      case 'REASONING_START': {
        const { messageId } = event
        this.#open.set(messageId, [
          { type: 'REASONING_MESSAGE_END', messageId },
          { type: 'REASONING_END', messageId },
        ])
        this.list.push({ id: messageId, role: 'reasoning', content: '' })
        return
      }
      case 'TEXT_MESSAGE_CONTENT':
      case 'REASONING_MESSAGE_CONTENT': {
        const message = this.list.findLast(({ id }) => id === event.messageId)
        if (message) message.content = `${message.content ?? ''}${event.delta}`
        return
      }
      case 'TEXT_MESSAGE_END':
      case 'REASONING_END':
        this.#open.delete(event.messageId)
        return
      case 'TOOL_CALL_START':
        return this.#startCall(event)
      case 'TOOL_CALL_ARGS': {
        const call = this.#call(event.toolCallId)
        if (call) call.function.arguments += event.delta
        return
      }
      case 'TOOL_CALL_END':
        this.#open.delete(event.toolCallId)
        return
      case 'TOOL_CALL_RESULT': {
        const { messageId: id, toolCallId, content } = event
        this.list.push({ id, role: 'tool', toolCallId, content })
        return
      }
      default: // what adds nothing to a message
    }
  }

  /** The events that end what is open. */
  ends(): AgUiEvent[] {
    return [...this.#open.values()].flat()
  }

  /** Takes the messages of the current step back. */
  dropStep(): void {
    this.list.length = this.#stepFrom
  }

  #startCall({
    toolCallId: id,
    toolCallName: name,
    parentMessageId,
  }: Extract<AgUiEvent, { type: 'TOOL_CALL_START' }>): void {
    this.#open.set(id, [{ type: 'TOOL_CALL_END', toolCallId: id }])
    let parent = this.list.findLast((message) => message.id === parentMessageId)
    if (!parent) {
      parent = { id: parentMessageId, role: 'assistant' }
      this.list.push(parent)
    }
    parent.toolCalls = [...(parent.toolCalls ?? []), { id, type: 'function', function: { name, arguments: '' } }]
  }

  #call(id: string): AgUiCall | undefined {
    for (let at = this.list.length - 1; at >= 0; at--) {
      const found = this.list[at]?.toolCalls?.find((call) => call.id === id)
      if (found) return found
    }
    return undefined
  }
}
