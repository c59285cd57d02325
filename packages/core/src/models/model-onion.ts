// Runs a model call through its middlewares. Hand-written iterators: a generator per layer would cost more per batch.
import type { Chunk, Completion, ModelRequest } from '@toolloop/wire'
import { showOption } from '@toolloop/wire'
import { chunksIn, type Piece } from './chunks-of.ts'
import type { Middleware, ModelAnswer, ModelCall, ModelMiddleware } from './middleware.ts'
import { MiddlewareError, thrownBy } from './middleware-error.ts'

/** A middleware with a part around model calls. */
export type ModelLayer = Middleware & { readonly model: ModelMiddleware }

type Send = (request: ModelRequest) => AsyncIterable<Piece>
type Batches = AsyncIterator<readonly Chunk[]>

/** One model call through its middlewares; read it once. */
export class ModelOnion implements AsyncIterable<readonly Chunk[]> {
  /** The middleware that was reached last; `undefined` when the request reached the model. */
  answeredBy: string | undefined
  readonly #layers: readonly ModelLayer[]
  readonly #call: ModelCall
  readonly #send: Send
  /** The last error that came out of a layer or the model. Thrown on by an outer layer, it stays as it is. */
  #thrown: { readonly error: unknown } | undefined

  constructor(layers: readonly ModelLayer[], call: ModelCall, send: Send) {
    this.#layers = layers
    this.#call = { ...call, request: frozenRequest(call.request) }
    this.#send = send
  }

  [Symbol.asyncIterator](): Batches {
    return this.#layer(0, this.#call.request)
  }

  #layer(at: number, request: ModelRequest): Batches {
    const layer = this.#layers[at]
    if (!layer)
      return new Layer(
        () => this.#reachModel(request),
        (error) => this.#pass(error),
      )
    const open = async (): Promise<AsyncIterator<unknown>> => {
      this.answeredBy = layer.name
      const call = request === this.#call.request ? this.#call : { ...this.#call, request }
      const next = (other = request): AsyncIterable<readonly Chunk[]> => {
        const passed = other === request ? request : frozenRequest(checked(layer.name, other))
        return { [Symbol.asyncIterator]: () => this.#layer(at + 1, passed) }
      }
      return iteratorOf(layer.name, await layer.model(call, next))
    }
    return new Layer(open, (error) => this.#named(layer.name, error))
  }

  #reachModel(request: ModelRequest): AsyncIterator<Piece> {
    this.answeredBy = undefined
    return this.#send(request)[Symbol.asyncIterator]()
  }

  #pass(error: unknown): unknown {
    this.#thrown = { error }
    return error
  }

  /** Names the middleware in its own errors: not in those from further inside, and not in the one of an abort. */
  #named(name: string, error: unknown): unknown {
    const isOwn = !(this.#thrown && this.#thrown.error === error) && !this.#call.signal?.aborted
    return this.#pass(isOwn && !(error instanceof MiddlewareError) ? thrownBy(name, error) : error)
  }
}

/** The batches of one layer. Opened at the first `next`. */
class Layer implements AsyncIterator<readonly Chunk[]> {
  readonly #open: () => AsyncIterator<unknown> | Promise<AsyncIterator<unknown>>
  readonly #fail: (error: unknown) => unknown
  #source: AsyncIterator<unknown> | undefined
  #left = false

  constructor(open: () => AsyncIterator<unknown> | Promise<AsyncIterator<unknown>>, fail: (error: unknown) => unknown) {
    this.#open = open
    this.#fail = fail
  }

  async next(): Promise<IteratorResult<readonly Chunk[]>> {
    try {
      this.#source ??= await this.#open()
      if (this.#left) return await this.return()
      const { done, value } = await this.#source.next()
      return done ? { done: true, value: undefined } : { done: false, value: chunksIn(value as Piece) }
    } catch (error) {
      throw this.#fail(error)
    }
  }

  async return(): Promise<IteratorResult<readonly Chunk[]>> {
    this.#left = true
    await this.#source?.return?.()
    return { done: true, value: undefined }
  }
}

function iteratorOf(name: string, answer: ModelAnswer): AsyncIterator<unknown> {
  if (typeof answer === 'object' && answer !== null) {
    if (Symbol.asyncIterator in answer) return answer[Symbol.asyncIterator]()
    if (Array.isArray((answer as Partial<Completion>).choices)) return wholeAnswer(answer)
  }
  throw new MiddlewareError(
    name,
    `returned ${showOption(answer)} from \`model\`; it must return \`next()\`, an async iterable of chunks, or a completion.`,
  )
}

async function* wholeAnswer(completion: Completion): AsyncGenerator<readonly Chunk[], void, undefined> {
  yield chunksIn(completion)
}

/** @throws MiddlewareError for what is no request */
function checked(name: string, request: unknown): ModelRequest {
  const { messages } = (request ?? {}) as { readonly messages?: unknown }
  if (Array.isArray(messages)) return request as ModelRequest
  throw new MiddlewareError(
    name,
    `called \`next\` with ${showOption(request)}; it takes a request: next({ ...request, … }).`,
  )
}

/** The messages and tools of an agent are frozen already. */
function frozenRequest(request: ModelRequest): ModelRequest {
  if (Object.isFrozen(request) && Object.isFrozen(request.messages)) return request
  return Object.freeze({ ...request, messages: Object.freeze([...request.messages]) as ModelRequest['messages'] })
}
