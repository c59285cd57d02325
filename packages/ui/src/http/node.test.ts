// Plain HTTP over real sockets: node:http, Express, Hono, route handlers.
import { toResponse, toStartedResponse } from '@toolloop/client'
import { agent, type RunEvent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { memorySessions } from '@toolloop/store'
import { call, scriptedModel, text } from '@toolloop/testing'
import express from 'express'
import { Hono } from 'hono'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { EventSource } from 'undici'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { nodeHandler, sendResponse, toRequest, uiChat } from '../index.ts'

/** A tool that is silent until its run ends. */
function silent() {
  const began = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<number>()
  const wait = tool({
    name: 'wait',
    parameters: z.object({}),
    execute: (_, { signal }) =>
      new Promise<string>((_resolve, reject) => {
        began.resolve()
        signal.addEventListener('abort', () => {
          aborted.resolve(performance.now())
          reject(new Error('left'))
        })
      }),
  })
  const waiter = agent({ name: 'waiter', model: scriptedModel([call('wait', {})]), tools: [wait] })
  return { waiter, began: began.promise, aborted: aborted.promise }
}

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Handle = (request: Request) => Response | Promise<Response>
const servers: Record<string, (handle: Handle) => RequestListener> = {
  'node:http': (handle) => nodeHandler(handle),
  Express: (handle) => express().use('/', nodeHandler(handle)),
  'Express with parsed bodies': (handle) => express().use(express.json()).use('/', nodeHandler(handle)),
  'Hono over node:http': (handle) => {
    const app = new Hono().all('*', (c) => handle(c.req.raw))
    return nodeHandler((request) => app.fetch(request))
  },
}

describe.each(Object.entries(servers))('a web handler behind %s', (_, listenerOf) => {
  it('gets the request, and its response arrives whole', async () => {
    await using server = await serve(
      listenerOf(async (request) => {
        const { pathname, search } = new URL(request.url)
        const headers = new Headers({ 'x-own': request.headers.get('x-mine') ?? '' })
        headers.append('set-cookie', 'a=1')
        headers.append('set-cookie', 'b=2')
        return Response.json(
          { method: request.method, path: `${pathname}${search}`, body: await request.json() },
          { status: 201, headers },
        )
      }),
    )
    const response = await fetch(`${server.url}/a/b?c=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-mine': 'é'.length === 1 ? 'yes' : '' },
      body: JSON.stringify({ text: 'naïve 🧵' }),
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-own')).toBe('yes')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.json()).toEqual({ method: 'POST', path: '/a/b?c=1', body: { text: 'naïve 🧵' } })
  })

  it('ends a run with a silent tool at the moment when the browser leaves', async () => {
    const { waiter, began, aborted } = silent()
    await using server = await serve(listenerOf(() => toResponse(waiter.stream('Go'), { keepAlive: Infinity })))
    const controller = new AbortController()
    const response = await fetch(server.url, { signal: controller.signal })
    const reading = response.text().catch(() => 'left')
    await began
    const left = performance.now()
    controller.abort()
    expect((await aborted) - left).toBeLessThan(500)
    expect(await reading).toBe('left')
  })

  it('answers an error before the first event with a status', async () => {
    const runner = agent({ name: 'a', model: scriptedModel([text('Hello.')]) })
    const log = { load: () => Promise.reject(new Error('disk at /srv/secret')), append: () => {} }
    await using server = await serve(listenerOf(() => toStartedResponse(runner.stream('Go', { log }))))
    const response = await fetch(server.url)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
  })
})

it('takes a compressed body that a parser of Express has read', async () => {
  const chat = uiChat({
    agent: agent({ name: 'a', model: scriptedModel([text('Hello.')]) }),
    sessions: memorySessions(),
    access: () => true,
  })
  await using server = await serve(express().use(express.json()).use('/api/chat', nodeHandler(chat.fetch)))
  const body = { id: 'c', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] }
  const response = await fetch(`${server.url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: new Uint8Array(gzipSync(JSON.stringify(body))),
  })
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('Hello.')])
})

describe('nodeHandler', () => {
  it('answers 500 where the handler throws, without its words, which `onError` gets', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown, { url }: Request): never => {
      errors.push(error, url)
      throw new Error('broken, too')
    }
    await using server = await serve(nodeHandler(() => Promise.reject(new Error('secret')), { onError }))
    const response = await fetch(`${server.url}/a`)
    expect([response.status, await response.json()]).toEqual([500, { error: { message: 'The server failed.' } }])
    expect(errors).toEqual([new Error('secret'), `${server.url}/a`])
  })

  it('serves HTTP/2, whose requests have headers of their own', async () => {
    const { waiter, began, aborted } = silent()
    const greeter = agent({ name: 'greeter', model: scriptedModel([text('Hello.')]) })
    const server = createHttp2Server()
    server.on(
      'request',
      nodeHandler((request) => {
        const { pathname, host } = new URL(request.url)
        if (pathname === '/wait') return toResponse(waiter.stream('Go'))
        return toResponse(greeter.stream('Go'), { headers: { 'x-host': host } })
      }) as never,
    )
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = session.request({ ':path': '/greet', ':authority': 'a.example' })
    const [headers] = (await once(stream, 'response')) as [Record<string, string>]
    expect([headers[':status'], headers['x-host']]).toEqual([200, 'a.example'])
    let body = ''
    for await (const part of stream) body += String(part)
    expect(body).toContain('[DONE]')
    const waiting = session.request({ ':path': '/wait' })
    await began
    waiting.close()
    await aborted
    session.close()
    server.close()
  })

  it('aborts the signal of the request when the browser leaves before the response', async () => {
    const seen = Promise.withResolvers<Request>()
    const aborted = Promise.withResolvers<string>()
    await using server = await serve(
      nodeHandler((request) => {
        request.signal.addEventListener('abort', () => aborted.resolve('aborted'))
        seen.resolve(request)
        return new Promise(() => {})
      }),
    )
    const controller = new AbortController()
    const asking = fetch(server.url, { signal: controller.signal }).catch(() => 'left')
    await seen.promise
    controller.abort()
    expect([await aborted.promise, await asking]).toEqual(['aborted', 'left'])
  })

  it('breaks the connection where the body fails in the middle', async () => {
    const handle = (): Response =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode('half'))
            controller.error(new Error('secret'))
          },
        }),
      )
    await using server = await serve(nodeHandler(handle))
    await expect(fetch(server.url).then((response) => response.text())).rejects.toThrow('terminated')
  })

  it('writes no faster than the client reads', async () => {
    let pulled = 0
    const part = new Uint8Array(64 * 1024)
    const handle = (): Response =>
      new Response(
        new ReadableStream({ pull: (controller) => (pulled++, controller.enqueue(part)) }, { highWaterMark: 0 }),
      )
    await using server = await serve(nodeHandler(handle))
    const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    socket.pause()
    let before = -1
    await expect.poll(() => before === (before = pulled) && pulled > 0, { interval: 100 }).toBe(true)
    expect(pulled).toBeLessThan(1000)
    socket.destroy()
  })

  it.each(['//evil.example/x', 'http://evil.example/x', '/a%2F..%2Fb', '*', ''])(
    'keeps the target %j a path of this host',
    (url) => {
      const incoming = { url, headers: { host: 'a.example' }, async *[Symbol.asyncIterator]() {} }
      expect(new URL(toRequest(incoming).url).host).toBe('a.example')
    },
  )

  it('sends nothing to a client that has left already', async () => {
    const cancelled = Promise.withResolvers<string>()
    await using server = await serve((_incoming, outgoing) => {
      outgoing.destroy()
      const stream = new ReadableStream({ cancel: () => cancelled.resolve('cancelled') })
      void sendResponse(new Response(stream), outgoing)
    })
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
    expect(await cancelled.promise).toBe('cancelled')
  })
})

it('an EventSource runs an agent once, and gets events only', async () => {
  let runs = 0
  const greeter = agent({ name: 'greeter', model: scriptedModel(() => text('Hello.')) })
  await using server = await serve(
    nodeHandler((request) => {
      if (!request.headers.has('last-event-id')) runs++
      return toResponse(greeter.stream('Hi'), { request, retry: 1 })
    }),
  )
  const source = new EventSource(server.url)
  const events: string[] = []
  source.addEventListener('message', ({ data }) => events.push((JSON.parse(data as string) as RunEvent).type))
  const ended = new Promise<void>((resolve) => source.addEventListener('done', () => resolve()))
  await ended
  await expect.poll(() => source.readyState).toBe(EventSource.CLOSED) // it connected again, and got 204
  expect(runs).toBe(1)
  expect(events.at(-1)).toBe('run.done')
})
