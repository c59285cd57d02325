// Reads error bodies in the shapes that servers send.

/** The facts of an error body; absent where the body does not state them. */
export interface ErrorFacts {
  readonly message?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly param?: string | undefined
  /** A status stated in the body. Inside a stream it is the only one. */
  readonly status?: number | undefined
  /** A code of the body's own marks the error as transient. */
  readonly transient?: boolean
}

/** The most bytes of a body (UTF-8) that an error message quotes. */
export const excerptBytes = 4096

/**
 * Reads an error body: `{ error: {…} }`, `{ error: 'text' }`, `{ detail }`, flat `{ message, type, code }`, an error in
 * a choice, the forms of `foreignError`, a list of these, or plain text and HTML as a string.
 */
export function errorFactsOf(body: unknown): ErrorFacts {
  if (typeof body === 'string') return { message: textOf(body) }
  if (Array.isArray(body)) return isObject(body[0]) ? errorFactsOf(body[0]) : {}
  if (!isObject(body)) return {}
  const inner = body['error'] || choiceError(body) || foreignError(body)
  const fields = isObject(inner) ? inner : body
  const first = firstOf(body['errors'])
  const code = labelOf(fields['code'] ?? fields['Code'] ?? fields['error_code'] ?? first?.['code'])
  const state = inner === body['base_resp'] ? labelOf(fields['status_code']) : undefined
  return {
    message: messageOf(inner, body),
    code: code ?? state,
    type: labelOf(fields['type']),
    param: labelOf(fields['param']),
    status: statusOf(fields) ?? statusOf(body),
    ...(state !== undefined && transientStates.has(state) ? { transient: true } : {}),
  }
}

/** Does this parsed body state an error? `error: null` in a completion is none; a filled `error` beside `choices` is. */
export function statesError(body: unknown): boolean {
  if (Array.isArray(body)) return isObject(body[0]) && statesError(body[0])
  if (!isObject(body)) return false
  const error = body['error']
  if (Array.isArray(body['choices']))
    return isFilled(error) || choiceError(body) !== undefined || foreignError(body) !== undefined
  if (error !== undefined && error !== null && error !== false) return true
  return body['object'] === 'error' || 'detail' in body || foreignError(body) !== undefined || isFlatError(body)
}

/** Can this chunk state an error? Runs for every chunk, so it only looks for three fields. */
export function mayStateError(chunk: Readonly<Record<string, unknown>>): boolean {
  return chunk['error'] !== undefined || chunk['base_resp'] !== undefined || chunk['header'] !== undefined
}

/** Not `null`, `undefined`, `false`, `''` or `{}`. */
function isFilled(error: unknown): boolean {
  return typeof error === 'object' && error !== null ? Object.keys(error).length > 0 : Boolean(error)
}

/** The error of a single choice. */
function choiceError({ choices }: Record<string, unknown>): unknown {
  if (!Array.isArray(choices)) return undefined
  const failed: unknown = choices.find((choice) => isObject(choice) && isFilled(choice['error']))
  return isObject(failed) ? failed['error'] : undefined
}

/** The error fields of other APIs: MiniMax, Spark, Tencent Cloud, DashScope. A code of 0 is success. */
function foreignError(body: Record<string, unknown>): Record<string, unknown> | undefined {
  const { base_resp: state, header, Response: response, output } = body
  if (isObject(state) && isFailure(state['status_code'])) return state
  if (isObject(header) && isFailure(header['code'])) return header
  if (isObject(response) && isObject(response['Error'])) return response['Error']
  const states = isObject(output) && !Array.isArray(body['choices']) && typeof output['message'] === 'string'
  return states && !('choices' in output) ? output : undefined
}

/** `{ message, code }` and similar: a message with a failure code or status beside it. */
function isFlatError(body: Record<string, unknown>): boolean {
  if (body['success'] === false || isFilled(body['errors'])) return true
  if (typeof body['error_msg'] === 'string' || typeof body['error_message'] === 'string') return true
  const message = body['message'] ?? body['msg'] ?? body['Message']
  if (typeof message !== 'string' || message === '') return false
  return (
    isFailure(body['code']) || isFailure(body['error_code']) || body['type'] === 'error' || statusOf(body) !== undefined
  )
}

function isFailure(code: unknown): boolean {
  if (typeof code === 'number') return code !== 0 && code !== 200
  return typeof code === 'string' && !/^(?:0*|200|20000|ok|success)$/i.test(code)
}

/** MiniMax's codes for errors to retry later (its manual, "Error codes"). */
const transientStates: ReadonlySet<string> = new Set(['1000', '1001', '1002', '1024', '1033'])

function firstOf(list: unknown): Record<string, unknown> | undefined {
  return Array.isArray(list) && isObject(list[0]) ? list[0] : undefined
}

/** The beginning of a text, at most `bytes` long, on one line and without control characters. */
export function excerpt(text: string, bytes: number = excerptBytes): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  const { read } = new TextEncoder().encodeInto(line, new Uint8Array(bytes))
  if (read === line.length) return line
  // Do not cut a surrogate pair.
  const end = read - (line.isWellFormed() && !line.slice(0, read - 1).isWellFormed() ? 2 : 1)
  return `${line.slice(0, Math.max(0, end))}…`
}

/** A value as JSON for a message; a placeholder where it is too deep for `JSON.stringify`. */
export function jsonText(value: unknown): string {
  return walkedJson(value) ?? '(JSON too deep to quote)'
}

/** A value as JSON; `undefined` where it is too deep for `JSON.stringify`. */
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

function messageOf(inner: unknown, body: Record<string, unknown>): string | undefined {
  if (isObject(inner)) {
    const message = firstMessage(
      inner['message'],
      inner['detail'],
      inner['msg'],
      inner['description'],
      inner['Message'],
      inner['status_msg'],
      inner['error_msg'],
    )
    const upstream = isObject(inner['metadata']) ? firstMessage(inner['metadata']['raw']) : undefined
    return message === undefined ? firstMessage(inner) : upstream === undefined ? message : `${message}: ${upstream}`
  }
  return firstMessage(
    inner,
    body['message'],
    body['detail'],
    body['errors'],
    body['msg'],
    body['error_description'],
    body['error_msg'],
    body['error_message'],
    body['Message'],
    body['title'],
  )
}

/** The first candidate that has a message. */
function firstMessage(...candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    const message = messageIn(candidate)
    if (message !== undefined && message !== '') return message
  }
  return undefined
}

/** FastAPI's `detail` is a list of `{ loc, msg }`; other servers nest the message one level deeper. */
function messageIn(value: unknown): string | undefined {
  if (typeof value === 'string') return textOf(value)
  if (value === undefined || value === null || typeof value === 'boolean') return undefined
  if (Array.isArray(value)) {
    const parts = value.slice(0, 8).map((part) => (Array.isArray(part) ? jsonText(part) : (messageIn(part) ?? '')))
    return excerpt(parts.filter((part) => part !== '').join('; '))
  }
  if (!isObject(value)) return jsonText(value)
  const message = value['msg'] ?? value['message']
  if (typeof message === 'string') {
    const place = Array.isArray(value['loc']) ? `${value['loc'].slice(0, 16).map(labelOf).join('.')}: ` : ''
    return excerpt(place + message)
  }
  return excerpt(jsonText(value))
}

/** Plain text as it is; the title of an HTML page, or its text without tags. */
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
