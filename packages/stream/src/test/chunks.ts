// Chunks as tests write them, and what they come to.
import type { Chunk, Completion } from '@toolloop/wire'
import type { BuilderOptions, StreamEvent } from '../index.ts'
import { CompletionBuilder } from '../index.ts'
import type { JsonObject } from '../json/value.ts'
import { asWire } from '../json/value.ts'

export interface Built {
  readonly completion: Completion
  readonly events: readonly StreamEvent[]
  /** The message of choice 0, as plain data. */
  readonly message: JsonObject
}

/** All chunks, then the finish. */
export function build(chunks: readonly Chunk[], options: BuilderOptions = {}): Built {
  const builder = new CompletionBuilder({ chunkEvents: false, ...options })
  const events = [...builder.push(chunks), ...builder.finish()]
  const completion = builder.snapshot()
  return { completion, events, message: asWire(completion.choices[0]?.message) }
}

/** Every event as data: its own enumerable fields. */
export function plain(events: readonly StreamEvent[]): JsonObject[] {
  return events.map((event) => ({ ...event }))
}

/** A chunk with one entry in `choices`. */
export function chunk(delta: object | undefined, finishReason?: string | null, rest: object = {}): Chunk {
  return asChunk({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'test-model',
    choices: [{ index: 0, delta, finish_reason: finishReason ?? null, ...rest }],
  })
}

/** A chunk with one entry in `tool_calls`. */
export function callChunk(index: number | undefined, id?: string | null, name?: string | null, args?: unknown): Chunk {
  return chunk({ tool_calls: [callEntry(index, id, name, args)] })
}

export function callEntry(index: number | undefined, id?: string | null, name?: string | null, args?: unknown): object {
  return {
    ...(index === undefined ? {} : { index }),
    ...(id === undefined ? {} : { id }),
    function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
  }
}

/** Servers send what no type allows. */
export function asChunk(value: unknown): Chunk {
  return asWire(value)
}
