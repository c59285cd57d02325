// Hostile requests over real sockets, to both protocols: each is refused with its status, nothing runs, nothing leaks.
import { text } from '@toolloop/testing'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cashier, type Dialect, dialects, serve } from '../test/protocols.ts'

const secret = 'secret-7'

/** A chat of another user, and an own one. */
async function world(dialect: Dialect) {
  const { clerk, model, ran } = cashier([text(secret), text('Hello.')])
  const owners = await serve(dialect, { agent: clerk })
  for (const id of ['theirs', 'own']) await (await owners.post(dialect.ask(id, 'Hi'))).text()
  await owners[Symbol.asyncDispose]()
  const served = await serve(
    dialect,
    {
      agent: clerk,
      access: ({ chatId }) => chatId !== 'theirs',
      maxBytes: 2_000_000,
      origins: ['https://app.example'],
    },
    owners.sessions,
  )
  return { ...served, model, ran }
}

type World = Awaited<ReturnType<typeof world>>
type Send = (world: World, dialect: Dialect) => Promise<Response>

const nested = (levels: number, open = '[', close = ']'): string => open.repeat(levels) + close.repeat(levels)
const withField = (body: object, json: string): string => `${JSON.stringify(body).slice(0, -1)},"more":${json}}`
const asText =
  (type: string): Send =>
  ({ url }, { ask }) =>
    fetch(url, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(ask('own', 'Go')) })
const by =
  (method: string, path: string, headers: Record<string, string> = {}): Send =>
  ({ url }) =>
    fetch(`${url}${path}`, { method, headers })
const image =
  (url: string): Send =>
  ({ post }, dialect) =>
    post(dialect.image('own', url))

const requests: [string, Send, number][] = [
  [
    '100,000 levels beside the messages',
    ({ post }, { ask }) => post(withField(ask('own', 'Go'), nested(100_000))),
    400,
  ],
  [
    '100,000 objects',
    ({ post }, { ask }) => post(withField(ask('own', 'Go'), nested(100_000, '{"a":', '}').replace('{"a":}', '{}'))),
    400,
  ],
  ['nothing but levels', ({ post }) => post(nested(200_000)), 400],
  [
    'the same key twice: the last one counts',
    ({ post }, { ask }) =>
      post(
        JSON.stringify(ask('own', 'Go'))
          .replace('{', '{"id":"own","threadId":"own",')
          .replace(/("(?:id|threadId)":)"own"(?=,"(?:messages|runId)")/, '$1"theirs"'),
      ),
    404,
  ],
  [
    'compressed bytes',
    ({ post }, { ask }) => post(gzipSync(JSON.stringify(ask('own', 'Go'))), { 'content-encoding': 'gzip' }),
    415,
  ],
  ['bytes that are no UTF-8', ({ post }, { ask }) => post(Buffer.from(JSON.stringify(ask('own', 'é')), 'latin1')), 400],
  [
    'UTF-16',
    ({ post }, { ask }) =>
      post(Buffer.from(JSON.stringify(ask('own', 'Go')), 'utf16le'), {
        'content-type': 'application/json; charset=utf-16le',
      }),
    400,
  ],
  ['an empty body', ({ post }) => post(''), 400],
  ...[
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    'image/svg+xml',
  ].map((type): [string, Send, number] => [`the type ${type}`, asText(type), 415]),
  [
    'a page of another site without a type of its own',
    ({ post }, { ask }) => post(ask('own', 'Go'), { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
    403,
  ],
  ['an empty id', ({ post }, { ask }) => post(ask('', 'Go')), 404],
  ['an id of 100 kB', ({ post }, { ask }) => post(ask('x'.repeat(100_000), 'Go')), 404],
  ['an id that is half a character', ({ post }, { ask }) => post(ask('\ud83e', 'Go')), 404],
  ['an id that is too long for a name', ({ post }, { ask }) => post(ask('É'.repeat(150), 'Go')), 404],
  ['an encoded id that is too long for a name', by('GET', `/${encodeURIComponent('🧵'.repeat(40))}/stream`), 404],
  ['an encoded slash, which is a part of an id', by('GET', '/x%2F..%2Ftheirs%2Fstream'), 405],
  ['the stream of someone else', by('GET', '/theirs/stream'), 404],
  ['the stream of someone else, doubly encoded', by('GET', '/%74heirs/stream'), 404],
  ['a stop of someone else', by('DELETE', '/theirs/stream'), 404],
  [
    'a stop by a page of another site',
    by('DELETE', '/own/stream', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
    403,
  ],
  ['HEAD', by('HEAD', '/own/stream'), 405],
  ['PUT', by('PUT', '/own'), 405],
  ['PATCH', by('PATCH', ''), 405],
  ['POST to a stream', by('POST', '/own/stream'), 405],
  ...[
    'null',
    'https://evil.example',
    'https://app.example.evil.example',
    'https://xapp.example',
    'https://app.example:8443',
    'http://app.example',
    'https://APP.example',
    'https://app.example/',
  ].map((origin): [string, Send, number] => [
    `a preflight of ${origin}`,
    by('OPTIONS', '', { origin, 'access-control-request-method': 'POST' }),
    403,
  ]),
  ...[
    'http://a.example/x.png',
    'file:///etc/passwd',
    'ftp://a.example/x',
    'javascript:alert(1)',
    'https:a.example',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.3]/',
    'https://localhost/',
    'https://a.localhost/',
    'https://metadata.google.internal/',
    'https://printer.local./',
    'https://intranet/',
    'https://user:word@a.example/',
    ' https://a.example/',
  ].map((url): [string, Send, number] => [`an image at ${url}`, image(url), 400]),
]

describe.each(Object.entries(dialects))('%s refuses', (_, dialect) => {
  it.each(requests)('%s', async (_name, send, status) => {
    await using served = await world(dialect)
    const response = await send(served, dialect)
    const body = await response.text()
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([status, null])
    expect(body).not.toMatch(/secret-7|node_modules|\.ts:|at .*\(/)
    expect([served.model.requests.length, served.ran, served.errors]).toEqual([2, [], []])
    for (const id of ['theirs', 'own']) expect((await served.sessions.open(id)).turns).toHaveLength(1)
  })

  it('says the same of a chat of someone else, of an impossible one, and of a path that is none', async () => {
    await using served = await world(dialect)
    const paths = [
      'theirs/stream',
      `${'x'.repeat(300)}/stream`,
      `${encodeURIComponent('🧵'.repeat(40))}/stream`,
      'own/other',
    ]
    const seen = await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(`${served.url}/${path}`)
        const headers = [...response.headers.keys()].filter((key) => key !== 'date').toSorted()
        return { status: response.status, headers, body: await response.text() }
      }),
    )
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(seen[0]?.status).toBe(404)
  })

  it('a target that begins another host or path', async () => {
    await using served = await world(dialect)
    const targets = [
      '/\\evil/api/chat/own/stream',
      '//api/chat/../../api/chat',
      'http://evil/api/chat/own/stream',
      '/api/chat/own/..%2f..%2fstream',
    ]
    for (const target of targets) {
      const answer = await served.raw(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 (?:400|404|405) /)
    }
    for (const host of ['a/api/chat/own/stream?', 'x@y', 'a b', '[', 'a\\b'])
      expect(await served.raw(`GET /none HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 40[04] /,
      )
    expect(await served.raw('TRACE /api/chat HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    )
    expect(served.errors).toEqual([])
  })
})
