// Adapts a request to the profile of its server.
import {
  type AssistantMessage,
  type CallIdForm,
  type CustomToolCall,
  deepFreeze,
  isDeepFrozen,
  type Message,
  type ModelMemory,
  type ModelRequest,
  type Profile,
  type ToolCall,
  type ToolDefinition,
} from '@toolloop/wire'
import { GrownList, cachedIn } from './grown-list.ts'
import { wellFormed } from './well-formed.ts'

/**
 * The same request, adapted to the profile: fields the server does not accept are dropped or converted, and fields it
 * does not want sent back are dropped. Pure but for `memory`, which caches the adapted messages of a conversation.
 * Idempotent. Messages and tools that need no change stay the same objects.
 */
export function adaptRequest<T extends Partial<ModelRequest>>(request: T, profile: Profile, memory?: ModelMemory): T {
  const { messages, tools, parallel_tool_calls, max_completion_tokens, ...rest } = request
  const adapted = rest as Partial<ModelRequest>
  if (messages !== undefined) adapted.messages = adaptMessages(messages, profile, memory)
  if (tools !== undefined) adapted.tools = each(tools, (tool) => adaptTool(tool, profile.strict))
  if (parallel_tool_calls !== undefined && profile.parallelToolCalls) adapted.parallel_tool_calls = parallel_tool_calls
  if (max_completion_tokens !== undefined) {
    if (profile.maxCompletionTokens) adapted.max_completion_tokens = max_completion_tokens
    else adapted.max_tokens ??= max_completion_tokens
  }
  return adapted as T
}

/** Deeply frozen messages are adapted once per conversation and profile. A profile that is not frozen is not cached. */
function adaptMessages(messages: Message[], profile: Profile, memory: ModelMemory | undefined): Message[] {
  if (memory === undefined || !isDeepFrozen(profile)) {
    const all = makeAdapted()
    for (const [at, message] of messages.entries()) add(all, message, messages[at - 1], profile)
    return all.changed ? all.items : messages
  }
  return cachedIn(memory, profile, makePrefix, (prefix) => adaptedFrom(prefix, messages, profile))
}

function adaptedFrom(prefix: GrownList<Adapted>, messages: Message[], profile: Profile): Message[] {
  const { isNew, added, count } = prefix.extendTo(messages)
  if (isNew) prefix.derived = makeAdapted()
  const { derived } = prefix
  for (let at = count - added.length; at < count; at++)
    add(derived, messages[at] as Message, messages[at - 1], profile, deepFreeze)
  const rest: Adapted = { items: [], changed: derived.changed }
  for (let at = count; at < messages.length; at++) add(rest, messages[at] as Message, messages[at - 1], profile)
  return rest.changed ? [...derived.items, ...rest.items] : messages
}

/** The messages of a conversation, adapted to a profile. */
interface Adapted {
  readonly items: Message[]
  /** Does any of them differ from its original? */
  changed: boolean
}

const makeAdapted = (): Adapted => ({ items: [], changed: false })
const makePrefix = (): GrownList<Adapted> => new GrownList(makeAdapted())

function add(
  to: Adapted,
  message: Message,
  previous: Message | undefined,
  profile: Profile,
  finish: <T>(value: T) => T = identity,
): void {
  if (profile.userAfterTool === false && previous?.role === 'tool' && needsBridge.has(message.role)) {
    to.items.push(bridge)
    to.changed = true
  }
  const next = finish(wellFormed(adaptMessage(message, profile)))
  to.changed ||= next !== message
  to.items.push(next)
}

const identity = <T>(value: T): T => value

/** Inserted between a tool message and a message that may not follow one. */
const bridge: Message = deepFreeze({ role: 'assistant', content: 'Understood.' })
const needsBridge: ReadonlySet<string> = new Set(['user', 'system', 'developer'])

/** Maps a list. Returns the list itself when nothing changed. */
function each<T>(list: T[], adapt: (item: T) => T): T[] {
  const adapted = list.map(adapt)
  return adapted.every((item, at) => item === list[at]) ? list : adapted
}

function adaptMessage(message: Message, profile: Profile): Message {
  switch (message.role) {
    case 'developer':
      return profile.developerRole ? message : { ...message, role: 'system' }
    case 'assistant':
      return adaptAssistant(message, profile)
    case 'tool': {
      const id = validId(message.tool_call_id, profile.callIds)
      return id === message.tool_call_id ? message : { ...message, tool_call_id: id }
    }
    default:
      return message
  }
}

/** Copies of frozen messages without their server's own fields. An entry lives as long as its message. */
const foreignMessages = new WeakMap<AssistantMessage, AssistantMessage>()

/**
 * An assistant message for a server that did not write it: only the fields of the API, without reasoning, signatures and
 * other fields of the server that wrote it. A message that has none is returned itself.
 */
export function foreignMessage(message: AssistantMessage): AssistantMessage {
  const known = foreignMessages.get(message)
  if (known !== undefined) return known
  const kept = keep(message, messageFields, nothingBack)
  const calls = each(message.tool_calls ?? [], (call) => keep(call, callFields, nothingBack))
  const foreign = calls === message.tool_calls || calls.length === 0 ? kept : { ...kept, tool_calls: calls }
  if (isDeepFrozen(message)) foreignMessages.set(message, deepFreeze(foreign))
  return foreign
}

const nothingBack: Pick<Profile, 'sendBack'> = { sendBack: [] }

/** The fields of assistant messages and calls in the API itself. */
const messageFields = new Set(['role', 'content', 'refusal', 'name', 'audio', 'tool_calls', 'function_call'])
const callFields = new Set(['id', 'type', 'function', 'custom'])

function adaptAssistant(message: AssistantMessage, profile: Profile): AssistantMessage {
  const { tool_calls, audio, function_call, ...kept } = keep(message, messageFields, profile)
  const calls = each(tool_calls ?? [], (call) => adaptCall(call, profile))
  const adapted: AssistantMessage = kept
  // Servers reject an empty list, an empty placeholder, and fields of `audio` other than `id`.
  if (calls.length > 0) adapted.tool_calls = calls
  if (audio?.id) adapted.audio = { id: audio.id }
  if (function_call?.name) adapted.function_call = function_call
  if (calls.length > 0 && !profile.nullContent) adapted.content ??= ''
  return sameFields(adapted, message) ? message : adapted
}

/** Are all fields the same? Then the original message is used. `audio` is a copy, so its keys are compared. */
function sameFields(adapted: AssistantMessage, message: AssistantMessage): boolean {
  const names = Object.keys(message) as (keyof AssistantMessage)[]
  if (names.length !== Object.keys(adapted).length) return false
  return names.every((name) =>
    name === 'audio' ? sameKeys(adapted.audio, message.audio) : adapted[name] === message[name],
  )
}

function sameKeys(one: object | null | undefined, other: object | null | undefined): boolean {
  return Object.keys(one ?? {}).length === Object.keys(other ?? {}).length
}

function adaptCall(call: ToolCall, profile: Profile): ToolCall {
  const kept = withType(keep(call, callFields, profile))
  const id = validId(kept.id, profile.callIds)
  const named = id === kept.id ? kept : { ...kept, id }
  if (named.type === 'custom') {
    const name = validName(named.custom.name)
    return name === named.custom.name ? named : { ...named, custom: { ...named.custom, name } }
  }
  const { name, arguments: text } = named.function ?? {}
  const valid = { name: validName(name), arguments: validArguments(text, profile) }
  if (valid.name === name && valid.arguments === text) return named
  return { ...named, function: { ...named.function, ...valid } }
}

/** Some servers, and histories of other APIs, have a `type` of their own or none. */
function withType(call: ToolCall): ToolCall {
  if (call.type === 'function' || call.type === 'custom') return call
  const { custom } = call as Partial<CustomToolCall>
  return { ...(call as object), type: custom === undefined ? 'function' : 'custom' } as ToolCall
}

/** A name that the API accepts. The log keeps an invalid name as it is; the tool message reports the error. */
function validName(name: unknown): string {
  if (typeof name !== 'string' || name === '') return 'unknown'
  return /^[a-zA-Z0-9_-]{1,64}$/.test(name) ? name : name.replaceAll(/[^a-zA-Z0-9_-]/gu, '_').slice(0, 64)
}

function validArguments(value: unknown, profile: Profile): string {
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '{}' : JSON.stringify(value)
  return profile.invalidArguments || isJsonObject(text) ? text : '{}'
}

/** An id that the server accepts. Deterministic, so that calls and tool messages still pair up. */
function validId(id: string, rule: CallIdForm = 'any'): string {
  if (rule === 'any' || typeof id !== 'string') return id
  if (rule === 'alphanumeric9') return /^[a-zA-Z0-9]{9}$/.test(id) ? id : shortId(id)
  return id.length <= 40 ? id : `call_${shortId(id)}`
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Nine letters and digits from 53 bits of a hash (two rounds of FNV-1a with different offsets). */
function shortId(text: string): string {
  let number = (fnv(text, 0x811c9dc5) & 0x1fffff) * 2 ** 32 + fnv(text, 0x9747b28c)
  let id = ''
  for (let at = 0; at < 9; at++) {
    id += digits[number % 62]
    number = Math.floor(number / 62)
  }
  return id
}

function fnv(text: string, offset: number): number {
  let hash = offset
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** Keeps the fields of the API, and those that the profile sends back where they are not `null`. */
function keep<T extends object>(value: T, known: ReadonlySet<string>, profile: Pick<Profile, 'sendBack'>): T {
  const stays = (name: string): boolean =>
    known.has(name) || (profile.sendBack.includes(name) && value[name as keyof T] !== null)
  return Object.keys(value).every(stays)
    ? value
    : (Object.fromEntries(Object.entries(value).filter(([name]) => stays(name))) as T)
}

/** Adapted forms of deeply frozen tools, without and with `strict`. An entry lives as long as its tool. */
const adaptedTools = [new WeakMap<ToolDefinition, ToolDefinition>(), new WeakMap<ToolDefinition, ToolDefinition>()]

function adaptTool(tool: ToolDefinition, strict: boolean): ToolDefinition {
  const cache = adaptedTools[strict ? 1 : 0]
  const known = cache?.get(tool)
  if (known !== undefined) return known
  const adapted = wellFormed(strict ? tool : withoutStrict(tool))
  if (isDeepFrozen(tool)) cache?.set(tool, deepFreeze(adapted))
  return adapted
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
