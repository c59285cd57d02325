import type { Client } from '@toolloop/client'

/** What the resource needs of its client. The settings are read at each request. */
export interface Connection {
  /** Our client for completions of this model; without a model, for stored completions. */
  client(model?: string): Client
  readonly timeout: number
}
