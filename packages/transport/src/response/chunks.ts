// The body of a streamed answer: SSE bytes in, batches of chunks out. The quirks of that body are known here only.
import { type Chunk, StreamError } from '@toolloop/wire'
import { messageProblem } from './completion.ts'
import { apiErrorOf, type Answer } from '../errors/answer.ts'
import { excerpt, isObject, mayStateError, statesError } from '../errors/body.ts'
import { APITimeoutError, APIUserAbortError } from '../errors/classes.ts'
import { isTruncated } from './truncated.ts'
import { SseDecoder, type SseOptions } from './sse.ts'

export interface ReadChunksOptions extends SseOptions {
  /** How many choices were asked for: others do not count. @default those that come */
  readonly n?: number | undefined
  /** Called after each read that held an event. Comments and keep-alives are none. */
  readonly onEvent?: ((finished: boolean) => void) | undefined
  /** Where the bytes come from, for the messages of errors inside the stream. */
  readonly answer?: (() => Answer) | undefined
}

/**
 * Reads the chunks of a streamed answer; what came in one read leaves as one array. Ends at `[DONE]` and reads no
 * further, or at the end of the body when every choice had a `finish_reason`; else throws a `StreamError`, after the
 * chunks that came before. An error inside the stream is thrown as `APIError`.
 *
 * However the body ends, an event that lacks no more than its blank line counts, and half an event is a cut. Errors of
 * the source pass through, unless every choice that was asked for had finished and no event was cut: then at most the
 * usage is lost, and the answer stands. It also stands when we stopped waiting for more; an abort is never passed over.
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

/** Where the bytes of a body come from; what comes next is `undefined` at its end. */
export interface ByteSource {
  /** What has come already. */
  arrived?(): readonly Uint8Array[] | undefined
  read(): Promise<Uint8Array | readonly Uint8Array[] | undefined>
}

/** The same, read by read; what is there is answered at once. A generator would cost each read further turns. */
export class ChunkBatches {
  readonly #source: ByteSource
  readonly #reader: ChunkReader
  #begun: readonly Uint8Array[] | undefined
  #over = false
  #concluded = false
  #broken: { readonly by: unknown } | undefined

  /** `begun` is what was read before. */
  constructor(source: ByteSource, options: ReadChunksOptions, begun?: readonly Uint8Array[]) {
    this.#source = source
    this.#reader = new ChunkReader(options)
    this.#begun = begun
  }

  /** `undefined` behind the last. */
  next(): readonly Chunk[] | undefined | Promise<readonly Chunk[] | undefined> {
    while (!this.#over) {
      const bytes = this.#begun ?? this.#source.arrived?.()
      if (bytes === undefined) return this.#wait()
      this.#begun = undefined
      const batch = this.#take(bytes)
      if (batch.length > 0) return batch
    }
    const last = this.#concluded ? [] : this.#reader.end()
    this.#concluded = true
    if (last.length > 0) return last
    this.#reader.conclude(this.#broken)
    return undefined
  }

  async #wait(): Promise<readonly Chunk[] | undefined> {
    try {
      while (!this.#over) {
        const bytes = this.#source.arrived?.() ?? (await this.#source.read())
        const batch = bytes === undefined ? [] : this.#take(bytes)
        this.#over ||= bytes === undefined
        if (batch.length > 0) return batch
      }
    } catch (error) {
      if (error instanceof APIUserAbortError) throw error
      this.#broken = { by: error }
      this.#over = true
    }
    return this.next()
  }

  #take(bytes: Uint8Array | readonly Uint8Array[]): readonly Chunk[] {
    const batch = this.#reader.read(bytes)
    this.#over = this.#reader.failure !== undefined || this.#reader.done
    return batch
  }
}

/** Follows one body: which chunks it holds, and whether the answer in it is whole. */
class ChunkReader {
  /** `[DONE]` was read. */
  done = false
  failure: Error | undefined
  /** The body ended in the middle of an event. */
  cut = false
  readonly #options: ReadChunksOptions
  readonly #decoder: SseDecoder
  #batch: Chunk[] = []
  #over = false
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

  /** Is the answer complete, so that nothing is lost if the rest is? Every choice that was asked for has finished. */
  get finished(): boolean {
    return this.done || (this.ended && this.#finished.size >= (this.#options.n ?? 1))
  }

  /** May the body end here? Servers may answer with fewer choices than were asked for, but not with half of one. */
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
    return this.#leave()
  }

  /** No more bytes come. */
  end(): readonly Chunk[] {
    if (this.done || this.failure !== undefined) return []
    this.#over = true
    if (this.#decoder.end() && !this.done) this.cut = true
    if (this.cut || !this.ended) this.#outside(this.#decoder.stray)
    return this.#leave()
  }

  /** A server that gives up may say why in plain JSON or in words, in place of an event. */
  #outside(line: string): void {
    const value = parsed(line)
    if (statesError(value)) this.#fail(value)
    else if (this.#stray === '') this.#stray = this.#quote(line, 1024)
  }

  /** The body is over, or broke off: was the answer in it whole? @throws what is the matter, if it was not */
  conclude(broken: { readonly by: unknown } | undefined): void {
    if (this.failure !== undefined) throw this.failure
    if (broken === undefined) {
      if (this.cut || !this.ended) throw this.#incomplete()
    } else if (!this.finished || (this.cut && !(broken.by instanceof APITimeoutError))) {
      throw broken.by
    }
  }

  #incomplete(): StreamError {
    const said = this.#stray === '' ? '' : `; it said: ${this.#stray}`
    const came = this.#count === 0 ? 'before the first chunk' : `after ${this.#count} chunks`
    const problem = this.cut ? 'in the middle of an event' : 'without a finish_reason or [DONE]'
    return new StreamError(`The stream ended ${came}, ${problem}${said}`)
  }

  #leave(): readonly Chunk[] {
    const batch = this.#batch
    if (batch.length > 0) this.#batch = []
    return batch
  }

  #take(data: string, event: string): void {
    if (this.done || this.failure !== undefined) return
    if (this.#over && isHalf(data, event)) {
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

  /** Not a chunk at first sight: an error by name, JSON of another kind, or words. */
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
      // The parser's own error quotes the event too, and is no cause to pass on.
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
      const problem = isObject(choice) ? deltaProblem(choice['delta']) : 'a choice that is no object'
      if (problem !== undefined) return this.#reject(problem)
      this.#follow(choice as Choice)
      suspect ||= (choice as Choice).error !== undefined
    }
    this.#count++
    this.#batch.push(value as unknown as Chunk)
    if (suspect && statesError(value)) this.#fail(value) // what stands beside it is part of the answer
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

/** Is it the beginning of an event whose rest never came? An error in words may end anywhere. */
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
