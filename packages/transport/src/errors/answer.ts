// Turns what the server sent into the error that the caller catches.
import { APIError, errorClassOf } from './classes.ts'
import { errorFactsOf, excerpt, jsonText, walkedJson } from './body.ts'
import { type Redact, redactHeaders } from './redact.ts'

/** An answer that is an error, or not of the expected kind. */
export interface BadAnswer {
  /** The HTTP status. An error inside a stream may state another one in its body. */
  readonly status: number | undefined
  readonly headers?: Headers | undefined
  /** Parsed JSON; the text where it is not JSON. */
  readonly body: unknown
  /** `POST https://api.openai.com/v1/chat/completions`, without query. */
  readonly from?: string | undefined
  /** A probable reason and its remedy, appended to the message. */
  readonly hint?: string | undefined
  /** The message where the body has none. */
  readonly otherwise?: string | undefined
  readonly retryable?: boolean | undefined
  /** Replaces the key in quoted text. */
  readonly redact?: Redact | undefined
}

/** An answer whose body has not been checked yet. */
export type Answer = Omit<BadAnswer, 'body'>

/** The typed error of an answer. Its message holds the request, the status and the server's message. */
export function apiErrorOf(answer: BadAnswer): APIError {
  const body = redacted(answer)
  const facts = errorFactsOf(body)
  const failed = answer.status !== undefined && answer.status >= 400
  const status = failed ? answer.status : (facts.status ?? answer.status)
  const message = facts.message || answer.otherwise || 'no body'
  const subject = answer.from === undefined ? 'The server answered' : `${answer.from} answered`
  const Class = errorClassOf(status)
  const retryAfter = retryAfterOf(answer.headers)
  const wait = retryAfter === undefined || retryAfter === 0 ? '' : ` (retry after ${Math.ceil(retryAfter / 1000)} s)`
  const good = answer.status === undefined || (answer.status >= 200 && answer.status < 300)
  return new Class(
    `${subject} ${good ? 'with an error' : answer.status}: ${message}${wait}${answer.hint === undefined ? '' : `. ${answer.hint}`}`,
    {
      status,
      headers: headersOf(answer),
      error: body,
      code: facts.code,
      type: facts.type,
      param: facts.param,
      retryable: answer.retryable ?? (facts.transient || isRetryable(status, facts.code, facts.type, answer.headers)),
      retryAfter,
    },
  )
}

/** The error of a 2xx whose body is not what the route returns. */
export function notACompletion(answer: BadAnswer, problem: string): APIError {
  const body = redacted(answer)
  const quote = typeof body === 'string' ? errorFactsOf(body).message : excerpt(jsonText(body))
  return new APIError(`${answer.from ?? 'The server'} answered ${answer.status ?? 200} with ${problem}: ${quote}`, {
    status: answer.status,
    headers: headersOf(answer),
    error: body,
    retryable: answer.retryable ?? false,
  })
}

/** Can the request succeed when it is retried? */
export function isRetryable(
  status: number | undefined,
  code: string | undefined,
  type: string | undefined,
  headers: Headers | undefined,
): boolean {
  if (code === 'insufficient_quota' || type === 'insufficient_quota') return false
  const override = headers?.get('x-should-retry')
  if (override === 'true') return true
  if (override === 'false') return false
  if (status === undefined || status < 400) return isTransient(code) || isTransient(type)
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** Does a code or type name a transient error inside a 200? `rate_limit_error`, `Throttling.RateQuota`, `ServiceUnavailable`. */
function isTransient(label = ''): boolean {
  const name = label.replaceAll(/[\s_.-]/g, '')
  return transient.test(name) && !/insufficient|balance|billing/i.test(name)
}

const transient =
  /^servererror$|internal(?:server|service)?error|overload|ratelimit|toomanyrequests|throttl|unavailable|timeout|timedout|requestlimitexceeded/i

/** Milliseconds to wait before a retry, from `retry-after-ms`, else `retry-after` in seconds or as a date. */
export function retryAfterOf(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const milliseconds = numberIn(headers?.get('retry-after-ms'))
  if (milliseconds !== undefined) return milliseconds
  const text = headers?.get('retry-after')?.trim()
  const seconds = numberIn(text)
  if (seconds !== undefined) return seconds * 1000
  const date = text === undefined || /^[-+\d.]/.test(text) ? Number.NaN : Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function numberIn(text: string | null | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  const value = /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** The body as JSON, or as text. */
export function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function redacted({ body, redact }: BadAnswer): unknown {
  if (redact === undefined) return body
  if (typeof body === 'string') return redact(body)
  const text = walkedJson(body)
  // Too deep to search for secrets: only the facts of the error are kept.
  if (text === undefined) return { error: JSON.parse(redact(JSON.stringify(errorFactsOf(body)))) as unknown }
  const clean = redact(text)
  return clean === text ? body : parsedOrText(clean)
}

function headersOf({ headers, redact }: BadAnswer): Headers | undefined {
  return headers === undefined || redact === undefined ? headers : redactHeaders(headers, redact)
}
