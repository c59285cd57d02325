// From a source of chunks to events, and at the end the completion.
import type { Chunk, Completion } from '@toolloop/wire'
import { StreamError, ToolloopError } from '@toolloop/wire'
import type { BuilderOptions } from './builder.ts'
import { CompletionBuilder } from './builder.ts'
import type { StreamEvent } from './events.ts'
import { asWire } from './json-value.ts'

/** Chunks one by one or many at a time. */
export type ChunkSource = AsyncIterable<Chunk | readonly Chunk[]> | Iterable<Chunk | readonly Chunk[]>

/**
 * Events one by one; the generator's return value is the completion. The source is asked for more only when all its
 * events were taken, so a slow consumer slows it. When it fails, `snapshotOf(error)` is the completion so far. A
 * builder in place of options gives its snapshots on the way.
 */
export async function* accumulate<Parsed = unknown>(
  chunks: ChunkSource,
  options: BuilderOptions | CompletionBuilder<Parsed> = {},
): AsyncGenerator<StreamEvent<Parsed>, Completion> {
  const builder = builderOf(options)
  try {
    for await (const batch of chunks) {
      if (isBatch(batch)) {
        for (const chunk of batch) for (const event of builder.push(chunk)) yield event
      } else for (const event of builder.push(batch)) yield event
    }
  } catch (error) {
    throw withSnapshot(error, builder.snapshot())
  }
  for (const event of builder.finish()) yield event
  return builder.snapshot()
}

/** The same, many events at a time: one list per batch of chunks, without a promise per event. Empty lists are left out. */
export async function* accumulateBatches<Parsed = unknown>(
  chunks: ChunkSource,
  options: BuilderOptions | CompletionBuilder<Parsed> = {},
): AsyncGenerator<StreamEvent<Parsed>[], Completion> {
  const builder = builderOf(options)
  let events: StreamEvent<Parsed>[] = []
  try {
    for await (const batch of chunks) {
      events = []
      builder.push(batch, events)
      if (events.length > 0) yield events
      events = []
    }
  } catch (error) {
    if (events.length > 0) yield events
    throw withSnapshot(error, builder.snapshot())
  }
  events = builder.finish()
  if (events.length > 0) yield events
  return builder.snapshot()
}

/** What had arrived when a stream failed; `undefined` where the error is not from a stream. */
export function snapshotOf(error: unknown): Completion | undefined {
  return error instanceof Error ? asWire<{ snapshot?: Completion }>(error).snapshot : undefined
}

function builderOf<Parsed>(options: BuilderOptions | CompletionBuilder<Parsed>): CompletionBuilder<Parsed> {
  return options instanceof CompletionBuilder ? options : new CompletionBuilder<Parsed>(options)
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

function isBatch(batch: Chunk | readonly Chunk[]): batch is readonly Chunk[] {
  return Array.isArray(batch)
}
