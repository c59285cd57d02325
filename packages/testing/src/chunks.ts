// Splits a completion into the chunks of a stream, in the order and shape of the API.
import {
  UsageError,
  type Choice,
  type Chunk,
  type ChunkChoice,
  type Completion,
  type CompletionMessage,
  type Delta,
  type ToolCall,
} from '@toolloop/wire'

/** How a completion is split. */
export interface SplitOptions {
  /** Characters (code points) in one delta of text or arguments. @default 8 */
  readonly deltaSize?: number
  /** A last chunk with the usage and no choices. @default true */
  readonly includeUsage?: boolean
}

/** The chunks that add up to `completion`. Choices alternate, one chunk each. */
export function chunksOf(completion: Completion, options: SplitOptions = {}): Chunk[] {
  const { deltaSize = 8, includeUsage = true } = options
  if (!(deltaSize >= 1)) throw new UsageError(`\`deltaSize\` must be at least 1 (character), not ${deltaSize}`)
  const { choices, usage, object: _, ...envelope } = completion
  const withUsage = includeUsage && usage !== undefined && usage !== null
  const chunk = (part: ChunkChoice[]): Chunk => ({
    ...envelope,
    object: 'chat.completion.chunk',
    choices: part,
    ...(withUsage && { usage: null }),
  })
  const lanes = choices.map((choice) => splitChoice(choice, deltaSize))
  const turns = Math.max(0, ...lanes.map((lane) => lane.length))
  const result: Chunk[] = []
  for (let turn = 0; turn < turns; turn++)
    for (const lane of lanes) result.push(...lane.slice(turn, turn + 1).map((part) => chunk([part])))
  if (withUsage) result.push({ ...chunk([]), usage })
  return result
}

function splitChoice(choice: Choice, size: number): ChunkChoice[] {
  const { index, finish_reason, logprobs = null } = choice
  const content = choice.message.content
  const tokens = logprobs?.content ?? []
  const byToken = tokens.length > 0 && tokens.map((token) => token.token).join('') === content
  const first: ChunkChoice = { index, delta: roleOf(choice.message), logprobs: null, finish_reason: null }
  const contents = byToken
    ? // One delta per token, with its log probability.
      tokens.map((token): ChunkChoice => ({
        ...first,
        delta: { content: token.token },
        logprobs: { content: [token], refusal: null },
      }))
    : pieces(content, size).map((part): ChunkChoice => ({ ...first, delta: { content: part } }))
  return [
    byToken ? first : { ...first, logprobs },
    ...beforeContent(choice.message, size).map((delta): ChunkChoice => ({ ...first, delta })),
    ...contents,
    ...behindContent(choice.message, size).map((delta): ChunkChoice => ({ ...first, delta })),
    { ...first, delta: {}, finish_reason },
  ]
}

const inPieces = ['content', 'refusal', 'reasoning', 'reasoning_content', 'tool_calls', 'function_call']

/** The role, and all fields that are not split. */
function roleOf(message: CompletionMessage): Delta {
  const whole = Object.entries(message).filter(([key]) => !inPieces.includes(key))
  const content = typeof message.content === 'string' ? { content: '' } : {}
  return Object.assign({ role: message.role }, content, Object.fromEntries(whole))
}

function beforeContent(message: CompletionMessage, size: number): Delta[] {
  return [
    ...pieces(message.reasoning_content, size).map((part) => ({ reasoning_content: part })),
    ...pieces(message.reasoning, size).map((part) => ({ reasoning: part })),
  ]
}

function behindContent(message: CompletionMessage, size: number): Delta[] {
  const { refusal, function_call: legacy, tool_calls: calls } = message
  return [
    ...pieces(refusal, size).map((part) => ({ refusal: part })),
    ...(legacy ? [{ function_call: { name: legacy.name, arguments: '' } }] : []),
    ...pieces(legacy?.arguments, size).map((part) => ({ function_call: { arguments: part } })),
    ...(calls ?? []).flatMap((item, index) => splitCall(item, index, size)),
  ]
}

function splitCall(call: ToolCall, index: number, size: number): Delta[] {
  if (call.type === 'custom') {
    const { name, input } = call.custom
    return [
      { tool_calls: [{ index, id: call.id, type: 'custom', custom: { name, input: '' } }] },
      ...pieces(input, size).map((part) => ({ tool_calls: [{ index, custom: { input: part } }] })),
    ]
  }
  const { name, arguments: args, ...rest } = call.function
  return [
    { tool_calls: [{ ...call, index, function: { ...rest, name, arguments: '' } }] },
    ...pieces(args, size).map((part) => ({ tool_calls: [{ index, function: { arguments: part } }] })),
  ]
}

/** Pieces of `size` characters. Never splits a surrogate pair. */
function pieces(value: string | null | undefined, size: number): string[] {
  if (!value) return []
  if (size >= value.length) return [value]
  const result: string[] = []
  if (!/[\ud800-\udbff]/.test(value)) {
    for (let at = 0; at < value.length; at += size) result.push(value.slice(at, at + size))
    return result
  }
  const characters = Array.from(value)
  for (let at = 0; at < characters.length; at += size) result.push(characters.slice(at, at + size).join(''))
  return result
}
