import type { ChunkStream } from '@toolloop/transport'
import type { Chunk } from '@toolloop/wire'
import type { ChatCompletionChunk } from '../types/completion.ts'

/** The chunks of a request, as the peer yields them: a missing finish reason is `null`. */
export function chunkSource(
  chunks: ChunkStream,
  onEnd: () => void,
): { batches(): AsyncIterator<readonly ChatCompletionChunk[]>; response(): ChunkStream['response'] } {
  return {
    response: () => chunks.response,
    batches: () => {
      const batches = chunks.batches()
      return {
        next: async () => {
          try {
            const next = await batches.next()
            if (next.done) onEnd()
            else for (const chunk of next.value) complete(chunk)
            return next as IteratorResult<readonly ChatCompletionChunk[]>
          } catch (error) {
            onEnd()
            throw error
          }
        },
        return: async () => {
          onEnd()
          await batches.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

function complete({ choices }: Chunk): void {
  for (const choice of choices) if (choice.finish_reason === undefined) choice.finish_reason = null
}
