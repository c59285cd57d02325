// A promise of an answer that also returns the HTTP response.
import { responseOf, type ResponseInfo } from '@toolloop/transport'
import { Stream } from './stream.ts'

/** Adds the server's request id to an answer. The property is not enumerable. */
export type WithRequestID<T> = T extends Array<unknown> | Response
  ? T
  : T extends Record<string, unknown> | object
    ? T & { _request_id?: string | null }
    : T

export interface APIResponse<T> {
  data: T
  response: Response
  request_id: string | null
}

/** The request is sent when the promise is made. `asResponse` and `withResponse` send nothing. */
export class APIPromise<T> extends Promise<WithRequestID<T>> {
  readonly #answer: Promise<WithRequestID<T>>

  /** @internal */
  constructor(answer: Promise<T>) {
    // This class overrides `then`: the base promise resolves to `undefined` and never rejects.
    super(settled)
    this.#answer = answer as Promise<WithRequestID<T>>
  }

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  /** The response. Its body is serialised again from the answer: the same JSON, or the same events. */
  async asResponse(): Promise<Response> {
    return responseFor(await this.#answer)
  }

  async withResponse(): Promise<APIResponse<T>> {
    const data = await this.#answer
    const response = responseFor(data)
    return { data: data as T, response, request_id: response.headers.get('x-request-id') }
  }

  /** @internal */
  unwrapped<U>(transform: (data: T) => U | Promise<U>): APIPromise<U> {
    return new APIPromise<U>(
      this.#answer.then(async (data) => {
        const made = await transform(data)
        withRequestId(made, infoOf(data))
        return made
      }),
    )
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<Fulfilled = WithRequestID<T>, Rejected = never>(
    onfulfilled?: ((value: WithRequestID<T>) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onrejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#answer.then(onfulfilled, onrejected)
  }

  override catch<Rejected = never>(
    onrejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<WithRequestID<T> | Rejected> {
    return this.#answer.catch(onrejected)
  }

  override finally(onfinally?: (() => void) | null): Promise<WithRequestID<T>> {
    return this.#answer.finally(onfinally)
  }
}

function settled(resolve: (value: never) => void): void {
  resolve(undefined as never)
}

const known: unique symbol = Symbol('toolloop.openai.response')

/** Defines `_request_id` on an object. The getter reads the response's headers at each access. */
export function withRequestId(value: unknown, info: ResponseInfo | undefined): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  Object.defineProperty(value, known, { value: info, configurable: true })
  Object.defineProperty(value, '_request_id', requestId)
}

/** The same for an answer of our client, whose response `responseOf` finds. */
export function withOwnRequestId<T extends object>(answer: T): T {
  return Object.defineProperty(answer, '_request_id', requestId)
}

const requestId: PropertyDescriptor = {
  get(this: object): string | null {
    return infoOf(this)?.headers.get('x-request-id') ?? null
  },
  enumerable: false,
  configurable: true,
}

function infoOf(value: unknown): ResponseInfo | undefined {
  if (value instanceof Stream) return value.response()
  if (typeof value !== 'object' || value === null) return undefined
  return (value as { [known]?: ResponseInfo })[known] ?? responseOf(value)
}

function responseFor(answer: unknown): Response {
  const info = infoOf(answer)
  const init = { status: info?.status || 200, headers: withoutEncoding(info?.headers) }
  if (answer instanceof Stream) return new Response(answer.toEventStream(), init)
  return new Response(JSON.stringify(answer), init)
}

/** The new body is not compressed and has another length. */
function withoutEncoding(headers: Headers | undefined): Headers {
  const own = new Headers(headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) own.delete(name)
  return own
}
