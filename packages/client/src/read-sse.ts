// The counterpart of `sse`: reads typed events from a body of server-sent events.
import { SseDecoder } from '@toolloop/transport'
import { StreamError } from '@toolloop/wire'
import type { TypedEvent } from './sse.ts'

export interface ReadSseOptions {
  /** The most bytes of one event; a larger one throws a `LimitError`. @default 33_554_432 */
  readonly maxEventBytes?: number | undefined
}

/** The bytes of a body, as a web stream or any async iterable. */
export type SseBody = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * Reads what `toResponse` sent: `for await (const event of readSse<RunEvent>(await fetch(url)))`. Ends normally only
 * after `[DONE]`. It checks that every event is an object with a `type`, not that it is an `Event`: server and reader
 * must agree on that. Leaving the iteration cancels the body.
 * @throws StreamError when the body is no event stream, breaks off, or reports a failure; LimitError
 */
export async function* readSse<Event extends TypedEvent = TypedEvent>(
  source: Response | SseBody,
  options: ReadSseOptions = {},
): AsyncGenerator<Event, void, undefined> {
  const reader = new EventReader()
  const decoder = new SseDecoder((data, name) => reader.add(data, name), options)
  for await (const bytes of bytesOf(await bodyOf(source))) {
    try {
      decoder.push(bytes)
    } catch (error) {
      reader.failure ??= error
    }
    yield* reader.takeEvents() as Event[]
    if (reader.failure !== undefined) throw reader.failure
    if (reader.done) return
  }
  // An event without its blank line is ignored: it may be incomplete.
  throw new StreamError(`The event stream broke off after ${reader.count} events, without \`[DONE]\``)
}

/** Events that arrived and were not yielded yet, and the state of the stream. */
class EventReader {
  done = false
  count = 0
  failure: unknown
  #events: TypedEvent[] = []

  takeEvents(): TypedEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  add(data: string, name: string): void {
    if (this.done || this.failure !== undefined) return
    if (data === '[DONE]') {
      this.done = true
      return
    }
    const value = parsed(data)
    if (name === 'error') this.failure = failureOf(value)
    else if (isTyped(value)) {
      this.#events.push(value)
      this.count++
    } else {
      this.failure = new StreamError(
        `Event ${this.count + 1} of the stream is no object with a \`type\`: ${excerpt(data)}`,
        { retryable: false },
      )
    }
  }
}

async function bodyOf(source: Response | SseBody): Promise<SseBody> {
  // Detected by its shape: the `fetch` of another library has its own Response.
  if (!('headers' in source)) return source
  const type = source.headers.get('content-type') ?? ''
  if (source.ok && source.body && /^text\/event-stream\b/i.test(type)) return source.body
  const what = `${source.status}, ${type === '' ? 'without a content type' : type}`
  const quote = await excerptOf(source)
  throw new StreamError(`The response is no event stream (${what})${quote === '' ? '' : `: ${quote}`}`, {
    retryable: source.status >= 500,
  })
}

async function* bytesOf(body: SseBody): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* 'getReader' in body ? byReader(body) : body
  } catch (cause) {
    throw new StreamError('The event stream broke off', { cause })
  }
}

/** Not every browser can iterate a web stream. */
async function* byReader(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
  } finally {
    await reader.cancel() // has no effect on a body that has ended
  }
}

async function excerptOf(response: Response): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of bytesOf(response.body)) {
      text += decoder.decode(bytes, { stream: true })
      if (text.length > maxExcerpt) break
    }
  } catch {
    // The part that arrived is enough.
  }
  return excerpt(text)
}

function failureOf(value: unknown): StreamError {
  const error = isObject(value) ? value['error'] : undefined
  const { message, code } = isObject(error) ? error : {}
  const words = typeof message === 'string' ? message : 'It gave no reason.'
  const known = typeof code === 'string' ? ` (${code})` : ''
  return new StreamError(`The other side failed${known}: ${excerpt(words)}`, { cause: error, retryable: false })
}

function isTyped(value: unknown): value is TypedEvent {
  return isObject(value) && typeof value['type'] === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const maxExcerpt = 1024

function excerpt(text: string): string {
  return text.length > maxExcerpt ? `${text.slice(0, maxExcerpt)}…` : text
}
