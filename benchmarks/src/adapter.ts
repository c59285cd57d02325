// What a library must offer to be measured: one file per library, the shortest ordinary use of it.

/** Makes a client once, outside of what is measured. What a library cannot do is left out. */
export interface Adapter {
  /** One request that is not streamed; resolves to the answer's text. */
  plain?(baseURL: string): (body: Body) => Promise<string>
  /** One streamed request; resolves to the text, put together from its deltas. */
  stream?(baseURL: string): (body: Body) => Promise<string>
}

export interface Body {
  /** Tells the server what to answer; see `server.ts`. */
  readonly model: string
  readonly messages: { role: 'system' | 'user'; content: string }[]
}

export const apiKey = 'sk-benchmark-key'
