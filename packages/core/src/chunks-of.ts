import { normalizeCompletion } from '@toolloop/stream'
import {
  type ChatModel,
  type Chunk,
  type Completion,
  type Delta,
  type ModelOptions,
  type ModelRequest,
  UsageError,
} from '@toolloop/wire'

/**
 * An answer as chunks, whichever way the model is asked: a whole completion is one chunk whose delta is the message,
 * so that one reader knows every server.
 */
export function chunksOf(
  model: ChatModel,
  request: ModelRequest,
  options: ModelOptions,
  wire: 'stream' | 'plain',
): AsyncIterable<Chunk | readonly Chunk[]> {
  if (model.create && (wire === 'plain' || !model.stream)) return wholeAnswer(model.create(request, options))
  if (model.stream) {
    const chunks: unknown = model.stream(request, options)
    if (typeof chunks === 'object' && chunks !== null && Symbol.asyncIterator in chunks)
      return chunks as AsyncIterable<Chunk>
    throw new UsageError(
      `\`stream\` of the model \`${model.name}\` returned ${typeof chunks}; it must return an async iterable of chunks.`,
    )
  }
  throw new UsageError(
    `The model \`${model.name}\` has neither \`stream\` nor \`create\`; a ChatModel needs one of them.`,
  )
}

async function* wholeAnswer(answer: Promise<Completion>): AsyncGenerator<Chunk, void, void> {
  const { choices, ...completion } = normalizeCompletion(await answer)
  yield {
    ...completion,
    object: 'chat.completion.chunk',
    choices: choices.map(({ message, ...choice }) => ({
      ...choice,
      delta: { ...message, tool_calls: message.tool_calls?.map((call, index) => ({ ...call, index })) } as Delta,
    })),
  }
}
