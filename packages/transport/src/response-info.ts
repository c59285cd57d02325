// What is known of the HTTP side of a result, without touching the result.

export interface ResponseInfo {
  readonly status: number
  readonly headers: Headers
  /** For the server's support. */
  readonly requestId: string | undefined
  /** Requests sent, retries included. */
  readonly attempts: number
  readonly timing: ResponseTiming
}

/** Milliseconds since the request began, back-offs included. */
export interface ResponseTiming {
  /** Unix time in milliseconds. */
  readonly start: number
  readonly headers: number
  /** Of a stream: its first event. */
  readonly firstEvent?: number | undefined
  /** The body was read. */
  readonly end?: number | undefined
}

/** The response a completion, page or deletion came in; `undefined` for objects that came from elsewhere. */
export function responseOf(result: object): ResponseInfo | undefined {
  return known.get(result)
}

/** Tells what a result came in, for `responseOf`: of something read further than the transport reads. */
export function rememberResponse(result: object, info: ResponseInfo): void {
  known.set(result, info)
}

const known = new WeakMap<object, ResponseInfo>()
