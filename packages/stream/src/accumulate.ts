// From a source of chunks to events, and at the end the completion.
import type { Chunk, Completion } from '@toolloop/wire'
import { StreamError, ToolloopError, UsageError } from '@toolloop/wire'
import type { BuilderOptions } from './completion/builder.ts'
import { CompletionBuilder } from './completion/builder.ts'
import type { AnyArgs, StreamEvent } from './events/event.ts'
import { asWire } from './json/value.ts'
import { OneByOne } from './events/one-by-one.ts'

/** Chunks one by one or many at a time. */
export type ChunkSource = AsyncIterable<Chunk | readonly Chunk[]> | Iterable<Chunk | readonly Chunk[]>

/**
 * Events one by one; the generator's return value is the completion. The source is asked for more only when all its
 * events were taken, so a slow consumer slows it. When it fails, `snapshotOf(error)` is the completion so far. A
 * builder in place of options gives its snapshots on the way.
 */
export function accumulate<Parsed = unknown, Args = AnyArgs>(
  chunks: ChunkSource,
  options: BuilderOptions | CompletionBuilder<Parsed, Args> = {},
): AsyncGenerator<StreamEvent<Parsed, Args>, Completion, undefined> {
  return new OneByOne(accumulateBatches<Parsed, Args>(chunks, options))
}

/** The same, many events at a time: one list per batch of chunks, without a promise per event. Empty lists are left out. */
export async function* accumulateBatches<Parsed = unknown, Args = AnyArgs>(
  chunks: ChunkSource,
  options: BuilderOptions | CompletionBuilder<Parsed, Args> = {},
): AsyncGenerator<StreamEvent<Parsed, Args>[], Completion, undefined> {
  checkSource(chunks)
  const builder = builderOf(options)
  let events: StreamEvent<Parsed, Args>[] = []
  try {
    for await (const batch of chunks) {
      builder.push(batch, events)
      if (events.length === 0) continue
      const ready = events
      events = []
      yield ready
    }
    events = builder.finish()
  } catch (error) {
    // What a batch brought before its bad chunk.
    if (events.length > 0) yield events
    throw withSnapshot(error, builder.snapshot())
  }
  if (events.length > 0) yield events
  return builder.snapshot()
}

/** What had arrived when a stream failed; `undefined` where the error is not from a stream. */
export function snapshotOf(error: unknown): Completion | undefined {
  return error instanceof Error ? asWire<{ snapshot?: Completion }>(error).snapshot : undefined
}

/** The promise of a stream is the usual mistake. */
function checkSource(chunks: unknown): void {
  const isObject = typeof chunks === 'object' && chunks !== null
  if (isObject && (Symbol.asyncIterator in chunks || Symbol.iterator in chunks)) return
  const what = !isObject
    ? typeof chunks
    : 'then' in chunks
      ? 'a promise: await it first'
      : 'an object without an iterator'
  throw new UsageError(`Chunks are accumulated from an iterable of them, and this is ${what}.`)
}

function builderOf<Parsed, Args>(
  options: BuilderOptions | CompletionBuilder<Parsed, Args>,
): CompletionBuilder<Parsed, Args> {
  return options instanceof CompletionBuilder ? options : new CompletionBuilder<Parsed, Args>(options)
}

/** Our own errors and aborts stay what they are and gain the snapshot; anything else becomes the cause of a `StreamError`. */
function withSnapshot(error: unknown, snapshot: Completion): unknown {
  const keeps = error instanceof ToolloopError || (error instanceof Error && error.name === 'AbortError')
  if (!keeps) {
    const why = error instanceof Error ? error.message : String(error)
    return new StreamError(`The stream broke off: ${why}`, { cause: error, snapshot })
  }
  if (snapshotOf(error) === undefined && Object.isExtensible(error))
    Object.defineProperty(error, 'snapshot', { value: snapshot, enumerable: false, configurable: true })
  return error
}
