// Carries a tool message between two runtimes in a chunk without choices, which every reader of chunks skips.
import type { ChatCompletionMessageParam } from '../types/chat.ts'
import type { ChatCompletionChunk } from '../types/completion.ts'

export interface CarriedMessage {
  readonly type: 'message'
  readonly message: ChatCompletionMessageParam
  /** Ids of the preceding calls, which may be our own where the server sent none. */
  readonly tool_call_ids?: string[]
}

/** The peer writes and reads the same prefix. */
const prefix = 'chat.completion.chunk.message:'

export function messageChunk(
  { id, created, model }: ChatCompletionChunk,
  message: ChatCompletionMessageParam,
  tool_call_ids: string[] | undefined,
): ChatCompletionChunk {
  const carried: CarriedMessage = { type: 'message', message, ...(tool_call_ids && { tool_call_ids }) }
  return { id, choices: [], created, model, object: `${prefix}${JSON.stringify(carried)}` as 'chat.completion.chunk' }
}

/** The message that an item carries; `undefined` for a chunk. */
export function messageIn(item: ChatCompletionChunk | CarriedMessage): CarriedMessage | undefined {
  if ('type' in item) return item.type === 'message' ? item : undefined
  return typeof item.object === 'string' && item.object.startsWith(prefix)
    ? (JSON.parse(item.object.slice(prefix.length)) as CarriedMessage)
    : undefined
}
