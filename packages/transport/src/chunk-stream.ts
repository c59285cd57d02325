// A streamed answer: chunks, one by one or in batches, over as many attempts as it takes to begin.
import { type Chunk, StreamError, UsageError } from '@toolloop/wire'
import type { Call } from './call.ts'
import { chunkOf, readCompletion } from './completion-body.ts'
import { APIConnectionError } from './errors.ts'
import type { HttpResponse } from './http.ts'
import { readChunks } from './read-chunks.ts'
import type { ResponseInfo } from './response-info.ts'

/**
 * The chunks of one answer. Iterate it once, by chunk or by `batches()` (what one socket read brought is one array).
 * The iteration ends normally only when the answer was complete. Until the first content, reasoning, refusal or tool
 * call a failure is retried; after it, the iteration ends in a `StreamError`. Leaving the iteration closes the socket;
 * a stream that is never iterated holds its socket until it is disposed of.
 */
export interface ChunkStream extends AsyncIterable<Chunk>, AsyncDisposable {
  batches(): AsyncIterableIterator<readonly Chunk[]>
  /** The HTTP side of the latest attempt. */
  readonly response: ResponseInfo
}

/** A stream over a call whose response has begun. */
export function chunkStream(call: Call, begun: HttpResponse, maxEventBytes: number | undefined): ChunkStream {
  let iterated = false
  const batches = (): AsyncGenerator<readonly Chunk[], void, undefined> => {
    if (iterated) throw new UsageError('This stream was iterated before; a stream is read once')
    iterated = true
    return batchesOf(call, begun, maxEventBytes)
  }
  return {
    batches,
    [Symbol.asyncIterator]: () => oneByOne(batches()),
    async [Symbol.asyncDispose]() {
      call.cancel()
    },
    get response() {
      return call.info
    },
  }
}

/** Chunks held back until the answer has substance; beyond this many they go out, and a failure is no more retried. */
const mostHeld = 256

async function* batchesOf(
  call: Call,
  begun: HttpResponse,
  maxEventBytes: number | undefined,
): AsyncGenerator<readonly Chunk[], void, undefined> {
  let response = begun
  let whole = false
  try {
    for (;;) {
      let held: Chunk[] | undefined = []
      try {
        for await (const batch of chunksOf(call, response, maxEventBytes)) {
          if (held === undefined) {
            yield batch
            continue
          }
          held.push(...batch)
          if (held.length < mostHeld && !batch.some(hasSubstance)) continue
          const first = held
          held = undefined
          yield first
        }
        whole = true
        call.finish()
        if (held !== undefined && held.length > 0) yield held
        return
      } catch (error) {
        if (held === undefined) throw brokenOff(call, error)
        await call.retry(error)
        response = await call.run((next) => next)
      }
    }
  } finally {
    if (!whole) call.cancel()
  }
}

async function* oneByOne(batches: AsyncIterable<readonly Chunk[]>): AsyncGenerator<Chunk, void, undefined> {
  for await (const batch of batches) yield* batch
}

/** Some servers answer with a whole completion, an error or a page of HTML although a stream was asked for. */
async function* chunksOf(
  call: Call,
  response: HttpResponse,
  maxEventBytes: number | undefined,
): AsyncGenerator<readonly Chunk[], void, undefined> {
  const first = await call.read(response)
  if (first !== undefined && /^\s*[[{<]/.test(new TextDecoder().decode(first[0]?.subarray(0, 64)))) {
    const text = await call.text(response, first)
    yield [chunkOf(readCompletion(text, () => call.answer))]
    return
  }
  const source = reads(call, response, first)
  yield* readChunks(source, {
    maxEventBytes,
    onEvent: (finished) => call.onEvent(finished),
    // Asked by errors only: it makes the response's headers.
    get answer() {
      return call.answer
    },
  })
}

async function* reads(
  call: Call,
  response: HttpResponse,
  first: readonly Uint8Array[] | undefined,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  for (let bytes = first; bytes !== undefined; bytes = await call.read(response)) yield bytes
}

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
