// Web-standard handlers behind Node's own server and Express. Their objects are described here, not imported, so that
// this package also loads where there is no Node.
import { type OnError, report } from './report.ts'

/** Node's `IncomingMessage`, also of HTTP/2, and Express's request. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Express: the URL before a router cut off its part of the path. */
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Express: the body, where a parser has read it. */
  readonly body?: unknown
}

/** Node's `ServerResponse`, and Express's response. */
export interface NodeResponse {
  readonly writableEnded: boolean
  readonly headersSent: boolean
  readonly destroyed: boolean
  writeHead(status: number, headers: Record<string, string | string[]>): unknown
  flushHeaders(): void
  write(chunk: Uint8Array): boolean
  end(): unknown
  destroy(): unknown
  on(event: 'close' | 'drain' | 'error', listener: () => void): unknown
  off(event: 'close' | 'drain' | 'error', listener: () => void): unknown
}

export interface NodeHandlerOptions {
  /** Called with the error of a handler that throws. @default console.error */
  readonly onError?: OnError | undefined
}

/**
 * A handler of Node's server or Express from a web-standard one: `createServer(nodeHandler(handle))`,
 * `app.use('/api/chat', nodeHandler(chat.fetch))`. The request's signal is aborted, and the response's body cancelled, at
 * the moment when the browser leaves. A handler that throws is answered with 500, without the error's words; `onError`
 * gets them.
 */
export function nodeHandler(
  handle: (request: Request) => Response | Promise<Response>,
  options: NodeHandlerOptions = {},
): (incoming: NodeRequest, outgoing: NodeResponse) => void {
  return (incoming, outgoing) => void answer(handle, incoming, outgoing, options)
}

async function answer(
  handle: (request: Request) => Response | Promise<Response>,
  incoming: NodeRequest,
  outgoing: NodeResponse,
  { onError }: NodeHandlerOptions,
): Promise<void> {
  const left = new AbortController()
  outgoing.on('close', () => left.abort(new Error('The client closed the connection.')))
  const request = requestOf(incoming, left.signal)
  const response = request ? await responseOf(handle, request, onError) : failure(400, 'The request is malformed.')
  await sendResponse(response, outgoing)
}

/** `undefined` for what is no web request: a method such as TRACE. */
function requestOf(incoming: NodeRequest, signal: AbortSignal): Request | undefined {
  try {
    return toRequest(incoming, signal)
  } catch {
    return undefined
  }
}

async function responseOf(
  handle: (request: Request) => Response | Promise<Response>,
  request: Request,
  onError: OnError | undefined,
): Promise<Response> {
  try {
    return await handle(request)
  } catch (error) {
    report(error, request, onError)
    return failure(500, 'The server failed.')
  }
}

const failure = (status: number, message: string): Response => Response.json({ error: { message } }, { status })

/** The web-standard request of a Node request. Its body is read as it arrives, unless a parser of Express has read it. */
export function toRequest(incoming: NodeRequest, signal?: AbortSignal): Request {
  const { method = 'GET', headers, body } = incoming
  const sent = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':')) continue // of HTTP/2: what `method` and `url` are made of
    if (body !== undefined && ofBytes.has(name)) continue // a parser has read and decompressed them
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'string') sent.append(name, one)
  }
  const hasBody = method !== 'GET' && method !== 'HEAD'
  // `duplex` is required for a body that streams; the types of browsers lack it.
  const init: RequestInit & { duplex: 'half' } = { method, headers: sent, duplex: 'half', ...(signal && { signal }) }
  if (hasBody) init.body = body === undefined ? streamOf(incoming) : textOf(body)
  return new Request(urlOf(incoming), init)
}

/** Headers that describe the bytes of a body. */
const ofBytes: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'transfer-encoding'])

/** The bytes of a request, read as they are needed. */
function streamOf(incoming: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const parts = incoming[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await parts.next()
        if (next.done) controller.close()
        else controller.enqueue(new Uint8Array(next.value))
      },
      cancel: async () => void (await parts.return?.()),
    },
    { highWaterMark: 0 },
  )
}

/**
 * Sends a response over Node's. Waits where the client reads slowly. The body is cancelled, which ends a run behind it,
 * at the moment when the connection closes. Resolves when all is sent or the client has left; never rejects.
 */
export async function sendResponse(response: Response, outgoing: NodeResponse): Promise<void> {
  const reader = response.body?.getReader()
  const { promise: closed, resolve: close } = Promise.withResolvers<'closed'>()
  const leave = (): void => {
    close('closed')
    reader?.cancel().catch(() => {})
  }
  outgoing.on('close', leave)
  outgoing.on('error', leave)
  try {
    if (outgoing.destroyed) return leave()
    outgoing.writeHead(response.status, headersOf(response))
    outgoing.flushHeaders()
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      if (outgoing.destroyed) return leave()
      if (!outgoing.write(part.value) && (await drained(outgoing, closed)) === 'closed') return
    }
    outgoing.end()
  } catch {
    // The body failed in the middle: the client must not take what it has for the whole.
    outgoing.destroy()
  } finally {
    outgoing.off('close', leave)
  }
}

async function drained(outgoing: NodeResponse, closed: Promise<'closed'>): Promise<'closed' | 'drained'> {
  const { promise, resolve } = Promise.withResolvers<'drained'>()
  const drain = (): void => resolve('drained')
  outgoing.on('drain', drain)
  try {
    return await Promise.race([promise, closed])
  } finally {
    outgoing.off('drain', drain)
  }
}

function headersOf({ headers }: Response): Record<string, string | string[]> {
  const sent: Record<string, string | string[]> = Object.fromEntries(headers)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) sent['set-cookie'] = cookies
  return sent
}

const textOf = (body: unknown): string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' ? body : body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)

function urlOf({ url = '/', originalUrl = url, headers }: NodeRequest): URL {
  const host = headers[':authority'] ?? headers['host']
  // An absolute or invalid target of a hostile client. Behind the host, no character of it can begin another host.
  return parsedUrl(`http://${hostOf(host)}/${originalUrl.replace(/^\/+/, '')}`) ?? new URL('http://localhost/')
}

/** The host as a URL has it: a header may hold a path or a user, too. */
const hostOf = (host: string | readonly string[] | undefined): string =>
  (typeof host === 'string' && parsedUrl(`http://${host}`)?.host) || 'localhost'

function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
