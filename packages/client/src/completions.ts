// `client.chat.completions`, composed of transport, stream and schema.
import {
  accumulateBatches,
  type AnswerLimits,
  checkAnswerLimits,
  CompletionBuilder,
  normalizeCompletion,
  type StreamEvent,
} from '@toolloop/stream'
import {
  type ChunkStream,
  type CompletionQuery,
  type CompletionUpdate,
  type Page,
  type PlainParams,
  rememberResponse,
  type RequestOptions,
  responseOf,
  type StoredMessages,
  type StreamingParams,
  type Transport,
} from '@toolloop/transport'
import type { Completion, CompletionDeleted, CompletionParams } from '@toolloop/wire'
import { answerRequest, streamedRequest } from './answer-request.ts'
import { CompletionStream } from './completion-stream.ts'
import type { EventSource } from './lazy-events.ts'
import type { ArgsOf, ParsedCallOf, ParsedCompletion, ParseParams, StreamParams, ToolParam } from './parsed.ts'
import { checkFinish, checkWhole, expectsForm, readAnswer } from './read-answer.ts'

/** The options of `parse` and `stream`. */
export interface AnswerOptions extends RequestOptions {
  /** Limits of the answer's size; exceeding one ends the request with a `LimitError`. */
  readonly limits?: AnswerLimits | undefined
}

/** The chat-completions surface of a client. */
export interface Completions {
  /**
   * Sends exactly these parameters. With `stream: true`, returns the chunks as they arrive.
   * @throws APIError by status, APIConnectionError, APITimeoutError, APIUserAbortError
   */
  create(params: StreamingParams, options?: RequestOptions): Promise<ChunkStream>
  create(params: PlainParams, options?: RequestOptions): Promise<Completion>
  create(params: CompletionParams, options?: RequestOptions): Promise<Completion | ChunkStream>

  /**
   * Parses the answer: `message.parsed` by `response_format`, `parsed_arguments` by the tools.
   * @throws LengthFinishReasonError, ContentFilterFinishReasonError when the answer is incomplete, StreamError when the
   * server broke it off
   * @throws OutputError, ToolInputError when it does not fit its schema; and what `create` throws
   */
  parse<Parsed = null, const Tools extends readonly ToolParam[] = readonly []>(
    params: ParseParams<Parsed, Tools>,
    options?: AnswerOptions,
  ): Promise<ParsedCompletion<Parsed, ParsedCallOf<Tools>>>

  /** The same as a stream of events. The request is sent when a consumer reads it. */
  stream<Parsed = null, const Tools extends readonly ToolParam[] = readonly []>(
    params: StreamParams<Parsed, Tools>,
    options?: AnswerOptions,
  ): CompletionStream<EventParsed<Parsed>, ParsedCompletion<Parsed, ParsedCallOf<Tools>>, ArgsOf<Tools>>

  /** A completion that was created with `store: true`. @throws NotFoundError */
  retrieve(id: string, options?: RequestOptions): Promise<Completion>
  /** Changes a stored completion's metadata, the only thing that can change. @throws NotFoundError */
  update(id: string, params: CompletionUpdate, options?: RequestOptions): Promise<Completion>
  /** Stored completions, a page at a time; iterating over a page continues through all later ones. */
  list(query?: CompletionQuery, options?: RequestOptions): Promise<Page<Completion>>
  /** Deletes a stored completion. @throws NotFoundError */
  delete(id: string, options?: RequestOptions): Promise<CompletionDeleted>
  /** The messages of a stored completion's request: `messages.list(id)`. */
  readonly messages: StoredMessages
}

/** Without a schema the content may still be JSON of any kind. */
type EventParsed<Parsed> = [Parsed] extends [null] ? unknown : Parsed

/** The surface over a transport; `extra` are the fields that the client adds to every body. */
export function completionsOf(transport: Transport, extra: RequestOptions['body']): Completions {
  return Object.freeze<Completions>({
    create: ((params: CompletionParams, options?: RequestOptions) =>
      transport.create(params, options)) as Completions['create'],
    parse: ((params, options) => parse({ transport, extra }, params, options)) as Completions['parse'],
    stream: ((params, options) => stream({ transport, extra }, params, options)) as Completions['stream'],
    retrieve: (id, options) => transport.retrieve(id, options),
    update: (id, params, options) => transport.update(id, params, options),
    list: (query, options) => transport.list(query, options),
    delete: (id, options) => transport.delete(id, options),
    messages: Object.freeze(transport.messages),
  })
}

interface Target {
  readonly transport: Transport
  readonly extra: RequestOptions['body']
}

async function parse(
  { transport, extra }: Target,
  params: ParseParams,
  { limits = {}, ...options }: AnswerOptions = {},
): Promise<ParsedCompletion<unknown, unknown>> {
  checkAnswerLimits('The request', limits)
  const { body, readers } = answerRequest(params, transport.profile)
  const answer = await transport.create(body, options)
  const completion = normalizeCompletion(answer, { ...limits, n: choicesOf({ ...extra, ...body, ...options.body }) })
  const info = responseOf(answer)
  if (info) rememberResponse(completion, info)
  checkWhole(completion)
  return readAnswer(completion, readers)
}

function stream(
  { transport, extra }: Target,
  params: StreamParams,
  { limits = {}, ...options }: AnswerOptions = {},
): CompletionStream<unknown, ParsedCompletion<unknown, unknown>> {
  checkAnswerLimits('The request', limits)
  const { body, readers } = answerRequest(params, transport.profile)
  const builder = new CompletionBuilder({ ...limits, n: choicesOf({ ...extra, ...body, ...options.body }) })
  let chunks: ChunkStream | undefined
  const send = async (signal: AbortSignal): Promise<ChunkStream> =>
    (chunks = await transport.create(streamedRequest(body, transport.profile), { ...options, signal }))
  return new CompletionStream({
    builder,
    response: () => chunks?.response,
    open: async () => sourceOf(send, builder, options.signal),
    read: async (completion) => {
      if (chunks) rememberResponse(completion, chunks.response)
      if (expectsForm(readers)) checkWhole(completion)
      else checkFinish(completion)
      return readAnswer(completion, readers)
    },
  })
}

/** How many choices the request asks for; the server rejects an invalid `n`. */
function choicesOf({ n }: { readonly n?: unknown }): number {
  return typeof n === 'number' && Number.isInteger(n) && n >= 1 ? n : 1
}

function sourceOf(
  send: (signal: AbortSignal) => Promise<ChunkStream>,
  builder: CompletionBuilder,
  outer: AbortSignal | undefined,
): EventSource<StreamEvent, Completion> {
  const controller = new AbortController()
  const events = eventsOf(send, builder, controller, outer)
  return { next: () => events.next(), abort: (reason) => controller.abort(reason) }
}

async function* eventsOf(
  send: (signal: AbortSignal) => Promise<ChunkStream>,
  builder: CompletionBuilder,
  controller: AbortController,
  outer: AbortSignal | undefined,
): AsyncGenerator<StreamEvent[], Completion, undefined> {
  const abort = (): void => controller.abort(outer?.reason)
  if (outer?.aborted) abort()
  outer?.addEventListener('abort', abort, { once: true })
  try {
    const chunks = await send(controller.signal)
    return yield* accumulateBatches(chunks.batches(), builder)
  } finally {
    outer?.removeEventListener('abort', abort)
  }
}
