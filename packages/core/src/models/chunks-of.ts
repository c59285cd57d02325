import {
  type ChatModel,
  type Chunk,
  type Completion,
  type ModelOptions,
  type ModelRequest,
  UsageError,
} from '@toolloop/wire'

/** The plain body of an answer, as the server sent it. */
export class WholeAnswer {
  readonly body: unknown

  constructor(body: unknown) {
    this.body = body
  }
}

/** A part of an answer that arrives at once. */
export type Piece = Chunk | readonly Chunk[] | WholeAnswer

/** The pieces of an answer, streamed or plain: one reader handles both. */
export function chunksOf(
  model: ChatModel,
  request: ModelRequest,
  options: ModelOptions,
  wire: 'stream' | 'plain',
): AsyncIterable<Piece> {
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

/** Yields one piece. Written by hand: a generator would add microtasks. */
function wholeAnswer(answer: Promise<Completion>): AsyncIterable<WholeAnswer> {
  let isDone = false
  const next = async (): Promise<IteratorResult<WholeAnswer>> => {
    if (isDone) return { done: true, value: undefined }
    isDone = true
    return { done: false, value: new WholeAnswer(await answer) }
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}
