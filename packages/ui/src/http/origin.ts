// Requests of other sites: closed unless opened.
import { PostError } from './post-error.ts'

/** The headers that let a page of an opened origin read the response. */
export function corsHeaders(request: Request, origins: readonly string[]): Record<string, string> {
  const origin = request.headers.get('origin')
  if (origin === null || !origins.includes(origin)) return {}
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'origin' }
}

/** The answer to a browser that asks whether it may send a request from another origin. */
export function preflight(request: Request, origins: readonly string[]): Response {
  const headers = corsHeaders(request, origins)
  if (!('vary' in headers)) return new Response(null, { status: 403 })
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
    },
  })
}

/** @throws PostError `post_origin` for what a page of another site sends, unless its origin is opened */
export function checkOrigin(request: Request, origins: readonly string[]): void {
  if (request.headers.get('sec-fetch-site') !== 'cross-site') return
  if (origins.includes(request.headers.get('origin') ?? '')) return
  throw new PostError('post_origin', 'Requests from other sites are refused; open an origin with `origins`.')
}
