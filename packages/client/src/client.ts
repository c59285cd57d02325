// The client of a server of the Chat Completions API, in the shape of the OpenAI client.
import { type ClientOptions, Transport } from '@toolloop/transport'
import type { Profile } from '@toolloop/wire'
import { type Completions, completionsOf } from './completions.ts'

/** The `chat` member of a client. */
export interface Chat {
  readonly completions: Completions
}

/** A client. Its constructor does no I/O; the first request opens a connection. */
export class Client implements AsyncDisposable {
  readonly chat: Chat
  /** The same `chat`, for older code. */
  readonly beta: { readonly chat: Chat }
  readonly #options: ClientOptions
  readonly #transport: Transport

  constructor(options: ClientOptions = {}) {
    this.#options = options
    this.#transport = new Transport(options)
    this.chat = Object.freeze({ completions: completionsOf(this.#transport, options.body) })
    this.beta = Object.freeze({ chat: this.chat })
  }

  /** The URL that requests are sent to. */
  get baseURL(): string {
    return this.#transport.baseURL
  }

  /** What the server accepts and requires. */
  get profile(): Profile {
    return this.#transport.profile
  }

  /** A client with some options changed; it has its own connections. */
  with(options: ClientOptions): Client {
    return new Client({ ...this.#options, ...options })
  }

  /** Aborts running requests and closes the connections. Later requests fail. */
  close(): Promise<void> {
    return this.#transport.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

let shared: Client | undefined

/** The client made from OPENAI_API_KEY and OPENAI_BASE_URL at its first use; the only global state. */
export function defaultClient(): Client {
  shared ??= new Client()
  return shared
}
