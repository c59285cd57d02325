// A request as its server takes it.
import type { AssistantMessage, Message, ModelRequest, Profile, ToolCall, ToolDefinition } from '@toolloop/wire'

/**
 * The same request within the profile: what the server does not accept is left out or said another way, what it does
 * not want back is dropped. Pure; twice is once; what needs no change is the same object.
 */
export function adaptRequest<T extends Partial<ModelRequest>>(request: T, profile: Profile): T {
  const { messages, tools, parallel_tool_calls, max_completion_tokens, ...rest } = request
  const adapted = rest as Partial<ModelRequest>
  if (messages !== undefined) adapted.messages = each(messages, (message) => adaptMessage(message, profile))
  if (tools !== undefined) adapted.tools = profile.strict ? tools : each(tools, withoutStrict)
  if (parallel_tool_calls !== undefined && profile.parallelToolCalls) adapted.parallel_tool_calls = parallel_tool_calls
  if (max_completion_tokens !== undefined) {
    if (profile.maxCompletionTokens) adapted.max_completion_tokens = max_completion_tokens
    else adapted.max_tokens ??= max_completion_tokens
  }
  return adapted as T
}

/** The list itself when nothing changed. */
function each<T>(list: T[], adapt: (item: T) => T): T[] {
  let changed = false
  const adapted = list.map((item) => {
    const next = adapt(item)
    changed ||= next !== item
    return next
  })
  return changed ? adapted : list
}

function adaptMessage(message: Message, profile: Profile): Message {
  if (message.role === 'developer' && !profile.developerRole) return { ...message, role: 'system' }
  return message.role === 'assistant' ? adaptAssistant(message, profile) : message
}

/** What the API itself knows of an assistant message and of its calls. */
const messageFields = new Set(['role', 'content', 'refusal', 'name', 'audio', 'tool_calls', 'function_call'])
const callFields = new Set(['id', 'type', 'function', 'custom'])

function adaptAssistant(message: AssistantMessage, profile: Profile): AssistantMessage {
  const kept = keep(message, messageFields, profile)
  const calls = kept.tool_calls && each(kept.tool_calls, (call) => adaptCall(call, profile))
  const noContent = !profile.nullContent && calls !== undefined && calls.length > 0 && (kept.content ?? null) === null
  if (calls === kept.tool_calls && !noContent) return kept
  return { ...kept, ...(calls === undefined ? {} : { tool_calls: calls }), ...(noContent ? { content: '' } : {}) }
}

function adaptCall(call: ToolCall, profile: Profile): ToolCall {
  const kept = keep(call, callFields, profile)
  if (kept.type !== 'function' || profile.invalidArguments || isJsonObject(kept.function.arguments)) return kept
  return { ...kept, function: { ...kept.function, arguments: '{}' } }
}

/** Only the fields the API knows and those the profile sends back. */
function keep<T extends object>(value: T, known: ReadonlySet<string>, profile: Profile): T {
  const stays = (name: string): boolean => known.has(name) || profile.sendBack.includes(name)
  return Object.keys(value).every(stays)
    ? value
    : (Object.fromEntries(Object.entries(value).filter(([name]) => stays(name))) as T)
}

function withoutStrict(tool: ToolDefinition): ToolDefinition {
  if (tool.type !== 'function' || !('strict' in tool.function)) return tool
  const { strict: _, ...rest } = tool.function
  return { ...tool, function: rest }
}

function isJsonObject(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
