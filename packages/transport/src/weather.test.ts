// Bytes that come late, cut, doubled or not at all: the same answer, or a typed error.
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { StreamError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import { APIConnectionError, Transport } from './index.ts'
import { data, delta, hello, json, loopback, params, sse } from './test/loopback.ts'

interface RawServer extends AsyncDisposable {
  readonly url: string
  connections: number
}

/** Writes the given bytes unchanged, headers included. */
async function rawServer(answer: (socket: Socket, connection: number) => void): Promise<RawServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const index = result.connections++
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.once('data', () => answer(socket, index))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const result: RawServer = {
    url: `http://127.0.0.1:${port}/v1`,
    connections: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return result
}

const body = JSON.stringify(hello)
const head = (...lines: string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n')
const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

test.each<[string, string]>([
  ['a content-length that is too long', head(`content-length: ${body.length + 10}`) + body],
  ['a body without a length that is cut', head('connection: close') + body.slice(0, -20)],
  ['a chunked body without its end', head('transfer-encoding: chunked') + chunked(body)],
  ['a chunk that is cut', head('transfer-encoding: chunked') + chunked(body).slice(0, -30)],
  ['a chunk length that is none', head('transfer-encoding: chunked') + 'xyz\r\n'],
  ['headers that are cut', head('content-length: 10').slice(0, -4)],
  ['headers that are none', '<html>\r\n\r\n'],
  ['nothing', ''],
])('a plain answer with %s is retried, and then a connection error', async (_name, text) => {
  await using server = await rawServer((socket) => void socket.end(text))
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 }, maxRetries: 1 })
  const error = await client.create(params).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(APIConnectionError)
  expect(error).toMatchObject({ code: 'connection', retryable: true })
  expect(server.connections).toBe(2)
})

test('a content-length that is too short is an error, not half an answer', async () => {
  await using server = await rawServer((socket) => void socket.end(head('content-length: 20') + body))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(client.create(params)).rejects.toBeInstanceOf(APIConnectionError)
})

test('an informational response is ignored', async () => {
  const text = `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${head(`content-length: ${body.length}`)}${body}`
  await using server = await rawServer((socket) => void socket.write(text))
  await using client = new Transport({ baseURL: server.url })
  await expect(client.create(params)).resolves.toEqual(hello)
})

const story = data(delta({ role: 'assistant', content: '' }), delta({ content: 'aé€😀' }), delta({}, 'stop'), '[DONE]')

test.each<[string, string]>([
  ['LF', story],
  ['CRLF', story.replaceAll('\n', '\r\n')],
  ['CR', story.replaceAll('\n', '\r')],
])('a stream with %s that drips byte by byte is the same stream', async (_name, text) => {
  await using server = await loopback(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  })
  await using client = new Transport({ baseURL: server.url })
  expect(await contentOf(client)).toBe('aé€😀')
})

test('what comes after [DONE] is ignored', async () => {
  await using server = await loopback(sse(story, data(delta({ content: 'more' })), 'data: {"broken'))
  await using client = new Transport({ baseURL: server.url })
  expect(await contentOf(client)).toBe('aé€😀')
})

const choice = (index: number, content: string, finish: string | null = null) => ({
  id: 'x',
  choices: [{ index, delta: { content }, finish_reason: finish }],
})
const chunkCount = async (client: Transport, n: number): Promise<number> => {
  let count = 0
  for await (const chunk of await client.create({ ...params, n, stream: true })) count += chunk.choices.length
  return count
}

test('a choice that never finished makes the answer incomplete', async () => {
  await using server = await loopback(sse(data(choice(0, 'a', 'stop'), choice(1, 'b'))))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(chunkCount(client, 2)).rejects.toBeInstanceOf(StreamError)
})

test('a cut throws while a requested choice is missing', async () => {
  await using server = await rawServer((socket) => {
    socket.write(
      head('content-type: text/event-stream', 'transfer-encoding: chunked') + chunked(data(choice(0, 'a', 'stop'))),
    )
    setTimeout(() => socket.destroy(), 20)
  })
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  await expect(chunkCount(client, 2)).rejects.toBeInstanceOf(StreamError)
  expect(await chunkCount(client, 1)).toBe(1)
})

test('a server that ignores `n` ends its answer all the same', async () => {
  await using server = await loopback(sse(data(choice(0, 'a', 'stop'))))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  expect(await chunkCount(client, 2)).toBe(1)
})

test('a choice beyond `n` does not make a complete answer incomplete', async () => {
  await using server = await loopback(sse(data(choice(0, 'a', 'stop'), choice(5, 'b'))))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  expect(await chunkCount(client, 1)).toBe(2)
})

test('a connection that died while idle costs a retry, not the request', async () => {
  await using server = await rawServer((socket, connection) => {
    socket.write(head(`content-length: ${body.length}`) + body)
    // The first connection dies at its second request.
    if (connection === 0) socket.once('data', () => socket.destroy())
  })
  await using client = new Transport({ baseURL: server.url, backoff: { initial: 1 } })
  await expect(client.create(params)).resolves.toEqual(hello)
  await expect(client.create(params)).resolves.toEqual(hello)
  expect(server.connections).toBe(2)
})

test('connections are kept: after plain answers, errors and streams read to [DONE]', async () => {
  await using server = await loopback(json(200, hello), json(400, {}), sse(story), json(200, hello))
  await using client = new Transport({ baseURL: server.url, maxRetries: 0 })
  const requests = [
    () => client.create(params),
    () => client.create(params),
    () => contentOf(client),
    () => client.create(params),
  ]
  for (const request of requests) {
    await request().catch(() => {})
    // A connection is free again one turn of the event loop after its answer.
    await sleep(10)
  }
  expect(server.requests.length).toBe(4)
  expect(server.open()).toBe(1)
})

test('a slow consumer slows the server', async () => {
  const part = data(delta({ content: 'x'.repeat(16_384) }))
  let written = 0
  await using server = await loopback(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    while (written < 2000 && !response.destroyed) {
      written++
      if (!response.write(part)) await new Promise((resolve) => response.once('drain', resolve))
    }
    response.end(data(delta({}, 'stop'), '[DONE]'))
  })
  await using client = new Transport({ baseURL: server.url })
  const stream = await client.create({ ...params, stream: true })
  const iterator = stream[Symbol.asyncIterator]()
  await iterator.next()
  // The server has written what the sockets hold, and waits.
  await expect
    .poll(async () => {
      const before = written
      await sleep(50)
      return written - before
    })
    .toBe(0)
  expect(written).toBeLessThan(1500)
  let count = 1
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) count++
  expect(count).toBe(2001)
})

test('chunks requested concurrently arrive in order', async () => {
  await using server = await loopback(sse(story.slice(0, 200), story.slice(200)))
  await using client = new Transport({ baseURL: server.url })
  const iterator = (await client.create({ ...params, stream: true }))[Symbol.asyncIterator]()
  const results = await Promise.all(Array.from({ length: 5 }, () => iterator.next()))
  expect(results.map(({ done, value }) => (done ? 'end' : value.choices[0]?.delta.content))).toEqual([
    '',
    'aé€😀',
    undefined,
    'end',
    'end',
  ])
})

test('many requests at once keep their answers apart', async () => {
  await using server = await loopback((response, seen) => {
    const { metadata } = JSON.parse(seen.body) as { metadata: { n: string } }
    setTimeout(() => response.end(JSON.stringify({ ...hello, id: metadata.n })), Number(metadata.n) % 7)
  })
  await using client = new Transport({ baseURL: server.url })
  const numbers = Array.from({ length: 100 }, (_, n) => String(n))
  const ids = await Promise.all(numbers.map(async (n) => (await client.create({ ...params, metadata: { n } })).id))
  expect(ids).toEqual(numbers)
})

async function contentOf(client: Transport): Promise<string> {
  let content = ''
  for await (const { choices } of await client.create({ ...params, stream: true }))
    content += choices[0]?.delta.content ?? ''
  return content
}
