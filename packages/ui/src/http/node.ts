// Web-standard handlers behind Node's own server and Express. Their objects are described here, not imported, so that
// this package also loads where there is no Node.

/** Node's `IncomingMessage`, and Express's request. */
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

/**
 * A handler of Node's server or Express from a web-standard one: `createServer(nodeHandler(handle))`,
 * `app.use('/api/chat', nodeHandler(chat.fetch))`. The request's signal is aborted, and the response's body cancelled, at
 * the moment when the browser leaves. A handler that throws is answered with 500, without the error's words.
 */
export function nodeHandler(
  handle: (request: Request) => Response | Promise<Response>,
): (incoming: NodeRequest, outgoing: NodeResponse) => void {
  return (incoming, outgoing) => void answer(handle, incoming, outgoing)
}

async function answer(
  handle: (request: Request) => Response | Promise<Response>,
  incoming: NodeRequest,
  outgoing: NodeResponse,
): Promise<void> {
  const left = new AbortController()
  outgoing.on('close', () => left.abort(new Error('The client closed the connection.')))
  let response: Response
  try {
    response = await handle(toRequest(incoming, left.signal))
  } catch {
    response = Response.json({ error: { message: 'The server failed.' } }, { status: 500 })
  }
  await sendResponse(response, outgoing)
}

/** The web-standard request of a Node request. Its body is read as it arrives, unless a parser of Express has read it. */
export function toRequest(incoming: NodeRequest, signal?: AbortSignal): Request {
  const { method = 'GET', headers, body } = incoming
  const sent = new Headers()
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'string') sent.append(name, one)
  const hasBody = method !== 'GET' && method !== 'HEAD'
  // `duplex` is required for a body that streams; the types of browsers lack it.
  const init: RequestInit & { duplex: 'half' } = { method, headers: sent, duplex: 'half', ...(signal && { signal }) }
  if (hasBody) init.body = body === undefined ? streamOf(incoming) : textOf(body)
  return new Request(urlOf(incoming), init)
}

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
  const host = typeof headers['host'] === 'string' ? headers['host'] : 'localhost'
  // An absolute or invalid target of a hostile client.
  const path = `/${originalUrl.replace(/^\/+/, '')}`
  try {
    return new URL(path, `http://${host}`)
  } catch {
    return new URL('/', 'http://localhost')
  }
}
