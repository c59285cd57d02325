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
 * An answer as batches of chunks, whichever way the model is asked: a whole completion is one chunk whose delta is
 * the message, so that one reader knows every server.
 */
export async function* chunksOf(
  model: ChatModel,
  request: ModelRequest,
  options: ModelOptions,
  wire: 'stream' | 'plain',
): AsyncGenerator<readonly Chunk[], void, void> {
  if (model.create && (wire === 'plain' || !model.stream)) {
    yield [asChunk(normalizeCompletion(await model.create(request, options)))]
    return
  }
  if (!model.stream)
    throw new UsageError(
      `The model \`${model.name}\` has neither \`stream\` nor \`create\`; a ChatModel needs one of them.`,
    )
  for await (const chunks of model.stream(request, options)) yield isBatch(chunks) ? chunks : [chunks]
}

const isBatch = (chunks: Chunk | readonly Chunk[]): chunks is readonly Chunk[] => Array.isArray(chunks)

function asChunk({ choices, ...completion }: Completion): Chunk {
  return {
    ...completion,
    object: 'chat.completion.chunk',
    choices: choices.map(({ message, ...choice }) => ({
      ...choice,
      delta: { ...message, tool_calls: message.tool_calls?.map((call, index) => ({ ...call, index })) } as Delta,
    })),
  }
}
