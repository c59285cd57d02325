// Reads a source of chunks; yields events and returns the completion.
import type { Chunk, Completion } from '@toolloop/wire'
import { StreamError, ToolloopError, UsageError } from '@toolloop/wire'
import type { BuilderOptions } from './completion/builder.ts'
import { CompletionBuilder } from './completion/builder.ts'
import type { AnyArgs, StreamEvent } from './events/event.ts'
import { asWire } from './json/value.ts'
import { OneByOne } from './events/one-by-one.ts'

/** Chunks, one by one or in batches. */
export type ChunkSource = AsyncIterable<Chunk | readonly Chunk[]> | Iterable<Chunk | readonly Chunk[]>

/**
 * Yields events one by one and returns the completion. It reads the next chunks only when all events were taken, so a
 * slow consumer slows the source. When the source fails, `snapshotOf(error)` is the completion so far. Pass a builder in
 * place of options to take snapshots meanwhile.
 */
export function accumulate<Parsed = unknown, Args = AnyArgs>(
  chunks: ChunkSource,
  options: BuilderOptions | CompletionBuilder<Parsed, Args> = {},
): AsyncGenerator<StreamEvent<Parsed, Args>, Completion, undefined> {
  return new OneByOne(accumulateBatches<Parsed, Args>(chunks, options))
}

/** The same in lists: one list of events per batch of chunks, without a promise per event. Empty lists are left out. */
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
    // The events of the chunks before the invalid one.
    if (events.length > 0) yield events
    throw withSnapshot(error, builder.snapshot())
  }
  if (events.length > 0) yield events
  return builder.snapshot()
}

/** The completion so far when a stream failed; `undefined` where the error is not from a stream. */
export function snapshotOf(error: unknown): Completion | undefined {
  return error instanceof Error ? asWire<{ snapshot?: Completion }>(error).snapshot : undefined
}

/** The usual mistake is a promise of a stream that was not awaited. */
function checkSource(chunks: unknown): void {
  const isObject = typeof chunks === 'object' && chunks !== null
  if (isObject && (Symbol.asyncIterator in chunks || Symbol.iterator in chunks)) return
  const what = !isObject
    ? typeof chunks
    : 'then' in chunks
      ? 'a promise; await it first'
      : 'an object without an iterator'
  throw new UsageError(`\`accumulate\` takes an iterable of chunks, not ${what}.`)
}

function builderOf<Parsed, Args>(
  options: BuilderOptions | CompletionBuilder<Parsed, Args>,
): CompletionBuilder<Parsed, Args> {
  return options instanceof CompletionBuilder ? options : new CompletionBuilder<Parsed, Args>(options)
}

/** Adds the snapshot to Toolloop's errors and to aborts; any other error becomes the cause of a `StreamError`. */
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
