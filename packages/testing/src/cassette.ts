// A `fetch` for a client that records real HTTP once and plays it back offline.
import { UsageError } from '@toolloop/wire'
import { clean, type Recording, readTape, type Taped, writeTape } from './tape.ts'
import { nearest } from './tape-difference.ts'

export interface CassetteOptions {
  /**
   * `auto` plays what is recorded and records the rest; `replay` forbids the network; `record` discards the old tape and
   * records everything. @default 'replay' where the environment has CI=true (or 1), else 'auto'
   */
  readonly mode?: 'auto' | 'replay' | 'record' | undefined
  /** The `fetch` that reaches the network. @default the platform's */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Removes further secrets from every text of a request and its answer. Keys are always removed. */
  readonly redact?: ((text: string) => string) | undefined
}

/** `await using` waits until every answer that has begun is in the file. */
export interface Cassette extends AsyncDisposable {
  /** For `new OpenAI({ fetch })`, `client({ fetch })`, or your own calls. */
  readonly fetch: typeof globalThis.fetch
  /** Resolves when every answer that has begun is in the file. */
  saved(): Promise<void>
}

/**
 * A tape of HTTP: requests are matched by method, URL and body (as JSON, keys in any order), and each recording is
 * played once, in order. Answers keep their bytes and chunk boundaries. Request headers are not recorded; keys
 * that they carry are replaced by `[key]` wherever they appear. A request that is not on the tape, where the network is
 * forbidden, throws a `UsageError` with the nearest recording and what differs.
 */
export function cassette(file: string | URL, options: CassetteOptions = {}): Cassette {
  const {
    mode = isCI() ? 'replay' : 'auto',
    fetch: network = globalThis.fetch,
    redact = (text: string) => text,
  } = options
  if (!['auto', 'replay', 'record'].includes(mode))
    throw new UsageError(
      `\`mode\` of the cassette is ${JSON.stringify(mode)}; it must be "auto", "replay" or "record".`,
    )
  const tape: Recording[] = mode === 'record' ? [] : readTape(file)
  const played = new Set<Recording>()
  const pending = new Set<Promise<void>>()

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const secrets = secretsOf(request.headers)
    const hide = (text: string): string => redact(clean(text, secrets))
    const asked: Taped = {
      method: request.method,
      url: hide(request.url),
      body: bodyOf(hide(await request.clone().text())),
    }
    const found = tape.find((one) => !played.has(one) && matches(one.request, asked))
    if (found) {
      played.add(found)
      return answerOf(found)
    }
    if (mode === 'replay') throw new UsageError(missing(file, asked, tape, played))
    const response = await network(request)
    const [answer, done] = recorded(response, (chunks) => {
      const recording: Recording = { request: asked, response: headOf(response, chunks, hide) }
      tape.push(recording)
      played.add(recording)
      writeTape(file, tape)
    })
    pending.add(done)
    void done.finally(() => pending.delete(done))
    return answer
  }

  const saved = async (): Promise<void> => void (await Promise.all(pending))
  return { fetch, saved, [Symbol.asyncDispose]: saved }
}

const isCI = (): boolean => ['true', '1'].includes(globalThis.process?.env['CI'] ?? '')

/** The credentials in a request's headers. */
function secretsOf(headers: Headers): string[] {
  const names = ['authorization', 'api-key', 'x-api-key', 'x-goog-api-key', 'proxy-authorization', 'cookie']
  return names.flatMap((name) => headers.get(name)?.replace(/^(Bearer|Basic) /i, '') || [])
}

function bodyOf(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const matches = (one: Taped, other: Taped): boolean =>
  one.method === other.method && one.url === other.url && canonical(one.body) === canonical(other.body)

/** JSON with sorted keys, so that the order of keys does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/** Passes an answer on as it arrives and keeps its chunks. If the reader leaves early, the rest is read and kept too. */
function recorded(response: Response, keep: (chunks: readonly Uint8Array[]) => void): [Response, Promise<void>] {
  const { body, status, statusText, headers } = response
  if (!body) {
    keep([])
    return [response, Promise.resolve()]
  }
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  const ended = Promise.withResolvers<void>()
  /** The next chunk; `undefined` at the end, when the recording is kept. */
  const read = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const { done, value } = await reader.read()
    if (!done) {
      chunks.push(value)
      return value
    }
    keep(chunks)
    ended.resolve()
    return undefined
  }
  const passing = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const chunk = await read()
          if (chunk) controller.enqueue(chunk)
          else controller.close()
        } catch (error) {
          ended.resolve() // an incomplete answer is not kept
          controller.error(error)
        }
      },
      async cancel() {
        try {
          while (await read());
        } catch {
          ended.resolve()
        }
      },
    },
    { highWaterMark: 0 },
  )
  return [new Response(passing, { status, statusText, headers: plainHeaders(headers) }), ended.promise]
}

/** The platform's `fetch` has decoded the body, so headers of its encoding and length no longer apply. */
function plainHeaders(headers: Headers): Headers {
  const plain = new Headers(headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) plain.delete(name)
  return plain
}

/** The response headers that a client reads. Others are dropped, because they may identify the account. */
const keptHeaders = ['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry', 'x-request-id', 'location']

function headOf(
  { status, headers }: Response,
  chunks: readonly Uint8Array[],
  hide: (text: string) => string,
): Recording['response'] {
  const kept = keptHeaders.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    return value === null ? [] : [[name, hide(value)]]
  })
  return { status, headers: Object.fromEntries(kept), chunks: chunks.map((chunk) => pieceOf(chunk, hide)) }
}

/** A chunk as text; as base64 if it is not valid UTF-8, such as a chunk cut within a character. */
function pieceOf(chunk: Uint8Array, hide: (text: string) => string): Recording['response']['chunks'][number] {
  try {
    return hide(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(chunk))
  } catch {
    const hidden = hide(Buffer.from(chunk).toString('latin1'))
    return { base64: Buffer.from(hidden, 'latin1').toString('base64') }
  }
}

function answerOf({ response: { status, headers, chunks } }: Recording): Response {
  const encoder = new TextEncoder()
  let at = 0
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const piece = chunks[at++]
        if (piece === undefined) return controller.close()
        controller.enqueue(
          typeof piece === 'string' ? encoder.encode(piece) : Uint8Array.from(Buffer.from(piece.base64, 'base64')),
        )
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(chunks.length === 0 ? null : body, { status, headers })
}

function missing(file: string | URL, asked: Taped, tape: readonly Recording[], played: ReadonlySet<Recording>): string {
  const head = `The cassette ${String(file)} has no recording of ${asked.method} ${asked.url} with this body`
  const remedy = "Record it: `cassette(file, { mode: 'auto' })`, with the network."
  if (tape.length === 0) return `${head}; it is empty. ${remedy}`
  const same = tape.filter((one) => matches(one.request, asked))
  if (same.every((one) => played.has(one)) && same.length > 0)
    return `${head} that was not played yet: it holds ${same.length}. ${remedy}`
  const { index, lines } = nearest(
    asked,
    tape.map((one) => one.request),
  )
  return [`${head}. ${remedy}`, `The nearest is recording ${index}; it differs at`, ...lines].join('\n')
}
