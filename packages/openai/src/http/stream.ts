// A stream of items. It can be read once, split, or serialised.
import type { ResponseInfo } from '@toolloop/transport'
import { APIUserAbortError, OpenAIError } from '../errors/errors.ts'
import { peerStreamError } from '../errors/translation.ts'
import { jsonLines } from './json-lines.ts'

/** A source that yields several items at once: all that one read returned. */
export interface BatchSource<Item> {
  batches(): AsyncIterator<readonly Item[]>
  response(): ResponseInfo | undefined
}

/** Items as they arrive. It can be iterated once. Leaving the iteration, or aborting `controller`, ends the request. */
export class Stream<Item> implements AsyncIterable<Item> {
  controller: AbortController
  readonly #iterator: () => AsyncIterator<Item>
  readonly #source: BatchSource<Item> | undefined

  constructor(iterator: () => AsyncIterator<Item>, controller: AbortController, source?: unknown) {
    this.#iterator = iterator
    this.controller = controller
    this.#source = isBatchSource<Item>(source) ? source : undefined
  }

  /** A stream over the chunks of a request; `controller` aborts it. */
  static ofBatches<Item>(source: BatchSource<Item>, controller: AbortController): Stream<Item> {
    let read = false
    return new Stream(
      () => {
        if (read) return failing(new OpenAIError('This stream was read before: use `.tee()` to read it twice.'))
        read = true
        return oneByOne(source.batches(), controller)
      },
      controller,
      source,
    )
  }

  /** Items from the lines of JSON that `toReadableStream` writes. */
  static fromReadableStream<Item>(readable: ReadableStream, controller: AbortController): Stream<Item> {
    let read = false
    return new Stream(() => {
      if (read) return failing(new OpenAIError('This stream was read before: use `.tee()` to read it twice.'))
      read = true
      return jsonLines<Item>(readable, controller)
    }, controller)
  }

  /** @internal The HTTP response, where there is one. */
  response(): ResponseInfo | undefined {
    return this.#source?.response()
  }

  /** @internal The items of one read at a time, without a promise for each item. */
  batches(): AsyncIterator<readonly Item[]> | undefined {
    return this.#source?.batches()
  }

  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.#iterator()
  }

  /** Two streams of the same items. Items that only one of them has read stay in memory. */
  tee(): [Stream<Item>, Stream<Item>] {
    const source = this.#iterator()
    const queues: [Promise<IteratorResult<Item>>[], Promise<IteratorResult<Item>>[]] = [[], []]
    const left = new Set(queues)
    const branch = (own: Promise<IteratorResult<Item>>[]): Stream<Item> =>
      new Stream<Item>(
        () => ({
          next: () => {
            if (!left.has(own)) return Promise.resolve({ done: true, value: undefined })
            if (own.length === 0) {
              const next = source.next()
              for (const queue of left) queue.push(next)
            }
            return own.shift()!
          },
          return: async () => {
            left.delete(own)
            own.length = 0
            if (left.size === 0) await source.return?.()
            return { done: true, value: undefined }
          },
        }),
        this.controller,
      )
    return [branch(queues[0]), branch(queues[1])]
  }

  /** The items as lines of JSON, which `fromReadableStream` reads. */
  toReadableStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return textOf(this.#iterator, (item) => `${JSON.stringify(item)}\n`)
  }

  /** @internal The items as server-sent events. */
  toEventStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return textOf(this.#iterator, (item) => `data: ${JSON.stringify(item)}\n\n`, 'data: [DONE]\n\n')
  }
}

function isBatchSource<Item>(source: unknown): source is BatchSource<Item> {
  return typeof source === 'object' && source !== null && 'batches' in source
}

function failing(error: Error): AsyncIterator<never> {
  return {
    async next() {
      throw error
    },
  }
}

/** Reads an item only when the consumer pulls one. */
function textOf<Item>(
  open: () => AsyncIterator<Item>,
  write: (item: Item) => string,
  end?: string,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  let items: AsyncIterator<Item> | undefined
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        items ??= open()
        const { done, value } = await items.next()
        if (!done) return controller.enqueue(encoder.encode(write(value)))
        if (end !== undefined) controller.enqueue(encoder.encode(end))
        controller.close()
      },
      async cancel() {
        items ??= open()
        await items.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** One item at a time. An item already read costs a resolved promise. An abort ends the iteration without an error. */
function oneByOne<Item>(batches: AsyncIterator<readonly Item[]>, controller: AbortController): AsyncIterator<Item> {
  let batch: readonly Item[] = []
  let at = 0
  let over = false
  let turn: Promise<unknown> = Promise.resolve()
  const end = { done: true as const, value: undefined }
  const refill = async (): Promise<IteratorResult<Item>> => {
    try {
      while (at >= batch.length) {
        if (over || controller.signal.aborted) return end
        const { done, value } = await batches.next()
        if (done) {
          over = true
          return end
        }
        batch = value
        at = 0
      }
      return { done: false, value: batch[at++] as Item }
    } catch (cause) {
      over = true
      const error = peerStreamError(cause)
      if (controller.signal.aborted || error instanceof APIUserAbortError) return end
      controller.abort()
      throw error
    }
  }
  return {
    next() {
      if (at < batch.length) return Promise.resolve({ done: false, value: batch[at++] as Item })
      const result = turn.then(refill)
      turn = result.catch(() => {})
      return result
    },
    async return() {
      if (!over) {
        over = true
        batch = []
        controller.abort()
        await batches.return?.()
      }
      return end
    },
  }
}
