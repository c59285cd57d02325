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
    response.write('retry: 500\n\n')
    readers.add(response)
    const stop = follow(path, Number(request.headers['last-event-id'] ?? 0), {
      add: (text, end) => void response.write(`id: ${end}\ndata: ${JSON.stringify(text)}\n\n`),
      clear: () => void response.write('id: 0\nevent: clear\ndata: {}\n\n'),
    })
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

interface Follower {
  /** Whole lines. `end` is the place in the file behind them, in bytes. */
  readonly add: (text: string, end: number) => void
  /** The file became shorter: it is another log, and is read from its beginning. */
  readonly clear: () => void
}

/** Reads from a place in the file, in bytes, then what is appended. A line is read once it is whole. */
function follow(path: string, from: number, { add, clear }: Follower): () => void {
  let read = Number.isSafeInteger(from) && from > 0 ? from : 0
  const look = (): void => {
    try {
      const file = openSync(path, 'r')
      try {
        const { size } = fstatSync(file)
        if (size < read) {
          read = 0
          clear()
        }
        if (size === read) return
        const buffer = Buffer.alloc(size - read)
        const bytes = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, read))
        const lines = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
        if (lines.length === 0) return
        read += lines.length
        add(lines.toString('utf8'), read)
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
