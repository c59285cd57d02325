// Redirects, within one origin only: nothing is sent to a server the caller did not name.
import { APIError } from '../errors/classes.ts'
import { excerpt } from '../errors/body.ts'
import type { Answer } from '../errors/answer.ts'
import type { HttpRequest, HttpResponse } from '../http/contract.ts'
import { redactHeaders } from '../errors/redact.ts'

/** More than this is a circle. */
export const mostRedirects = 5

export function isRedirect({ status }: HttpResponse): boolean {
  return status === 0 || (status >= 300 && status < 400 && status !== 304)
}

/**
 * The request to send instead; `undefined` when there is none we may send. 307 and 308 keep method and body; the
 * others turn a POST into a GET, which means nothing here.
 */
export function redirected(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  const target = targetOf(request, response)
  const keeps = response.status === 307 || response.status === 308 || request.method === 'GET'
  if (target === undefined || target.origin !== request.origin || !keeps) return undefined
  return { ...request, path: target.pathname + target.search }
}

/** Says where the server wanted the request to go. */
export function redirectError(request: HttpRequest, response: HttpResponse, answer: Answer): APIError {
  const { status } = response
  const { from, redact = (text: string) => text } = answer
  if (status === 0)
    return new APIError(`${from} redirects; a browser does not tell where to. Set \`baseURL\` to that place`)
  const target = targetOf(request, response)
  const where = target === undefined ? 'without saying where to' : `to ${placeOf(target)}`
  const why =
    target === undefined || target.origin === request.origin
      ? 'It was not followed'
      : 'Nothing was sent there: it is another origin. If it is right, set `baseURL` to it'
  return new APIError(`${from} answered ${status}, a redirect ${excerpt(redact(where), 512)}. ${why}`, {
    status,
    headers: redactHeaders(response.headers, redact),
  })
}

/** Without query and credentials; `javascript:` and the like have no origin. */
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
