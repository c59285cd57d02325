import {
  type ChatModel,
  type Chunk,
  type Completion,
  type ModelOptions,
  type ModelRequest,
  UsageError,
} from '@toolloop/wire'

/** An answer that came at once, as its server sent it. */
export class WholeAnswer {
  readonly body: unknown

  constructor(body: unknown) {
    this.body = body
  }
}

/** What of an answer arrives together. */
export type Piece = Chunk | readonly Chunk[] | WholeAnswer

/** An answer as it arrives, whichever way the model is asked: one reader knows them all. */
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

/** One piece. Written by hand: a generator would take its turns for nothing. */
function wholeAnswer(answer: Promise<Completion>): AsyncIterable<WholeAnswer> {
  let asked = false
  const next = async (): Promise<IteratorResult<WholeAnswer>> => {
    if (asked) return { done: true, value: undefined }
    asked = true
    return { done: false, value: new WholeAnswer(await answer) }
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}
