// Reads the body of a streamed answer: SSE bytes in, batches of chunks out. The quirks of servers are handled here only.
import { type Chunk, StreamError } from '@toolloop/wire'
import { messageProblem } from './completion.ts'
import { apiErrorOf, type Answer } from '../errors/answer.ts'
import { excerpt, isObject, mayStateError, statesError } from '../errors/body.ts'
import { APITimeoutError, APIUserAbortError } from '../errors/classes.ts'
import { isTruncated } from './truncated.ts'
import { SseDecoder, type SseOptions } from './sse.ts'

export interface ReadChunksOptions extends SseOptions {
  /** The `n` of the request: choices beyond it are not required to finish. @default all that arrive */
  readonly n?: number | undefined
  /** Called after each read that held an event; comments and keep-alives are not events. `finished`: every choice is. */
  readonly onEvent?: ((finished: boolean) => void) | undefined
  /** The request and response, for the messages of errors inside the stream. */
  readonly answer?: (() => Answer) | undefined
}

/**
 * Reads the chunks of a streamed answer; the chunks of one read are yielded as one array. Ends at `[DONE]` and reads no
 * further, or at the end of the body when every choice had a `finish_reason`. Else yields the chunks so far, then throws
 * a `StreamError`. An error inside the stream is thrown as an `APIError`.
 *
 * A last event that lacks only its blank line counts; an incomplete event is a cut. Errors of the source are rethrown,
 * unless every requested choice had finished and no event was cut: then at most the usage is missing, and the answer
 * ends normally. After a timeout it ends normally even with a cut event. An abort is always thrown.
 */
export async function* readChunks(
  source: AsyncIterable<Uint8Array | readonly Uint8Array[]>,
  options: ReadChunksOptions = {},
): AsyncGenerator<readonly Chunk[], void, undefined> {
  const bytes = source[Symbol.asyncIterator]()
  const read: ByteSource['read'] = async () => {
    const { done, value } = await bytes.next()
    return done ? undefined : value
  }
  const batches = new ChunkBatches({ read }, options)
  try {
    for (let batch = await batches.next(); batch !== undefined; batch = await batches.next()) yield batch
  } finally {
    await bytes.return?.()
  }
}

/** The source of a body's bytes; `read` resolves to `undefined` at its end. */
export interface ByteSource {
  /** The bytes that have arrived and were not read yet. */
  arrived?(): readonly Uint8Array[] | undefined
  read(): Promise<Uint8Array | readonly Uint8Array[] | undefined>
}

/** The same as `readChunks`, one batch per call; synchronous where bytes have arrived. A generator would add turns. */
export class ChunkBatches {
  readonly #source: ByteSource
  readonly #reader: ChunkReader
  #begun: readonly Uint8Array[] | undefined
  #ended = false
  #concluded = false
  #sourceError: { readonly by: unknown } | undefined

  /** `begun`: bytes that were read before. */
  constructor(source: ByteSource, options: ReadChunksOptions, begun?: readonly Uint8Array[]) {
    this.#source = source
    this.#reader = new ChunkReader(options)
    this.#begun = begun
  }

  /** The next batch; `undefined` after the last. */
  next(): readonly Chunk[] | undefined | Promise<readonly Chunk[] | undefined> {
    while (!this.#ended) {
      const bytes = this.#begun ?? this.#source.arrived?.()
      if (bytes === undefined) return this.#wait()
      this.#begun = undefined
      const batch = this.#take(bytes)
      if (batch.length > 0) return batch
    }
    const last = this.#concluded ? [] : this.#reader.end()
    this.#concluded = true
    if (last.length > 0) return last
    this.#reader.conclude(this.#sourceError)
    return undefined
  }

  async #wait(): Promise<readonly Chunk[] | undefined> {
    try {
      while (!this.#ended) {
        const bytes = this.#source.arrived?.() ?? (await this.#source.read())
        const batch = bytes === undefined ? [] : this.#take(bytes)
        this.#ended ||= bytes === undefined
        if (batch.length > 0) return batch
      }
    } catch (error) {
      if (error instanceof APIUserAbortError) throw error
      this.#sourceError = { by: error }
      this.#ended = true
    }
    return this.next()
  }

  #take(bytes: Uint8Array | readonly Uint8Array[]): readonly Chunk[] {
    const batch = this.#reader.read(bytes)
    this.#ended = this.#reader.failure !== undefined || this.#reader.done
    return batch
  }
}

/** Parses one body into chunks, and tracks whether its answer is complete. */
class ChunkReader {
  /** `[DONE]` was read. */
  done = false
  failure: Error | undefined
  /** The body ended in the middle of an event. */
  cut = false
  readonly #options: ReadChunksOptions
  readonly #decoder: SseDecoder
  #batch: Chunk[] = []
  #ended = false
  #count = 0
  #events = 0
  #stray = ''
  readonly #choices = new Set<unknown>()
  readonly #finished = new Set<unknown>()
  #lastChoice: unknown

  constructor(options: ReadChunksOptions) {
    this.#options = options
    this.#decoder = new SseDecoder((data, event) => this.#take(data, event), options)
  }

  /** Every requested choice has finished: losing the rest of the body loses no content. */
  get finished(): boolean {
    return this.done || (this.ended && this.#finished.size >= (this.#options.n ?? 1))
  }

  /** May the body end here? Servers may send fewer choices than requested, but every choice that began must finish. */
  get ended(): boolean {
    return this.done || (this.#choices.size > 0 && this.#finished.size >= this.#choices.size)
  }

  read(bytes: Uint8Array | readonly Uint8Array[]): readonly Chunk[] {
    const before = this.#events
    try {
      if (bytes instanceof Uint8Array) this.#decoder.push(bytes)
      else for (const part of bytes) this.#decoder.push(part)
    } catch (error) {
      this.failure ??= error as Error
    }
    if (this.#events > before) this.#options.onEvent?.(this.finished)
    return this.#release()
  }

  /** Ends the body; returns its last chunks. */
  end(): readonly Chunk[] {
    if (this.done || this.failure !== undefined) return []
    this.#ended = true
    if (this.#decoder.end() && !this.done) this.cut = true
    if (this.cut || !this.ended) this.#readStray(this.#decoder.stray)
    return this.#release()
  }

  /** A server that fails may send its error as plain JSON or text, without SSE framing. */
  #readStray(line: string): void {
    const value = parsed(line)
    if (statesError(value)) this.#fail(value)
    else if (this.#stray === '') this.#stray = this.#quote(line, 1024)
  }

  /** Checks at the end of the body that the answer is complete. @throws the reason where it is not */
  conclude(broken: { readonly by: unknown } | undefined): void {
    if (this.failure !== undefined) throw this.failure
    if (broken === undefined) {
      if (this.cut || !this.ended) throw this.#incomplete()
    } else if (!this.finished || (this.cut && !(broken.by instanceof APITimeoutError))) {
      throw broken.by
    }
  }

  #incomplete(): StreamError {
    const stray = this.#stray === '' ? '' : `; the server sent: ${this.#stray}`
    const where = this.#count === 0 ? 'before the first chunk' : `after ${this.#count} chunks`
    const problem = this.cut ? 'in the middle of an event' : 'without a finish_reason or [DONE]'
    return new StreamError(`The stream ended ${where}, ${problem}${stray}`)
  }

  #release(): readonly Chunk[] {
    const batch = this.#batch
    if (batch.length > 0) this.#batch = []
    return batch
  }

  #take(data: string, event: string): void {
    if (this.done || this.failure !== undefined) return
    if (this.#ended && isHalf(data, event)) {
      this.cut = true
      this.#stray = this.#quote(data, 256)
      return
    }
    this.#events++
    if (data.charCodeAt(0) === openingBrace && event !== 'error') {
      const chunk = this.#parse(data)
      if (chunk !== undefined) this.#chunk(chunk)
    } else if (data.trim() === '[DONE]') {
      this.done = true
    } else {
      this.#other(data, event)
    }
  }

  /** An event that does not look like a chunk: an `error` event, other JSON, or plain text. */
  #other(data: string, event: string): void {
    const value = parsed(data)
    if (event === 'error') this.#fail(value ?? data)
    else if (isObject(value)) this.#chunk(value)
    else if (statesError(value)) this.#fail(value)
    else if (this.#stray === '') this.#stray = this.#quote(data, 1024)
  }

  #parse(data: string): Record<string, unknown> | undefined {
    try {
      return JSON.parse(data) as Record<string, unknown>
    } catch {
      // The parser's error is not passed on as the cause: it quotes the event, unredacted.
      const problem = `The stream holds an event that is not JSON, after ${this.#count} chunks: ${this.#quote(data, 256)}`
      this.failure = new StreamError(problem, { retryable: isTruncated(data) })
      return undefined
    }
  }

  #chunk(value: Record<string, unknown>): void {
    if (!Array.isArray(value['choices'])) {
      if (statesError(value)) return this.#fail(value)
      value['choices'] = []
    }
    let suspect = mayStateError(value)
    for (const choice of value['choices'] as unknown[]) {
      const problem = isObject(choice) ? deltaProblem(choice['delta']) : 'a choice that is not an object'
      if (problem !== undefined) return this.#reject(problem)
      this.#follow(choice as Choice)
      suspect ||= (choice as Choice).error !== undefined
    }
    this.#count++
    this.#batch.push(value as unknown as Chunk)
    if (suspect && statesError(value)) this.#fail(value) // the chunk that carries the error is part of the answer
  }

  #reject(problem: string): void {
    this.failure = new StreamError(`The stream holds ${problem}, after ${this.#count} chunks`, { retryable: false })
  }

  #follow(choice: Choice): void {
    const index = choice.index ?? 0
    const { n } = this.#options
    if (n !== undefined && typeof index === 'number' && (index < 0 || index >= n)) return
    if (index !== this.#lastChoice) {
      this.#lastChoice = index
      this.#choices.add(index)
    }
    if (choice.finish_reason) this.#finished.add(index)
  }

  #quote(text: string, bytes: number): string {
    return excerpt(this.#options.answer?.().redact?.(text) ?? text, bytes)
  }

  #fail(body: unknown): void {
    this.failure = apiErrorOf({ ...this.#options.answer?.(), status: undefined, body })
  }
}

const openingBrace = 123

interface Choice {
  readonly index?: unknown
  readonly finish_reason?: unknown
  readonly error?: unknown
}

/** Is this an incomplete event? An `error` event in plain text counts as complete. */
function isHalf(data: string, event: string): boolean {
  if (data.trim() === '[DONE]' || parsed(data) !== undefined) return false
  return event !== 'error' || data.trim() === '' || /^\s*[[{"]/.test(data)
}

function deltaProblem(delta: unknown): string | undefined {
  return delta === undefined || delta === null ? undefined : messageProblem(delta)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
