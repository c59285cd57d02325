// A server of the OpenAI client's shape: its address, its key, its manners, and what can be asked of it.
import { type ClientOptions, Transport } from '@toolloop/transport'
import type { Profile } from '@toolloop/wire'
import { type Completions, completionsOf } from './completions.ts'

/** The group `chat` of a client. */
export interface Chat {
  readonly completions: Completions
}

/** A client. Making one opens nothing and reads nothing; the first request does. */
export class Client implements AsyncDisposable {
  readonly chat: Chat
  /** The same `chat`, where older code looks for it. */
  readonly beta: { readonly chat: Chat }
  readonly #options: ClientOptions
  readonly #transport: Transport

  constructor(options: ClientOptions = {}) {
    this.#options = options
    this.#transport = new Transport(options)
    this.chat = Object.freeze({ completions: completionsOf(this.#transport, options.body) })
    this.beta = Object.freeze({ chat: this.chat })
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
