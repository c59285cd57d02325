// Plays a script over real HTTP on a loopback port.
import type * as NodeHttp from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Profile, systemClock, UsageError } from '@toolloop/wire'
import { ChatApi, type ApiRequest, type ChatApiOptions } from './chat-api.ts'
import { hangUp, send } from './http-response.ts'
import { parsed } from './json-object.ts'
import { Playback, type Script } from './script.ts'
import { checkRequest } from './strict.ts'

export interface ScriptedServerOptions extends ChatApiOptions {
  /** The port to listen on; 0 is any free port. @default 0 */
  readonly port?: number
}

/** A running server. Call `close()`, or declare it with `await using`, which also calls `assertUsed()`. */
export interface ScriptedServer extends AsyncDisposable {
  /** The base URL for a client, e.g. `http://127.0.0.1:41234/v1`. */
  readonly url: string
  /** All requests so far, in order of arrival. */
  readonly requests: readonly SeenRequest[]
  /** Throws when a request had no step, a step failed, or a step was left over. */
  assertUsed(): void
  /** Stops listening and closes all connections, also those that a fault keeps open. */
  close(): Promise<void>
}

/** A request as it arrived, and the progress of its response. */
export interface SeenRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON; the text where it is not JSON; `undefined` without a body. */
  readonly body: unknown
  /** When its body had arrived: milliseconds of the server's `clock`. */
  readonly time: number
  /** Bytes of the response body written to the socket so far. */
  readonly sent: number
  /** The client closed the connection before the response was complete. */
  readonly aborted: boolean
}

/**
 * Plays a script over HTTP: `const server = await scriptedServer([text('hello')])`, then point a client at `server.url`.
 * Requests with `stream: true` are streamed. Completions with `store: true` are kept, and the other routes below
 * `/chat/completions` serve them. A request without a step gets a 400 with the reason, which `assertUsed()` throws
 * again.
 */
export async function scriptedServer(script: Script, options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const { clock = systemClock, port = 0 } = options
  const playback = new Playback(script)
  const api = new ChatApi(playback, options)
  const requests: SeenRequest[] = []
  const closing = new AbortController()

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = hangUp(response, closing.signal)
    const request = await read(incoming)
    const seen = seenAs(request, clock.now())
    const number = requests.push(seen)
    const plan = await api.answer(request)
    response.setHeader('x-request-id', `req_${number}`)
    await send(response, plan, {
      clock,
      gone,
      onSent: (bytes) => (seen.sent += bytes),
      onHangUp: () => (seen.aborted = !closing.signal.aborted),
    })
  }
  const server = nodeHttp().createServer((incoming, response) => {
    void serve(incoming, response).catch((error: unknown) => {
      // A client that disconnects in the middle of its request does not fail the script.
      if (!incoming.destroyed || incoming.complete) playback.fail(error)
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> =>
    (closed ??= new Promise((resolve) => {
      closing.abort()
      server.close(() => resolve())
      server.closeAllConnections()
    }))
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/v1`,
    requests,
    assertUsed: () => playback.assertUsed(),
    close,
    async [Symbol.asyncDispose]() {
      await close()
      playback.assertUsed()
    },
  }
}

export interface StrictServerOptions extends ScriptedServerOptions {
  /** The profile whose rules apply, e.g. `profiles.mistral`. @default OpenAI's */
  readonly profile?: Partial<Profile>
}

/** A `scriptedServer` that checks every request by the rules of the API, and answers 400 where one is broken. */
export function strictServer(script: Script, options: StrictServerOptions = {}): Promise<ScriptedServer> {
  const { profile, ...rest } = options
  return scriptedServer(script, { check: (request) => checkRequest(request, profile), ...rest })
}

/** `node:http`, loaded at run time, so that the package also loads and bundles for browsers. */
function nodeHttp(): typeof NodeHttp {
  const http = globalThis.process?.getBuiltinModule?.('node:http')
  if (http) return http
  throw new UsageError(
    'scriptedServer needs `node:http` to listen on a port, which this platform does not have: use scriptedModel',
  )
}

async function read(incoming: IncomingMessage): Promise<ApiRequest> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part)
  const text = Buffer.concat(parts).toString('utf8')
  return {
    method: incoming.method ?? '',
    url: new URL(incoming.url ?? '/', 'http://localhost'),
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: text === '' ? undefined : (parsed(text) ?? text),
  }
}

function seenAs({ method, url, headers, body }: ApiRequest, time: number): Writable<SeenRequest> {
  const query = Object.fromEntries(url.searchParams)
  return { method, path: url.pathname, query, headers, body, time, sent: 0, aborted: false }
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port
  throw new UsageError(`The server listens on ${address ?? 'nothing'}, not on a port`)
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
