// Bodies of requests: JSON, bounded while they arrive.
import { PostError } from './post-error.ts'

/** Parses a request's JSON. @throws PostError `post_type`, `post_too_large`, `post_malformed` */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  // A form of another site can send other types without asking the browser's permission.
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new PostError('post_type', 'The body must be JSON, with the content type application/json.')
  const text = await boundedText(request, maxBytes)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new PostError('post_malformed', 'The body is not valid JSON.')
  }
}

async function boundedText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = new PostError('post_too_large', `The body has more than ${maxBytes} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge
  const reader = request.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length
    if (bytes > maxBytes) {
      void reader.cancel().catch(() => {})
      throw tooLarge
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
