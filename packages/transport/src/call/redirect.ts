// Redirects within one origin. Nothing is sent to a server that the caller did not name.
import { APIError } from '../errors/classes.ts'
import { excerpt } from '../errors/body.ts'
import type { Answer } from '../errors/answer.ts'
import type { HttpRequest, HttpResponse } from '../http/contract.ts'
import { redactHeaders } from '../errors/redact.ts'

/** More than this counts as a loop. */
export const mostRedirects = 5

export function isRedirect({ status }: HttpResponse): boolean {
  return status === 0 || (status >= 300 && status < 400 && status !== 304)
}

/**
 * The request to send instead; `undefined` where the redirect must not be followed. 307 and 308 keep method and body.
 * The others turn a POST into a GET, which no route here has.
 */
export function redirected(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  const target = targetOf(request, response)
  const keeps = response.status === 307 || response.status === 308 || request.method === 'GET'
  if (target === undefined || target.origin !== request.origin || !keeps) return undefined
  return { ...request, path: target.pathname + target.search }
}

/** The error of a redirect that is not followed. It names the target. */
export function redirectError(request: HttpRequest, response: HttpResponse, answer: Answer): APIError {
  const { status } = response
  const { from, redact = (text: string) => text } = answer
  if (status === 0)
    return new APIError(`${from} answered with a redirect, and browsers hide its target. Set \`baseURL\` to the target`)
  const target = targetOf(request, response)
  const where = target === undefined ? 'without a target' : `to ${placeOf(target)}`
  const why =
    target === undefined || target.origin === request.origin
      ? 'It was not followed'
      : 'Nothing was sent there, because it is another origin. If you trust it, set `baseURL` to it'
  return new APIError(`${from} answered ${status}, a redirect ${excerpt(redact(where), 512)}. ${why}`, {
    status,
    headers: redactHeaders(response.headers, redact),
  })
}

/** Origin and path, without query and credentials. Schemes such as `javascript:` have no origin. */
function placeOf({ origin, protocol, pathname }: URL): string {
  return (origin === 'null' ? protocol : origin) + pathname
}

function targetOf(request: HttpRequest, response: HttpResponse): URL | undefined {
  const location = response.headers.get('location')
  if (location === null) return undefined
  try {
    return new URL(location, request.origin + request.path)
  } catch {
    return undefined
  }
}
