// Serves one log on loopback: the page, and what is appended to the log as server-sent events.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { pageWith } from './page.ts'

export interface LiveServer extends AsyncDisposable {
  /** With the token; every other path answers 404. */
  readonly url: string
}

/** Milliseconds between two looks at the file. */
const interval = 200

export async function serveLive(path: string): Promise<LiveServer> {
  const token = randomBytes(24).toString('base64url')
  const readers = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    if (request.method !== 'GET' || (url !== `/${token}` && url !== `/${token}/events`))
      return void response.writeHead(404).end()
    if (url === `/${token}`) return void sendPage(response, path, `/${token}/events`)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    readers.add(response)
    const stop = follow(path, (text) => void response.write(`data: ${JSON.stringify(text)}\n\n`))
    response.on('close', () => {
      stop()
      readers.delete(response)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/${token}`,
    async [Symbol.asyncDispose]() {
      for (const reader of readers) reader.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function sendPage(response: ServerResponse, path: string, events: string): Promise<void> {
  try {
    const page = await pageWith([{ name: basename(path), path, text: '' }], events)
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      })
      .end(page)
  } catch {
    response.writeHead(500).end()
  }
}

/** Calls `emit` with the whole text, then with what is appended. Characters are never split. */
function follow(path: string, emit: (text: string) => void): () => void {
  const decoder = new TextDecoder()
  let read = 0
  const look = (): void => {
    try {
      const file = openSync(path, 'r')
      try {
        const { size } = fstatSync(file)
        if (size <= read) return
        const buffer = Buffer.alloc(size - read)
        const bytes = readSync(file, buffer, 0, buffer.length, read)
        read += bytes
        emit(decoder.decode(buffer.subarray(0, bytes), { stream: true }))
      } finally {
        closeSync(file)
      }
    } catch {
      // The file is away for a moment; the next look may find it.
    }
  }
  look()
  const timer = setInterval(look, interval)
  return () => clearInterval(timer)
}
