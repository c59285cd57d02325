// The AI SDK's own code as the judge of what we send.
import { type UIMessage, type UIMessageChunk, uiMessageChunkSchema, readUIMessageStream } from 'ai'
import type { UiChunk } from '../ai-sdk/chunk.ts'

/** Validates every chunk by the AI SDK's schema. @throws the schema's error */
export async function checked(chunks: readonly UiChunk[]): Promise<UIMessageChunk[]> {
  const schema = uiMessageChunkSchema()
  return Promise.all(
    chunks.map(async (chunk) => {
      const result = await schema.validate!(JSON.parse(JSON.stringify(chunk)))
      if (!result.success) throw new Error(`${JSON.stringify(chunk)}: ${result.error.message}`)
      return result.value
    }),
  )
}

/** The message that a front end has in the end. `errors`: what it reports on the way. */
export async function folded(
  chunks: readonly UiChunk[],
  message?: UIMessage,
): Promise<{ message: UIMessage | undefined; errors: string[] }> {
  const errors: string[] = []
  let last = message
  const stream = new ReadableStream<UIMessageChunk>({
    async start(controller) {
      for (const chunk of await checked(chunks)) controller.enqueue(chunk)
      controller.close()
    },
  })
  const options = { stream, onError: (error: unknown) => errors.push((error as Error).message) }
  for await (const next of readUIMessageStream(message ? { ...options, message } : options)) last = next
  return { message: last && (JSON.parse(JSON.stringify(last)) as UIMessage), errors }
}
