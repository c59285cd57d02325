import { CompletionBuilder } from '@toolloop/stream'
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

/** The chunks in a piece; a plain answer is one chunk. @throws StreamError for a body that is no completion */
export function chunksIn(piece: Piece | Completion): readonly Chunk[] {
  if (Array.isArray(piece)) return piece as readonly Chunk[]
  const body = piece instanceof WholeAnswer ? piece.body : piece
  return [isPlain(body) ? chunkOf(body) : (body as Chunk)]
}

function isPlain(body: unknown): body is Completion {
  const { choices } = (body ?? {}) as Partial<Completion>
  if (!Array.isArray(choices)) new CompletionBuilder().pushWhole(body) // throws what is wrong with the body
  return choices?.some((choice) => 'message' in choice && !('delta' in choice)) ?? false
}

function chunkOf({ choices, ...rest }: Completion): Chunk {
  return {
    ...rest,
    object: 'chat.completion.chunk',
    choices: choices.map(({ message, ...choice }) => {
      const { tool_calls, ...delta } = message
      const calls = tool_calls?.map((call, index) => ({ index, ...call }))
      return {
        ...choice,
        delta: { ...delta, ...(calls && { tool_calls: calls }) } as Chunk['choices'][number]['delta'],
      }
    }),
  }
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
