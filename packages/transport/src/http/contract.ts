// What the transport asks of a platform: send one request, read the body as it arrives, let go.

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Scheme, host and port. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | ReturnType<TextEncoder['encode']> | undefined
}

/** One request on its way. */
export interface Sending {
  readonly response: Promise<HttpResponse>
  /** Gives the request up, whatever stage it is in: what is pending, or asked for later, fails with this error. */
  cancel(error: Error): void
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  /** Known before the next read: nothing more will come. */
  readonly ended?: boolean
  /** The rest of the body, if all of it has arrived: then there is nothing to wait for, and nothing left to read. */
  whole?(): readonly Uint8Array[] | undefined
  /** All that has arrived since the last read, where something has and nothing need be waited for. */
  arrived?(): readonly Uint8Array[] | undefined
  /** All that has arrived since the last read, decompressed; `undefined` at the end. One read at a time. */
  read(): Promise<readonly Uint8Array[] | undefined>
  /** The rest is of no interest. A body that is about to end may end, so that its connection is kept. */
  finish(): void
}

/** Connections to one server. */
export interface Http {
  /** `onConnected` is called where the platform tells when the connection stands. */
  send(request: HttpRequest, onConnected: () => void): Sending
  close(): Promise<void>
}

export interface HttpOptions {
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly dispatcher?: object | undefined
  readonly proxy?: string | URL | undefined
  readonly maxHeaderBytes: number
}
