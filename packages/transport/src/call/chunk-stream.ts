// A streamed answer as chunks, one by one or in batches. Attempts that fail before its first content are retried.
import { type Chunk, StreamError, UsageError } from '@toolloop/wire'
import type { Call } from './attempts.ts'
import { chunkOf, readCompletion } from '../response/completion.ts'
import { APIConnectionError } from '../errors/classes.ts'
import type { HttpResponse } from '../http/contract.ts'
import { ChunkBatches } from '../response/chunks.ts'
import type { ResponseInfo } from '../response/info.ts'

/**
 * The chunks of one answer. Iterate it once, by chunk or by `batches()` (one array per socket read).
 * The iteration ends normally only when the answer is complete. A failure before the first content, reasoning, refusal
 * or tool call is retried; after it, the iteration throws a `StreamError`. Leaving the iteration closes the socket. A
 * stream that is never iterated keeps its socket open until it is disposed of; it does not keep the process alive.
 */
export interface ChunkStream extends AsyncIterable<Chunk>, AsyncDisposable {
  batches(): AsyncIterableIterator<readonly Chunk[]>
  /** The HTTP side of the latest attempt. */
  readonly response: ResponseInfo
}

/** What the body must satisfy: the number of choices, and the most bytes one event may take. */
interface Expected {
  readonly n: number
  readonly maxEventBytes: number | undefined
}

/** A stream over a call whose response has begun. */
export class OpenChunkStream implements ChunkStream {
  readonly #call: Call
  readonly #begun: HttpResponse
  readonly #expected: Expected
  #iterated = false

  constructor(call: Call, begun: HttpResponse, expected: Expected) {
    this.#call = call
    this.#begun = begun
    this.#expected = expected
  }

  get response(): ResponseInfo {
    return this.#call.info
  }

  batches(): AsyncIterableIterator<readonly Chunk[]> {
    if (this.#iterated)
      throw new UsageError('This stream was iterated before; a stream can be read only once. Create a new one')
    this.#iterated = true
    return new Batches(this.#call, this.#begun, this.#expected)
  }

  [Symbol.asyncIterator](): AsyncIterator<Chunk> {
    return oneByOne(this.batches())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#call.cancel()
  }
}

/** Chunks without content are held back. At this many they are released, and failures are no longer retried. */
const mostHeld = 256

/**
 * The batches of an answer over all its attempts. Not a generator: one that waited long would keep its last batch in
 * memory until the next full garbage collection, even after its end.
 */
class Batches implements AsyncIterableIterator<readonly Chunk[]> {
  readonly #call: Call
  readonly #expected: Expected
  #response: HttpResponse
  #body: Body | undefined
  /** The chunks so far, until one has content; then `undefined`. */
  #held: Chunk[] | undefined = []
  #ended = false
  #waiting = 0
  #last: Promise<unknown> | undefined

  constructor(call: Call, begun: HttpResponse, expected: Expected) {
    this.#call = call
    this.#response = begun
    this.#expected = expected
  }

  /** Concurrent calls resolve in call order. */
  next(): Promise<IteratorResult<readonly Chunk[], undefined>> {
    const advance = (): ReturnType<Batches['next']> => this.#advance()
    const answer = this.#waiting++ > 0 && this.#last ? this.#last.then(advance, advance) : advance()
    this.#last = answer
    return answer
  }

  /** Cancels the call at once, also while a `next` is pending. */
  async return(): Promise<IteratorResult<readonly Chunk[], undefined>> {
    if (!this.#ended) {
      this.#ended = true
      this.#call.cancel()
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #advance(): Promise<IteratorResult<readonly Chunk[], undefined>> {
    try {
      while (!this.#ended) {
        try {
          this.#call.resume()
          const body = this.#body ?? openBody(this.#call, this.#response, this.#expected)
          this.#body = body instanceof Promise ? await body : body
          const next = this.#body.next()
          const batch = next instanceof Promise ? await next : next
          const ready = batch === undefined ? this.#end() : this.#admit(batch)
          if (ready.length > 0) return { done: false, value: ready }
        } catch (error) {
          await this.#retry(error)
        }
      }
      return { done: true, value: undefined }
    } finally {
      this.#waiting--
      this.#call.pause()
    }
  }

  /** The chunks to release: none until one has content. */
  #admit(batch: readonly Chunk[]): readonly Chunk[] {
    if (this.#held === undefined) return batch
    this.#held.push(...batch)
    return this.#held.length < mostHeld && !batch.some(hasContent) ? [] : this.#release()
  }

  #release(): readonly Chunk[] {
    const held = this.#held ?? []
    this.#held = undefined
    return held
  }

  #end(): readonly Chunk[] {
    this.#ended = true
    this.#call.finish()
    return this.#release()
  }

  /** Starts the next attempt where no chunk was released yet. @throws the error that ends the stream */
  async #retry(error: unknown): Promise<void> {
    if (this.#ended) return // the consumer left meanwhile
    try {
      if (this.#held === undefined) throw streamErrorOf(this.#call, error)
      await this.#call.retry(error)
      this.#response = await this.#call.run((response) => response)
      this.#body = undefined
      this.#held = []
    } catch (last) {
      if (this.#ended) return
      this.#ended = true
      this.#call.cancel()
      throw last
    }
  }
}

/** Yields the chunks of batches one by one. A chunk that has arrived costs one resolved promise. */
function oneByOne(batches: AsyncIterableIterator<readonly Chunk[]>): AsyncIterator<Chunk> {
  let batch: readonly Chunk[] = []
  let at = 0
  let turn: Promise<unknown> = Promise.resolve()
  const refill = async (): Promise<IteratorResult<Chunk>> => {
    while (at >= batch.length) {
      const { done, value } = await batches.next()
      if (done) return { done, value: undefined }
      batch = value
      at = 0
    }
    return taken()
  }
  const taken = (): IteratorResult<Chunk> => ({ done: false, value: batch[at++] as Chunk })
  return {
    next() {
      if (at < batch.length) return Promise.resolve(taken())
      const result = turn.then(refill)
      turn = result.catch(() => {})
      return result
    },
    async return() {
      batch = []
      await batches.return?.()
      return { done: true, value: undefined }
    },
  }
}

/** A reader of an answer's body. */
type Body = Pick<ChunkBatches, 'next'>
type Bytes = readonly Uint8Array[]

/** Opens a body, synchronously where its first byte has arrived. */
function openBody(call: Call, response: HttpResponse, expected: Expected): Body | Promise<Body> {
  const begun = response.arrived?.() ?? []
  return isStream(firstByte(begun))
    ? streamedBody(call, response, expected, begun)
    : bodyByReading(call, response, expected, begun)
}

/** Some servers answer a streaming request with a whole completion, an error object or a page of HTML. */
async function bodyByReading(call: Call, response: HttpResponse, expected: Expected, arrived: Bytes): Promise<Body> {
  const begun = [...arrived]
  // Only the first byte that is not blank shows the kind of the body.
  for (let count = 0; firstByte(begun) === undefined && count < mostBlank; count++) {
    const next = await call.read(response)
    if (next === undefined) break
    begun.push(...next)
  }
  const first = firstByte(begun)
  if (first === undefined || isStream(first)) return streamedBody(call, response, expected, begun)
  const text = await call.text(response, begun)
  const whole = [[chunkOf(readCompletion(text, () => call.answer))]]
  return { next: () => whole.pop() }
}

const mostBlank = 64

/** Anything but JSON and HTML is read as a stream. */
const isStream = (first: number | undefined): boolean => first !== undefined && !opensOther.has(first)

function streamedBody(call: Call, response: HttpResponse, expected: Expected, begun: Bytes): Body {
  const source = { arrived: () => response.arrived?.(), read: () => call.read(response) }
  const onEvent = (finished: boolean): void => call.onEvent(finished)
  return new ChunkBatches(source, { ...expected, onEvent, answer: () => call.answer }, begun)
}

/** The first byte behind blanks and a byte order mark. */
function firstByte(parts: Bytes): number | undefined {
  for (const part of parts)
    for (let at = 0; at < part.length; at++) {
      const byte = part[at] as number
      if (byte > space && !byteOrderMark.has(byte)) return byte
    }
  return undefined
}

const space = 32
const byteOrderMark: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf])
const opensOther: ReadonlySet<number> = new Set(new TextEncoder().encode('[{<'))

function hasContent(chunk: Chunk): boolean {
  return chunk.choices.some(({ delta }) => {
    if (!delta) return false
    if (delta.content || delta.reasoning_content || delta.reasoning || delta.refusal || delta.function_call) return true
    return Boolean(delta.tool_calls?.length || delta.reasoning_details?.length || delta.audio)
  })
}

/**
 * The error of an answer that failed after its first content. A connection error becomes a `StreamError`. A timeout, a
 * bound, the caller's abort and an error that the server sent stay as they are.
 */
function streamErrorOf(call: Call, cause: unknown): Error {
  const error = call.toError(cause)
  if (!(error instanceof APIConnectionError)) return error
  return new StreamError(`The stream broke off: ${error.message}`, { cause: error })
}
