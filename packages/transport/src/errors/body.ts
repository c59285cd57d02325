// What a server says in an error body, whatever shape it chose.

/** The facts of an error body; absent where the body does not state them. */
export interface ErrorFacts {
  readonly message?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly param?: string | undefined
  /** A status stated in the body: inside a stream it is the only one. */
  readonly status?: number | undefined
}

/** The most of a body that an error message quotes, in bytes of UTF-8. */
export const excerptBytes = 4096

/**
 * Reads an error body: `{ error: {…} }`, `{ error: 'text' }`, `{ detail }`, flat `{ message, type, code }`, a list of
 * these, or plain text and HTML as a string.
 */
export function errorFactsOf(body: unknown): ErrorFacts {
  if (typeof body === 'string') return { message: textOf(body) }
  if (Array.isArray(body)) return isObject(body[0]) ? errorFactsOf(body[0]) : {}
  if (!isObject(body)) return {}
  const inner = body['error']
  const fields = isObject(inner) ? inner : body
  return {
    message: wordsOf(inner, body),
    code: labelOf(fields['code']),
    type: labelOf(fields['type']),
    param: labelOf(fields['param']),
    status: statusOf(fields) ?? statusOf(body),
  }
}

/** Does this parsed body state an error? A completion may carry `error: null`. */
export function statesError(body: unknown): boolean {
  if (Array.isArray(body)) return isObject(body[0]) && statesError(body[0])
  if (!isObject(body) || Array.isArray(body['choices'])) return false
  const error = body['error']
  return (error !== undefined && error !== null && error !== false) || body['object'] === 'error' || 'detail' in body
}

/** The beginning of a text that fits the bound, on one line and without what would steer a terminal. */
export function excerpt(text: string, bytes: number = excerptBytes): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  const { read } = new TextEncoder().encodeInto(line, new Uint8Array(bytes))
  return read < line.length ? `${line.slice(0, Math.max(0, read - 1))}…` : line
}

/** A value as JSON, to be quoted; what no program can walk is not. */
export function jsonText(value: unknown): string {
  return walkedJson(value) ?? '(JSON too deep to quote)'
}

/** A value as JSON; `undefined` where it is too deep. */
export function walkedJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wordsOf(inner: unknown, body: Record<string, unknown>): string | undefined {
  if (isObject(inner)) {
    const words = firstWords(inner['message'], inner['detail'], inner['msg'], inner['description'])
    const upstream = isObject(inner['metadata']) ? firstWords(inner['metadata']['raw']) : undefined
    return words === undefined ? firstWords(inner) : upstream === undefined ? words : `${words}: ${upstream}`
  }
  return firstWords(
    inner,
    body['message'],
    body['detail'],
    body['errors'],
    body['msg'],
    body['error_description'],
    body['title'],
  )
}

/** The first of these that says something. */
function firstWords(...candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    const words = wordsIn(candidate)
    if (words !== undefined && words !== '') return words
  }
  return undefined
}

/** FastAPI's `detail` is a list of `{ loc, msg }`; others nest a message once more. */
function wordsIn(value: unknown): string | undefined {
  if (typeof value === 'string') return textOf(value)
  if (value === undefined || value === null || typeof value === 'boolean') return undefined
  if (Array.isArray(value)) {
    const parts = value.slice(0, 8).map((part) => (Array.isArray(part) ? jsonText(part) : (wordsIn(part) ?? '')))
    return excerpt(parts.filter((part) => part !== '').join('; '))
  }
  if (!isObject(value)) return jsonText(value)
  const words = value['msg'] ?? value['message']
  if (typeof words === 'string') {
    const place = Array.isArray(value['loc']) ? `${value['loc'].slice(0, 16).map(labelOf).join('.')}: ` : ''
    return excerpt(place + words)
  }
  return excerpt(jsonText(value))
}

/** Text as it is; of HTML the title, or the text without its tags. */
function textOf(text: string): string {
  const head = text.slice(0, 16_384)
  if (!/^\s*</.test(head)) return excerpt(head)
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(head)?.[1]
  return excerpt(
    title?.trim() || head.replaceAll(/<(script|style)[^>]*>[^<]*<\/\1>/gi, ' ').replaceAll(/<[^>]*>/g, ' '),
  )
}

function labelOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : excerpt(value, 256)
  return typeof value === 'number' ? String(value) : undefined
}

function statusOf(fields: Record<string, unknown>): number | undefined {
  for (const name of ['status_code', 'status', 'code', 'raw_status_code']) {
    const status = Number(fields[name] ?? Number.NaN)
    if (Number.isInteger(status) && status >= 400 && status < 600) return status
  }
  return undefined
}
