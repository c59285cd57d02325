// `fetch` whose answers are bounded: the SDK reads a body, and an event of a stream, as a whole.
import { STDIO_DEFAULT_MAX_BUFFER_SIZE as longest } from '@modelcontextprotocol/client'

/** A body, or an event of a stream, of more than 10 MiB fails, as a message of a program does. */
export async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.body) return response
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  let length = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const end = isStream ? eventEnd(chunk) : -1
      length = end === -1 ? length + chunk.length : chunk.length - end
      if (length > longest) throw new Error(`The server sent a message of more than ${longest} bytes`)
      controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  const bounded = new Response(response.body.pipeThrough(counted), { status, statusText, headers })
  // The transports resolve addresses against it.
  Object.defineProperty(bounded, 'url', { value: response.url })
  return bounded
}

/** The position behind the last blank line; an end that is split over two chunks counts for the event behind it. */
function eventEnd(chunk: Uint8Array): number {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return Math.max(bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\r\n\r\n'), bytes.lastIndexOf('\r\r'))
}
