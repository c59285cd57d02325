// Bodies of requests: JSON, bounded while they arrive.
import { PostError } from './post-error.ts'

/** Far more than messages need, far less than what exhausts the stack of a recursive reader, such as `JSON.stringify`. */
const deepest = 500

/** Parses a request's JSON. @throws PostError `post_type`, `post_too_large`, `post_malformed` */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  // A form of another site can send other types without asking the browser's permission.
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new PostError('post_type', 'The body must be JSON, with the content type application/json.')
  // Decompressed, a body of allowed size may be a thousand times as large.
  if (!/^(?:identity)?$/i.test(request.headers.get('content-encoding') ?? ''))
    throw new PostError('post_type', 'The body must not be compressed.')
  const value = jsonOf(await boundedText(request, maxBytes))
  if (isDeep(value)) throw new PostError('post_malformed', `The body has more than ${deepest} levels.`)
  return value
}

function jsonOf(text: string): unknown {
  if (text === '')
    throw new PostError(
      'post_malformed',
      'The body is empty. A middleware that reads it must leave it in `request.body`.',
    )
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new PostError('post_malformed', 'The body is not valid JSON.')
  }
}

/** Level by level, without recursion. */
function isDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}

async function boundedText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = new PostError('post_too_large', `The body has more than ${maxBytes} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge
  const reader = request.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.length
      if (bytes > maxBytes) throw tooLarge
      text += decoded(decoder, part.value)
    }
    return text + decoded(decoder)
  } catch (error) {
    void reader.cancel().catch(() => {})
    throw error instanceof PostError ? error : new PostError('post_malformed', 'The body broke off.')
  }
}

function decoded(decoder: TextDecoder, part?: Uint8Array): string {
  try {
    return decoder.decode(part, { stream: part !== undefined })
  } catch {
    throw new PostError('post_malformed', 'The body is not valid UTF-8.')
  }
}
