// Messages in the conventions' JSON form: `{ role, parts }`.
import {
  type AssistantMessage,
  type ContentPart,
  type Message,
  plainText,
  type RefusalPart,
  type ToolCall,
} from '@toolloop/wire'

/** One part of a message, as the conventions define it. */
export type Part =
  | { readonly type: 'text' | 'reasoning' | 'refusal'; readonly content: string }
  | { readonly type: 'tool_call'; readonly id?: string; readonly name: string; readonly arguments: unknown }
  | { readonly type: 'tool_call_response'; readonly id?: string; readonly response: unknown }
  | { readonly type: 'blob'; readonly modality: string; readonly content: string; readonly mime_type?: string }
  | { readonly type: 'file'; readonly modality: string; readonly file_id: string }
  | { readonly type: 'uri'; readonly modality: string; readonly uri: string }

export interface ConventionMessage {
  readonly role: string
  readonly parts: readonly Part[]
  readonly name?: string
  readonly finish_reason?: string
}

/** The conversation as one JSON text. */
export const messagesText = (messages: readonly Message[]): string => JSON.stringify(messages.map(messageOf))

/** The model's message as one JSON text: a list of one. */
export const answerText = (message: AssistantMessage, finishReason: string | null): string =>
  JSON.stringify([{ ...messageOf(message), ...(finishReason !== null && { finish_reason: finishReason }) }])

function messageOf(message: Message): ConventionMessage {
  const name = 'name' in message && message.name !== undefined && { name: message.name }
  return { role: message.role, parts: partsOf(message), ...name }
}

function partsOf(message: Message): Part[] {
  switch (message.role) {
    case 'tool':
      return [{ type: 'tool_call_response', id: message.tool_call_id, response: plainText(message.content) }]
    case 'function':
      return [{ type: 'tool_call_response', response: message.content ?? '' }]
    case 'assistant':
      return answerParts(message)
    default:
      return contentParts(message.content)
  }
}

function answerParts(message: AssistantMessage): Part[] {
  const reasoning = message.reasoning_content ?? message.reasoning
  const { refusal, function_call: old } = message
  return [
    ...(reasoning ? [{ type: 'reasoning' as const, content: reasoning }] : []),
    ...contentParts(message.content ?? ''),
    ...(refusal ? [{ type: 'refusal' as const, content: refusal }] : []),
    ...(message.tool_calls ?? []).map(callPart),
    ...(old ? [{ type: 'tool_call' as const, name: old.name, arguments: valueOf(old.arguments) }] : []),
  ]
}

function callPart(call: ToolCall): Part {
  const { name, text } =
    call.type === 'custom'
      ? { name: call.custom.name, text: call.custom.input }
      : { name: call.function.name, text: call.function.arguments }
  return { type: 'tool_call', id: call.id, name, arguments: valueOf(text) }
}

function contentParts(content: string | readonly (ContentPart | RefusalPart)[]): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }]
  return content.flatMap((part) => contentPart(part))
}

function contentPart(part: ContentPart | RefusalPart): Part[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', content: part.text }]
    case 'refusal':
      return [{ type: 'refusal', content: part.refusal }]
    case 'image_url':
      return [linkPart('image', part.image_url.url)]
    case 'input_audio':
      return [
        {
          type: 'blob',
          modality: 'audio',
          content: part.input_audio.data,
          mime_type: `audio/${part.input_audio.format}`,
        },
      ]
    case 'file': {
      const { file_id: id, file_data: data } = part.file
      if (id !== undefined) return [{ type: 'file', modality: 'document', file_id: id }]
      return data === undefined ? [] : [linkPart('document', data)]
    }
    default:
      return [] // a part of a newer wire
  }
}

/** A data URL becomes a blob, any other a URI. */
function linkPart(modality: string, url: string): Part {
  const [, type, data] = /^data:([^;,]*)[^,]*;base64,(.*)$/s.exec(url) ?? []
  if (data === undefined) return { type: 'uri', modality, uri: url }
  return { type: 'blob', modality, content: data, ...(type !== undefined && type !== '' && { mime_type: type }) }
}

/** The value of a JSON text; the text itself where it is not JSON. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
