// A request as its server takes it.
import {
  type AssistantMessage,
  deepFreeze,
  isDeepFrozen,
  type Message,
  type ModelMemory,
  type ModelRequest,
  type Profile,
  type ToolCall,
  type ToolDefinition,
} from '@toolloop/wire'
import { GrownList, keptIn } from './grown-list.ts'

/**
 * The same request within the profile: what the server does not accept is left out or said another way, what it does
 * not want back is dropped. Pure but for `memory`, where a conversation keeps what was adapted; twice is once; what
 * needs no change is the same object.
 */
export function adaptRequest<T extends Partial<ModelRequest>>(request: T, profile: Profile, memory?: ModelMemory): T {
  const { messages, tools, parallel_tool_calls, max_completion_tokens, ...rest } = request
  const adapted = rest as Partial<ModelRequest>
  if (messages !== undefined) adapted.messages = adaptMessages(messages, profile, memory)
  if (tools !== undefined) adapted.tools = profile.strict ? tools : each(tools, withoutStrict)
  if (parallel_tool_calls !== undefined && profile.parallelToolCalls) adapted.parallel_tool_calls = parallel_tool_calls
  if (max_completion_tokens !== undefined) {
    if (profile.maxCompletionTokens) adapted.max_completion_tokens = max_completion_tokens
    else adapted.max_tokens ??= max_completion_tokens
  }
  return adapted as T
}

/** What cannot change is adapted once per conversation and profile; of a profile that may still change nothing is kept. */
function adaptMessages(messages: Message[], profile: Profile, memory: ModelMemory | undefined): Message[] {
  const adapt = (message: Message): Message => adaptMessage(message, profile)
  if (memory === undefined || !isDeepFrozen(profile)) return each(messages, adapt)
  return keptIn(memory, profile, makeBeginning, (beginning) => adaptedFrom(beginning, messages, adapt))
}

function adaptedFrom(
  beginning: GrownList<Adapted>,
  messages: Message[],
  adapt: (message: Message) => Message,
): Message[] {
  const { isNew, added, count } = beginning.goOn(messages)
  if (isNew) beginning.made = makeAdapted()
  const { made } = beginning
  for (const message of added as readonly Message[]) {
    const next = deepFreeze(adapt(message))
    made.changed ||= next !== message
    made.items.push(next)
  }
  const rest = messages.slice(count)
  const adaptedRest = each(rest, adapt)
  return made.changed || adaptedRest !== rest ? [...made.items, ...adaptedRest] : messages
}

/** What of a conversation was adapted for a profile. */
interface Adapted {
  readonly items: Message[]
  /** Does any of them differ from what it was made of? */
  changed: boolean
}

const makeAdapted = (): Adapted => ({ items: [], changed: false })
const makeBeginning = (): GrownList<Adapted> => new GrownList(makeAdapted())

/** The list itself when nothing changed. */
function each<T>(list: T[], adapt: (item: T) => T): T[] {
  const adapted = list.map(adapt)
  return adapted.every((item, at) => item === list[at]) ? list : adapted
}

function adaptMessage(message: Message, profile: Profile): Message {
  if (message.role === 'developer' && !profile.developerRole) return { ...message, role: 'system' }
  return message.role === 'assistant' ? adaptAssistant(message, profile) : message
}

/** What the API itself knows of an assistant message and of its calls. */
const messageFields = new Set(['role', 'content', 'refusal', 'name', 'audio', 'tool_calls', 'function_call'])
const callFields = new Set(['id', 'type', 'function', 'custom'])

function adaptAssistant(message: AssistantMessage, profile: Profile): AssistantMessage {
  const { tool_calls, audio, ...kept } = keep(message, messageFields, profile)
  const calls = each(tool_calls ?? [], (call) => adaptCall(call, profile))
  const adapted: AssistantMessage = kept
  // An empty list is refused, and so is what an answer's audio holds beside its id.
  if (calls.length > 0) adapted.tool_calls = calls
  if (audio) adapted.audio = { id: audio.id }
  if (calls.length > 0 && !profile.nullContent) adapted.content ??= ''
  return sameFields(adapted, message) ? message : adapted
}

/** One level of calls and audio below, so that an unchanged message stays the same object. */
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

/** The looser forms of tools that cannot change; an agent's live as long as it does. */
const looser = new WeakMap<ToolDefinition, ToolDefinition>()

function withoutStrict(tool: ToolDefinition): ToolDefinition {
  if (tool.type !== 'function' || !('strict' in tool.function)) return tool
  const known = looser.get(tool)
  if (known !== undefined) return known
  const { strict: _, ...rest } = tool.function
  const loose = { ...tool, function: rest }
  if (isDeepFrozen(tool)) looser.set(tool, deepFreeze(loose))
  return loose
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
