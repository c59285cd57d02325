// What the transport needs of a platform: send a request, read the body as it arrives, release the connection.

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Scheme, host and port. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | ReturnType<TextEncoder['encode']> | undefined
}

/** A request that was sent. */
export interface Sending {
  readonly response: Promise<HttpResponse>
  /** Cancels the request at any stage. Pending and later reads reject with this error. */
  cancel(error: Error): void
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  /** The body has ended and every byte was read: no further read is needed. */
  readonly ended?: boolean
  /** The rest of the body, where all of it has arrived; else `undefined`. */
  whole?(): readonly Uint8Array[] | undefined
  /** The bytes that arrived since the last read, synchronously; `undefined` where there are none. */
  arrived?(): readonly Uint8Array[] | undefined
  /** The bytes that arrived since the last read, decompressed; waits for some; `undefined` at the end. One at a time. */
  read(): Promise<readonly Uint8Array[] | undefined>
  /** Drops the rest of the body. One that is about to end may still end, so that its connection is reused. */
  finish(): void
}

/** Connections to one server. */
export interface Http {
  /** Calls `onConnected` when the connection is open, or at once where the platform does not report that. */
  send(request: HttpRequest, onConnected: () => void): Sending
  close(): Promise<void>
}

export interface HttpOptions {
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly dispatcher?: object | undefined
  readonly proxy?: string | URL | undefined
  readonly maxHeaderBytes: number
}
