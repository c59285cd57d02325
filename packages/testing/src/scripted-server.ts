// A script over real HTTP on a loopback port. Needs Node, or a runtime with its `http` module; loads it when started.
import type * as NodeHttp from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock, UsageError } from '@toolloop/wire'
import { errorBody } from './api-error.ts'
import { hangUp, send } from './http-response.ts'
import { isJsonObject } from './json-object.ts'
import { jsonPlan, planOf, type Plan } from './plan.ts'
import { Playback, type Script, type ScriptRequest } from './script.ts'
import type { ScriptOptions } from './scripted-model.ts'
import { StoredCompletions } from './stored-completions.ts'
import { checkRequest } from './strict.ts'

export interface ScriptedServerOptions extends ScriptOptions {
  /** Answers 401 to every other key (`authorization: Bearer …` or `api-key`). @default any key will do */
  readonly apiKey?: string
  /** @default 0, any free port */
  readonly port?: number
}

/** A running server. Close it, or hold it with `await using`, which also asserts that the script was used up. */
export interface ScriptedServer extends AsyncDisposable {
  /** The base URL for a client, e.g. `http://127.0.0.1:41234/v1`. */
  readonly url: string
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly SeenRequest[]
  /** Throws when a request had no step, a step failed, or a step was left over. */
  assertUsed(): void
  /** Stops listening and ends every connection, also those that a fault keeps open. */
  close(): Promise<void>
}

/** A request as it arrived, and what became of its answer. */
export interface SeenRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON; the text where it is none; `undefined` without a body. */
  readonly body: unknown
  /** When it had arrived, by the server's clock, in milliseconds. */
  readonly time: number
  /** Bytes of the answer's body handed to the socket so far. */
  readonly sent: number
  /** The client hung up before the answer was complete. */
  readonly aborted: boolean
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Plays a script over HTTP: `const server = await scriptedServer([text('hello')])`, then point a client at `server.url`.
 * Plain and streamed requests are told apart by their `stream`; `store: true` keeps completions, which the other
 * routes below `/chat/completions` then serve. A request without a step gets a 400 that says so, and `assertUsed()`
 * throws it.
 */
export async function scriptedServer(script: Script, options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const { clock = systemClock, port = 0 } = options
  const playback = new Playback(script)
  const store = new StoredCompletions()
  const requests: SeenRequest[] = []
  const closing = new AbortController()

  const server = nodeHttp().createServer((incoming, response) => {
    void serve(incoming, response).catch((error: unknown) => {
      playback.fail(error)
      response.destroy()
    })
  })

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readAll(incoming)
    const url = new URL(incoming.url ?? '/', 'http://localhost')
    const seen: Writable<SeenRequest> = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      body: text === '' ? undefined : parseJson(text),
      time: clock.now(),
      sent: 0,
      aborted: false,
    }
    requests.push(seen)
    const gone = hangUp(response, closing.signal)
    const plan = await answer(seen, url, text)
    await send(response, plan, {
      clock,
      gone,
      onSent: (bytes) => (seen.sent += bytes),
      onHangUp: () => (seen.aborted = !closing.signal.aborted),
    })
  }

  async function answer(seen: SeenRequest, url: URL, text: string): Promise<Plan> {
    const key = seen.headers['authorization']?.replace(/^Bearer /i, '') ?? seen.headers['api-key']
    if (options.apiKey !== undefined && key !== options.apiKey)
      return jsonPlan(401, errorBody('Incorrect API key provided.', { code: 'invalid_api_key' }))
    const route = /\/chat\/completions(?:\/([^/]+)(\/messages)?)?$/.exec(url.pathname)
    if (!route) return jsonPlan(404, errorBody(`Invalid URL (${seen.method} ${url.pathname})`))
    const [, id, messages] = route
    if (seen.method !== 'POST' || id !== undefined) {
      const { status, body } = store.answer(
        seen.method,
        id && decodeURIComponent(id),
        messages !== undefined,
        url.searchParams,
        seen.body,
      )
      return jsonPlan(status, body)
    }
    return complete(seen.body, text)
  }

  async function complete(body: unknown, text: string): Promise<Plan> {
    const objection = options.check?.(body)
    if (objection) return jsonPlan(400, { error: objection })
    if (!isRequest(body))
      return jsonPlan(
        400,
        errorBody('The body must be a JSON object with an array `messages`.', { code: 'invalid_type' }),
      )
    try {
      const { reply, index } = await playback.take(body)
      const plan = planOf(reply, {
        index,
        model: body.model ?? 'scripted',
        requestText: text,
        stream: body.stream === true,
        includeUsage: body.stream_options?.include_usage === true,
        deltaSize: options.deltaSize ?? 8,
        delay: options.delay ?? 0,
      })
      if (body.store === true && plan.completion) store.save(plan.completion, body)
      return plan
    } catch (error) {
      const { message } = playback.fail(error)
      return jsonPlan(400, errorBody(message, { type: 'script_error', code: 'script_error' }), {
        'x-should-retry': 'false',
      })
    }
  }

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

/** `scriptedServer` that first checks every request as the API does, and answers 400 to what it would refuse. */
export function strictServer(script: Script, options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  return scriptedServer(script, { check: checkRequest, ...options })
}

/** `node:http`, asked for at run time: the package's entry then loads, and bundles, where there is none. */
function nodeHttp(): typeof NodeHttp {
  const http = globalThis.process?.getBuiltinModule?.('node:http')
  if (http) return http
  throw new UsageError('scriptedServer needs Node (or Bun, or Deno) to listen on a port: use scriptedModel here')
}

async function readAll(incoming: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port
  throw new UsageError(`The server listens on ${address ?? 'nothing'}, not on a port`)
}

function isRequest(body: unknown): body is ScriptRequest {
  return isJsonObject(body) && Array.isArray(body['messages'])
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
