// The routes: the page, the list of chats, and the handlers for `useChat`.
import type { SessionStore } from 'toolloop/store'
import { uiChat } from 'toolloop/ui'
import type { supportAgent } from './agent.ts'
import { cookie, isSame, mayUse, newCustomer, visitorOf } from './access.ts'

export interface AppOptions {
  readonly agent: ReturnType<typeof supportAgent>
  readonly sessions: SessionStore
  readonly staffKey: string
  /** The page's script. */
  readonly script: string
}

export interface App {
  readonly handle: (request: Request) => Promise<Response>
  /** Goes on with the runs whose process died. */
  readonly resume: () => Promise<void>
}

export function supportApp({ agent, sessions, staffKey, script }: AppOptions): App {
  const chat = uiChat({
    agent,
    sessions,
    access: ({ chatId, request }) => mayUse(visitorOf(request, staffKey), chatId),
    // The second pair of eyes: a customer cannot approve its own refund.
    authorize: (_, { request }) => visitorOf(request, staffKey).isStaff,
  })

  async function chats(request: Request): Promise<Response> {
    const visitor = visitorOf(request, staffKey)
    const { data } = await sessions.list()
    const own = data.filter(({ id }) => mayUse(visitor, id))
    return Response.json(own.map(({ id, status, updatedAt }) => ({ id, status, updatedAt })))
  }

  async function oneChat(request: Request, id: string): Promise<Response> {
    if (!mayUse(visitorOf(request, staffKey), id)) return new Response('Not found', { status: 404 })
    const { status } = await sessions.open(id)
    return Response.json({ status, messages: await chat.messages(id) })
  }

  function page(request: Request): Response {
    const { customer, isStaff } = visitorOf(request, staffKey)
    const headers = new Headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
    })
    const id = customer ?? newCustomer()
    if (customer === undefined) headers.append('set-cookie', cookie('customer', id))
    return new Response(htmlOf(isStaff ? '' : id), { headers })
  }

  function signIn(url: URL): Response {
    const key = url.searchParams.get('key') ?? ''
    if (!isSame(key, staffKey)) return new Response('This link is not valid.', { status: 403 })
    return new Response(null, { status: 303, headers: { location: '/', 'set-cookie': cookie('staff', key) } })
  }

  return {
    async handle(request) {
      const url = new URL(request.url)
      const { pathname } = url
      if (pathname === '/api/chat' || pathname.startsWith('/api/chat/')) return chat.fetch(request)
      if (request.method !== 'GET') return new Response('Not found', { status: 404 })
      if (pathname === '/') return page(request)
      if (pathname === '/staff') return signIn(url)
      if (pathname === '/page.js')
        return new Response(script, { headers: { 'content-type': 'text/javascript; charset=utf-8' } })
      if (pathname === '/api/chats') return chats(request)
      if (pathname.startsWith('/api/chats/')) return oneChat(request, chatIn(pathname))
      return new Response('Not found', { status: 404 })
    },
    async resume() {
      const { data } = await sessions.list({ status: 'interrupted' })
      for (const { id } of data) await chat.resume({ chatId: id, request: new Request('http://localhost/') })
    },
  }
}

/** The chat of `/api/chats/{id}`; none where the path is malformed. */
function chatIn(pathname: string): string {
  try {
    return decodeURIComponent(pathname.slice('/api/chats/'.length))
  } catch {
    return ''
  }
}

/** Nothing of other sites. No frames: a page around this one could lead the staff to click on Approve. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `customer` is empty for the staff. */
const htmlOf = (customer: string): string => `<!doctype html>
<html lang="en" data-customer="${customer}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Support</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 0 auto; max-width: 44rem; padding: 0 1rem }
  h1 { font-size: 1.25rem; margin: 1rem 0 }
  article { margin: .75rem 0; padding: .5rem .75rem; border-radius: .75rem; background: color-mix(in srgb, currentColor 8%, transparent) }
  article { overflow-wrap: anywhere }
  article.user { margin-left: auto; width: fit-content; max-width: 75%; box-sizing: border-box; background: color-mix(in srgb, royalblue 20%, Canvas) }
  article p { margin: 0; white-space: pre-wrap }
  .call { font-size: .875rem; opacity: .8 }
  .waits { border: 2px solid orange; border-radius: .75rem; padding: .5rem .75rem; margin: .5rem 0 }
  .waits button:first-child { background: seagreen; border-color: seagreen; color: white }
  form { display: flex; gap: .5rem; position: sticky; bottom: 0; padding: .5rem 0 1rem; background: Canvas }
  input { flex: 1; min-width: 0; font: inherit; padding: .5rem .75rem; border-radius: .5rem; border: 1px solid gray }
  button { font: inherit; padding: .5rem .75rem; border-radius: .5rem; border: 1px solid gray; cursor: pointer }
  button:disabled { opacity: .5; cursor: default }
  small { opacity: .7 }
  [data-status=approval] small { color: darkorange; opacity: 1 }
  nav { display: flex; gap: .5rem; flex-wrap: wrap }
  [aria-current] { font-weight: bold }
</style>
<main id="app"></main>
<script type="module" src="/page.js"></script>
</html>
`
