// Requests of other sites: closed unless opened.
import { PostError } from './post-error.ts'

/** Is this an origin as browsers send it? No `*`, no `null`, no path, no port that is the default. */
export function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+$/.test(value) || !URL.canParse(value))
    return false
  const { origin } = new URL(value)
  return origin === value || origin === 'null' // a scheme of an app, such as `capacitor://localhost`
}

/** The headers that let a page of an opened origin read the response. */
export function corsHeaders(request: Request, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {}
  const origin = request.headers.get('origin')
  if (origin === null || !origins.includes(origin)) return { vary: 'origin' }
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'origin' }
}

/** The answer to a browser that asks whether it may send a request from another origin. An opened one may send any header. */
export function preflight(request: Request, origins: readonly string[]): Response {
  const headers = corsHeaders(request, origins)
  if (!('access-control-allow-origin' in headers)) return new Response(null, { status: 403, headers })
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      vary: 'origin, access-control-request-headers',
      'access-control-allow-methods': 'GET, POST, DELETE',
      // Not `*`: it stands for no header where cookies are sent.
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? 'content-type',
      'access-control-max-age': '600',
    },
  })
}

/** @throws PostError `post_origin` for what a page of another site sends, unless its origin is opened */
export function checkOrigin(request: Request, origins: readonly string[]): void {
  if (request.headers.get('sec-fetch-site') !== 'cross-site') return
  if (origins.includes(request.headers.get('origin') ?? '')) return
  throw new PostError('post_origin', 'Requests from other sites are refused; open an origin with `origins`.')
}
