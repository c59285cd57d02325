// From what the server sent to the error the caller catches.
import { APIError, errorClassOf } from './classes.ts'
import { errorFactsOf, excerpt, jsonText, walkedJson } from './body.ts'
import { type Redact, redactHeaders } from './redact.ts'

/** An answer that is an error, or that should have been something else. */
export interface BadAnswer {
  /** The HTTP status; an error inside a stream may state another one in its body. */
  readonly status: number | undefined
  readonly headers?: Headers | undefined
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown
  /** `POST https://api.openai.com/v1/chat/completions`, without query. */
  readonly from?: string | undefined
  /** What may be the reason. */
  readonly hint?: string | undefined
  /** What to say when the body does not. */
  readonly otherwise?: string | undefined
  readonly retryable?: boolean | undefined
  /** Removes the key from what is quoted. */
  readonly redact?: Redact | undefined
}

/** An answer whose body is not known to be bad yet. */
export type Answer = Omit<BadAnswer, 'body'>

/** The typed error for an answer. Its message holds status, place and the server's words. */
export function apiErrorOf(answer: BadAnswer): APIError {
  const body = redacted(answer)
  const facts = errorFactsOf(body)
  const failed = answer.status !== undefined && answer.status >= 400
  const status = failed ? answer.status : (facts.status ?? answer.status)
  const words = facts.message || answer.otherwise || 'no body'
  const place = answer.from === undefined ? 'The server answered' : `${answer.from} answered`
  const Class = errorClassOf(status)
  const retryAfter = retryAfterOf(answer.headers)
  const wait =
    retryAfter === undefined || retryAfter === 0 ? '' : ` (it asks to wait ${Math.ceil(retryAfter / 1000)} s)`
  const good = answer.status === undefined || (answer.status >= 200 && answer.status < 300)
  return new Class(
    `${place} ${good ? 'with an error' : answer.status}: ${words}${wait}${answer.hint === undefined ? '' : `. ${answer.hint}`}`,
    {
      status,
      headers: headersOf(answer),
      error: body,
      code: facts.code,
      type: facts.type,
      param: facts.param,
      retryable: answer.retryable ?? (facts.passing || isRetryable(status, facts.code, facts.type, answer.headers)),
      retryAfter,
    },
  )
}

/** A 200 that holds no completion. */
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

/** May a request that failed so work when it is sent again? */
export function isRetryable(
  status: number | undefined,
  code: string | undefined,
  type: string | undefined,
  headers: Headers | undefined,
): boolean {
  if (code === 'insufficient_quota' || type === 'insufficient_quota') return false
  const wish = headers?.get('x-should-retry')
  if (wish === 'true') return true
  if (wish === 'false') return false
  if (status === undefined || status < 400) return mayPass(code) || mayPass(type)
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** How an error inside a 200 says that it may pass: `rate_limit_error`, `Throttling.RateQuota`, `ServiceUnavailable`. */
function mayPass(label = ''): boolean {
  const word = label.replaceAll(/[\s_.-]/g, '')
  return passing.test(word) && !/insufficient|balance|billing/i.test(word)
}

const passing =
  /^servererror$|internal(?:server|service)?error|overload|ratelimit|toomanyrequests|throttl|unavailable|timeout|timedout|requestlimitexceeded/i

/** Milliseconds the server asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date. */
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

/** The body as JSON, or as the text it is. */
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
  // Too deep to look through: what it says of the error is kept, and nothing else.
  if (text === undefined) return { error: JSON.parse(redact(JSON.stringify(errorFactsOf(body)))) as unknown }
  const clean = redact(text)
  return clean === text ? body : parsedOrText(clean)
}

function headersOf({ headers, redact }: BadAnswer): Headers | undefined {
  return headers === undefined || redact === undefined ? headers : redactHeaders(headers, redact)
}
