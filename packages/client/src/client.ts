// The OpenAI client's chat-completions surface over our transport.
import {
  type ChunkStream,
  type ClientOptions,
  type PlainParams,
  type RequestOptions,
  type StreamingParams,
  Transport,
} from '@toolloop/transport'
import type { Completion, CompletionParams, Profile } from '@toolloop/wire'

/** What `client.chat.completions` can do. */
export interface Completions {
  /**
   * Sends exactly these parameters. With `stream: true`: chunks as they come.
   * @throws APIError by status, APIConnectionError, APITimeoutError, APIUserAbortError
   */
  create(params: StreamingParams, options?: RequestOptions): Promise<ChunkStream>
  create(params: PlainParams, options?: RequestOptions): Promise<Completion>
  create(params: CompletionParams, options?: RequestOptions): Promise<Completion | ChunkStream>
}

/** A server, its key, its manners. Making one opens nothing; the first request does. */
export class Client implements AsyncDisposable {
  readonly chat: { readonly completions: Completions }
  readonly #options: ClientOptions
  readonly #transport: Transport

  constructor(options: ClientOptions = {}) {
    this.#options = options
    const transport = (this.#transport = new Transport(options))
    const create = ((params: CompletionParams, settings?: RequestOptions) =>
      transport.create(params, settings)) as Completions['create']
    this.chat = Object.freeze({ completions: Object.freeze({ create }) })
  }

  /** Where requests go. */
  get baseURL(): string {
    return this.#transport.baseURL
  }

  /** What the server accepts and wants back. */
  get profile(): Profile {
    return this.#transport.profile
  }

  /** Another client with some options changed; it has connections of its own. */
  with(options: ClientOptions): Client {
    return new Client({ ...this.#options, ...options })
  }

  /** Cuts what runs and frees the connections. Later requests fail. */
  close(): Promise<void> {
    return this.#transport.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

let shared: Client | undefined

/** The client made from OPENAI_API_KEY and OPENAI_BASE_URL at its first use; the only thing that is global. */
export function defaultClient(): Client {
  shared ??= new Client()
  return shared
}
