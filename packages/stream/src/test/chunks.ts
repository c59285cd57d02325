// Chunks as tests write them.
import type { Chunk } from '@toolloop/wire'

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
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as Chunk
}
