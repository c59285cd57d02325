// Helpers for steps that read a request: its last text and its tool results.
import type { Message } from '@toolloop/wire'
import type { ScriptRequest } from './script.ts'

/** A tool result, with the call it belongs to. */
export interface ToolResult {
  readonly id: string
  readonly name: string
  /** As the model wrote them; for a custom tool its input. */
  readonly arguments: string
  readonly content: string
}

/** The text of the last message of a role; `''` where there is none. @default 'user' */
export function lastText(request: ScriptRequest, role: Message['role'] = 'user'): string {
  const message = request.messages.findLast((item) => item.role === role)
  return message ? textOf(message.content) : ''
}

/** All tool results of the conversation, the oldest first. */
export function toolResults(request: ScriptRequest): ToolResult[] {
  const results: ToolResult[] = []
  const calls = new Map<string, { name: string; text: string }>()
  for (const message of request.messages) {
    if (message.role === 'assistant')
      for (const call of message.tool_calls ?? [])
        calls.set(
          call.id,
          call.type === 'function'
            ? { name: call.function.name, text: call.function.arguments }
            : { name: call.custom.name, text: call.custom.input },
        )
    if (message.role !== 'tool') continue
    const { name = '', text = '' } = calls.get(message.tool_call_id) ?? {}
    results.push({ id: message.tool_call_id, name, arguments: text, content: textOf(message.content) })
  }
  return results
}

function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}
