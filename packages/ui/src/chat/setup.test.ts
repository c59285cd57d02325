// How the handlers are set up: options, other origins, where they are mounted.
import { text } from '@toolloop/testing'
import { expect, it } from 'vitest'
import { PostError, uiChat } from '../index.ts'
import { desk, post, userMessage } from '../test/desk.ts'

it('another origin is opened by name', async () => {
  const { chat } = desk([text('Hello.')], { origins: ['https://app.example'] })
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }
  const asked = await chat.fetch(new Request('http://a.example/api/chat', { method: 'OPTIONS', headers }))
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example'])
  const response = await chat.fetch(post({ id: 'c1', messages: [userMessage('Hi')] }, headers))
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example'])
  await response.text()
  const evil = new Request('http://a.example/api/chat', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example' },
  })
  expect((await chat.fetch(evil)).status).toBe(403)
  // Headers of the app's own, such as a token; a page of the origin also reads why a request is refused.
  const own = new Request('http://a.example/api/chat', {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-headers': 'content-type,x-csrf-token' },
  })
  expect((await chat.fetch(own)).headers.get('access-control-allow-headers')).toBe('content-type,x-csrf-token')
  const wrong = await chat.fetch(new Request('http://a.example/api/chat', { method: 'PUT', headers }))
  expect([wrong.status, wrong.headers.get('access-control-allow-origin')]).toEqual([405, 'https://app.example'])
})

it.each([
  ['GET', '/chat/c1/stream', undefined, /mounted at \/api\/chat: see the option `path`/],
  ['GET', '/api/chatter', undefined, /mounted at \/api\/chat/],
  ['POST', '/api/chat', '', /The body is empty\. A middleware/],
])('a mistake in the setup is named: %s %s', async (method, path, body, problem) => {
  const headers = { 'content-type': 'application/json' }
  const { chat } = desk([])
  const response = await chat.fetch(
    new Request(`http://a.example${path}`, { method, headers, ...(body === '' && { body }) }),
  )
  expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(problem) } })
})

it.each([
  [{ access: undefined }, /needs `access`/],
  [{ onLeave: 'stay' }, /`onLeave` is "stay"/],
  [{ maxBytes: 0 }, /`maxBytes` is 0/],
  [{ orgins: [] }, /has no option `orgins`/],
])('refuses wrong options: %o', (wrong, problem) => {
  const { clerk, sessions } = desk([])
  expect(() => uiChat({ agent: clerk, sessions, access: () => true, ...wrong } as never)).toThrow(problem)
})

it('an error has a code and a status', () => {
  expect(new PostError('post_type', 'x')).toMatchObject({ name: 'PostError', status: 415, code: 'post_type' })
})
