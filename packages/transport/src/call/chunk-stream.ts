// A streamed answer: chunks, one by one or in batches, over as many attempts as it takes to begin.
import { type Chunk, StreamError, UsageError } from '@toolloop/wire'
import type { Call } from './attempts.ts'
import { chunkOf, readCompletion } from '../response/completion.ts'
import { APIConnectionError } from '../errors/classes.ts'
import type { HttpResponse } from '../http/contract.ts'
import { ChunkBatches } from '../response/chunks.ts'
import type { ResponseInfo } from '../response/info.ts'

/**
 * The chunks of one answer. Iterate it once, by chunk or by `batches()` (what one socket read brought is one array).
 * The iteration ends normally only when the answer was complete. Until the first content, reasoning, refusal or tool
 * call a failure is retried; after it, the iteration ends in a `StreamError`. Leaving the iteration closes the socket;
 * a stream that is never iterated holds its socket until it is disposed of, but not the process.
 */
export interface ChunkStream extends AsyncIterable<Chunk>, AsyncDisposable {
  batches(): AsyncIterableIterator<readonly Chunk[]>
  /** The HTTP side of the latest attempt. */
  readonly response: ResponseInfo
}

/** What was asked for: so many choices, in events of no more than so many bytes. */
interface Asked {
  readonly n: number
  readonly maxEventBytes: number | undefined
}

/** A stream over a call whose response has begun. */
export class OpenChunkStream implements ChunkStream {
  readonly #call: Call
  readonly #begun: HttpResponse
  readonly #asked: Asked
  #iterated = false

  constructor(call: Call, begun: HttpResponse, asked: Asked) {
    this.#call = call
    this.#begun = begun
    this.#asked = asked
  }

  get response(): ResponseInfo {
    return this.#call.info
  }

  batches(): AsyncIterableIterator<readonly Chunk[]> {
    if (this.#iterated) throw new UsageError('This stream was iterated before; a stream is read once')
    this.#iterated = true
    return new Batches(this.#call, this.#begun, this.#asked)
  }

  [Symbol.asyncIterator](): AsyncIterator<Chunk> {
    return oneByOne(this.batches())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#call.cancel()
  }
}

/** Chunks held back until the answer has substance; beyond this many they go out, and a failure is no more retried. */
const mostHeld = 256

/**
 * An answer over as many attempts as it takes to begin. Not a generator: one that waits for long would keep its last
 * batch, also after its end, until the next full collection.
 */
class Batches implements AsyncIterableIterator<readonly Chunk[]> {
  readonly #call: Call
  readonly #asked: Asked
  #response: HttpResponse
  #body: Body | undefined
  /** What came so far, until the answer has substance. */
  #held: Chunk[] | undefined = []
  #over = false
  #waiting = 0
  #last: Promise<unknown> | undefined

  constructor(call: Call, begun: HttpResponse, asked: Asked) {
    this.#call = call
    this.#response = begun
    this.#asked = asked
  }

  /** Calls that do not wait for each other are answered in their order. */
  next(): Promise<IteratorResult<readonly Chunk[], undefined>> {
    const advance = (): ReturnType<Batches['next']> => this.#advance()
    const answer = this.#waiting++ > 0 && this.#last ? this.#last.then(advance, advance) : advance()
    this.#last = answer
    return answer
  }

  /** Lets go at once, whatever is awaited. */
  async return(): Promise<IteratorResult<readonly Chunk[], undefined>> {
    if (!this.#over) {
      this.#over = true
      this.#call.cancel()
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #advance(): Promise<IteratorResult<readonly Chunk[], undefined>> {
    try {
      while (!this.#over) {
        try {
          this.#call.resume()
          const body = this.#body ?? openBody(this.#call, this.#response, this.#asked)
          this.#body = body instanceof Promise ? await body : body
          const next = this.#body.next()
          const batch = next instanceof Promise ? await next : next
          const ready = batch === undefined ? this.#end() : this.#admit(batch)
          if (ready.length > 0) return { done: false, value: ready }
        } catch (error) {
          await this.#tryAgain(error)
        }
      }
      return { done: true, value: undefined }
    } finally {
      this.#waiting--
      this.#call.pause()
    }
  }

  /** What of it may go out: nothing, until the answer has substance. */
  #admit(batch: readonly Chunk[]): readonly Chunk[] {
    if (this.#held === undefined) return batch
    this.#held.push(...batch)
    return this.#held.length < mostHeld && !batch.some(hasSubstance) ? [] : this.#release()
  }

  #release(): readonly Chunk[] {
    const held = this.#held ?? []
    this.#held = undefined
    return held
  }

  #end(): readonly Chunk[] {
    this.#over = true
    this.#call.finish()
    return this.#release()
  }

  /** Where nothing has gone out. @throws the error that ends it all */
  async #tryAgain(error: unknown): Promise<void> {
    if (this.#over) return // it was left meanwhile
    try {
      if (this.#held === undefined) throw brokenOff(this.#call, error)
      await this.#call.retry(error)
      this.#response = await this.#call.run((response) => response)
      this.#body = undefined
      this.#held = []
    } catch (last) {
      if (this.#over) return
      this.#over = true
      this.#call.cancel()
      throw last
    }
  }
}

/** Hands batches out one by one; a chunk that is there already costs one resolved promise. */
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

/** What an answer's body is read through. */
type Body = Pick<ChunkBatches, 'next'>
type Bytes = readonly Uint8Array[]

/** Opens a body, at once where what has come of it tells its kind. */
function openBody(call: Call, response: HttpResponse, asked: Asked): Body | Promise<Body> {
  const begun = response.arrived?.() ?? []
  return isStream(firstByte(begun))
    ? streamedBody(call, response, asked, begun)
    : bodyByReading(call, response, asked, begun)
}

/** Some servers answer with a whole completion, an error or a page of HTML although a stream was asked for. */
async function bodyByReading(call: Call, response: HttpResponse, asked: Asked, arrived: Bytes): Promise<Body> {
  const begun = [...arrived]
  // Behind blanks the next read is needed too: only it tells what kind of body this is.
  for (let count = 0; firstByte(begun) === undefined && count < mostBlank; count++) {
    const next = await call.read(response)
    if (next === undefined) break
    begun.push(...next)
  }
  const first = firstByte(begun)
  if (first === undefined || isStream(first)) return streamedBody(call, response, asked, begun)
  const text = await call.text(response, begun)
  const whole = [[chunkOf(readCompletion(text, () => call.answer))]]
  return { next: () => whole.pop() }
}

const mostBlank = 64

/** Not JSON or HTML, where events were asked for. */
const isStream = (first: number | undefined): boolean => first !== undefined && !opensOther.has(first)

function streamedBody(call: Call, response: HttpResponse, asked: Asked, begun: Bytes): Body {
  const source = { arrived: () => response.arrived?.(), read: () => call.read(response) }
  const onEvent = (finished: boolean): void => call.onEvent(finished)
  return new ChunkBatches(source, { ...asked, onEvent, answer: () => call.answer }, begun)
}

/** The first character, behind blanks and a BOM. */
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

function hasSubstance(chunk: Chunk): boolean {
  return chunk.choices.some(({ delta }) => {
    if (!delta) return false
    if (delta.content || delta.reasoning_content || delta.reasoning || delta.refusal || delta.function_call) return true
    return Boolean(delta.tool_calls?.length || delta.reasoning_details?.length || delta.audio)
  })
}

/**
 * What ended an answer that had begun. A cut is a `StreamError`; a timeout, a bound, the caller's own abort and an error
 * the server spelled out stay what they are.
 */
function brokenOff(call: Call, cause: unknown): Error {
  const error = call.cleaned(cause)
  if (!(error instanceof APIConnectionError)) return error
  return new StreamError(`The stream broke off: ${error.message}`, { cause: error })
}
