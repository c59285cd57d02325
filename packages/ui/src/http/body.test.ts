// Bodies are bounded while they arrive: a large one is refused early, whatever its headers state.
import { agent } from '@toolloop/core'
import { memorySessions } from '@toolloop/store'
import { scriptedModel } from '@toolloop/testing'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { agUiChat, nodeHandler, uiChat } from '../index.ts'

const total = 100_000_000
const part = new Uint8Array(64 * 1024).fill(0x20)

function handlers() {
  const model = scriptedModel([])
  const options = { agent: agent({ name: 'a', model }), sessions: memorySessions(), access: () => true }
  const { fetch: useChat } = uiChat({ ...options, path: '/api/chat' })
  const { fetch: agUi } = agUiChat({ ...options, path: '/api/chat' })
  return { model, useChat, agUi }
}

describe.each(['useChat', 'agUi'] as const)('a body of 100 MB is refused early by %s', (which) => {
  it.each([
    ['without a length', {}],
    ['with a length that is too small', { 'content-length': '10' }],
    ['with a length that is no number', { 'content-length': 'many' }],
    ['with its length', { 'content-length': String(total) }],
  ])('%s', async (_, headers) => {
    let read = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read += part.length
          if (read > total) controller.close()
          else controller.enqueue(part)
        },
      },
      { highWaterMark: 0 },
    )
    const { model, ...handle } = handlers()
    const init = {
      method: 'POST',
      body,
      duplex: 'half' as const,
      headers: { 'content-type': 'application/json', ...headers },
    }
    const response = await handle[which](new Request('http://a.example/api/chat', init))
    expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('post_too_large')])
    expect(read).toBeLessThan(1_000_000 + 2 * part.length)
    expect(model.requests).toEqual([])
  })
})

describe('over node:http', () => {
  /** Writes until the server refuses; resolves to what it answered and how much was sent. */
  async function sent(head: string, parts: (write: (data: string | Uint8Array) => Promise<boolean>) => Promise<void>) {
    const { useChat } = handlers()
    const server = createServer(nodeHandler(useChat)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    let answer = ''
    let bytes = 0
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => {}))
    socket.on('data', (data: Buffer) => {
      answer += data.toString()
      if (answer.includes('"error"')) socket.destroy()
    })
    const write = async (data: string | Uint8Array): Promise<boolean> => {
      bytes += data.length
      if (socket.destroyed || answer !== '') return false
      if (!socket.write(data)) await Promise.race([once(socket, 'drain').catch(() => {}), closed])
      return !socket.destroyed && answer === ''
    }
    await write(`POST /api/chat HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${head}\r\n\r\n`)
    await parts(write)
    await closed
    server.closeAllConnections()
    server.close()
    return { answer, bytes }
  }

  it.each([
    ['its length', `Content-Length: ${total}`],
    ['chunked encoding', 'Transfer-Encoding: chunked'],
  ])('the client reads why: %s', async (_, head) => {
    const isChunked = head.includes('chunked')
    const { answer, bytes } = await sent(head, async (write) => {
      for (let at = 0; at < total; at += part.length) {
        if (isChunked && !(await write(`${part.length.toString(16)}\r\n`))) return
        if (!(await write(part))) return
        if (isChunked && !(await write('\r\n'))) return
      }
    })
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('post_too_large')
    expect(bytes).toBeLessThan(20_000_000) // what the sockets of both sides hold
  })

  it('bytes behind the stated length are no part of the body', async () => {
    const { answer } = await sent('Content-Length: 2\r\nConnection: close', async (write) => {
      await write('{}')
      await write(part)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })
})
