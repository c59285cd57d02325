// UI messages out of logs: what a page shows when it loads, and what posted messages are compared with.
import type { Fact } from '@toolloop/core'
import type { Message } from '@toolloop/wire'
import { type ChatSession, userIdOf, userMessagesAt } from '../chat/session.ts'
import type { UiChunk } from './chunk.ts'
import { withoutEarlierEnds } from '../chat/live-run.ts'
import { filesIn } from './attachments.ts'
import { UiFold, type UiFoldOptions } from './ui-fold.ts'

/** A message as the AI SDK's `useChat` keeps it: pass a list of them as `messages`. */
export interface UiMessage {
  readonly id: string
  readonly role: 'user' | 'assistant'
  readonly metadata?: unknown
  readonly parts: readonly UiPart[]
}

/** A part of a message: `text`, `reasoning`, `tool-{name}`, `step-start`, `source-url`, `file`, `data-{name}`, … */
export interface UiPart {
  readonly type: string
  readonly [field: string]: unknown
}

/** The messages of a conversation, the user's and the agent's. */
export async function uiMessages(session: ChatSession, options: UiFoldOptions = {}): Promise<UiMessage[]> {
  const messages: UiMessage[] = []
  for (const [index, { turn, runId }] of session.turns.entries()) {
    const said = userMessagesAt(session, index)
    if (said.length > 0) messages.push({ id: userIdOf(runId), role: 'user', parts: said.flatMap(userParts) })
    const answer = uiMessageOf(await session.log(turn).load(), options)
    if (answer.parts.length > 0) messages.push(answer)
  }
  return messages
}

/** The message that the facts of one run add up to. */
export function uiMessageOf(facts: readonly Fact[], options: UiFoldOptions = {}): UiMessage {
  const reader = new MessageReader()
  for (const chunk of new UiFold(options).push(withoutEarlierEnds(facts))) reader.read(chunk)
  return reader.message
}

function userParts({ content }: Message): UiPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return (content ?? []).flatMap((part): UiPart[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }]
    return part.type === 'image_url' ? filesIn([part]).map((file) => ({ ...file })) : []
  })
}

type Part = Record<string, unknown> & { type: string }

/** Adds parts up, as the AI SDK's reader does. */
class MessageReader {
  #id = ''
  #metadata: object | undefined
  #parts: Part[] = []
  readonly #open = new Map<string, Part>()

  get message(): UiMessage {
    const metadata = this.#metadata ? { metadata: this.#metadata } : {}
    return { id: this.#id, role: 'assistant', ...metadata, parts: this.#parts }
  }

  read(chunk: UiChunk): void {
    switch (chunk.type) {
      case 'start':
        this.#id = chunk.messageId
        return this.#meta(chunk.messageMetadata)
      case 'finish':
      case 'message-metadata':
        return this.#meta(chunk.messageMetadata)
      case 'start-step':
        return void this.#parts.push({ type: 'step-start' })
      case 'reset-step':
        this.#parts = this.#parts.slice(0, this.#parts.findLastIndex(({ type }) => type === 'step-start') + 1)
        return
      case 'text-start':
      case 'reasoning-start': {
        const isText = chunk.type === 'text-start'
        const part: Part = {
          type: isText ? 'text' : 'reasoning',
          ...(!isText && { id: chunk.id }),
          text: '',
          state: 'streaming',
        }
        this.#open.set(chunk.id, part)
        this.#parts.push(part)
        return
      }
      default:
        return this.#more(chunk)
    }
  }

  #more(chunk: UiChunk): void {
    if ('toolCallId' in chunk) return this.#tool(chunk)
    if (chunk.type === 'text-delta' || chunk.type === 'reasoning-delta') {
      const part = this.#open.get(chunk.id)
      if (part) part['text'] = `${String(part['text'])}${chunk.delta}`
      return
    }
    if (chunk.type === 'text-end' || chunk.type === 'reasoning-end') {
      const part = this.#open.get(chunk.id)
      if (part) part['state'] = 'done'
      return
    }
    if (chunk.type === 'tool-approval-response') {
      const part = this.#parts.find(
        ({ approval }) => (approval as { id?: string } | undefined)?.id === chunk.approvalId,
      )
      const { approvalId: id, approved, reason } = chunk
      if (part)
        Object.assign(part, {
          state: 'approval-responded',
          approval: { ...(part['approval'] as object), id, approved, ...(reason !== undefined && { reason }) },
        })
    } else if ('data' in chunk) this.#data(chunk)
    else if (chunk.type === 'source-url' || chunk.type === 'file' || chunk.type === 'steering-message')
      this.#parts.push({ ...chunk })
  }

  #data({ type, id, data, transient }: Extract<UiChunk, { data: unknown }>): void {
    if (transient) return
    const known = this.#parts.find((part) => part.type === type && part['id'] === id)
    if (known) known['data'] = data
    else this.#parts.push({ type, ...(id !== undefined && { id }), data })
  }

  #tool(chunk: Extract<UiChunk, { toolCallId: string }>): void {
    const { toolCallId } = chunk
    let part = this.#parts.find((one) => one['toolCallId'] === toolCallId)
    if (!part && 'toolName' in chunk) {
      part = { type: `tool-${chunk.toolName}`, toolCallId, state: 'input-streaming' }
      this.#parts.push(part)
    }
    if (part) Object.assign(part, changeOf(chunk))
  }

  #meta(metadata: unknown): void {
    if (typeof metadata === 'object' && metadata !== null) this.#metadata = { ...this.#metadata, ...metadata }
  }
}

/** What a chunk changes of a call's part. */
function changeOf(chunk: Extract<UiChunk, { toolCallId: string }>): object {
  switch (chunk.type) {
    case 'tool-input-start':
    case 'tool-input-delta':
      return {}
    case 'tool-input-available':
      return { state: 'input-available', input: chunk.input }
    case 'tool-input-error':
      return { state: 'output-error', input: chunk.input, errorText: chunk.errorText }
    case 'tool-approval-request': {
      const { approvalId: id, reason } = chunk
      return { state: 'approval-requested', approval: { id, ...(reason !== undefined && { requestReason: reason }) } }
    }
    case 'tool-output-available':
      return { state: 'output-available', output: chunk.output }
    case 'tool-output-error':
      return { state: 'output-error', errorText: chunk.errorText }
    case 'tool-output-denied':
      return { state: 'output-denied' }
  }
}
