// Connections that break at every byte, and clients that send too slowly or read nothing, over real sockets.
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, reply, scriptedModel, text } from '@toolloop/testing'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { EventSource } from 'undici'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { dialects, serve } from '../test/protocols.ts'

type Chunk = Record<string, unknown> & { type: string }

/** A tool that waits until the test lets it go on. */
function held() {
  const began = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  const wait = tool({
    name: 'wait',
    parameters: z.object({}),
    effects: 'none',
    execute: (_, { signal }) => {
      began.resolve()
      signal.addEventListener('abort', () => ended.reject(new Error('aborted')))
      return ended.promise
    },
  })
  return { wait, began: began.promise, ended: ended.promise, end: () => ended.resolve('waited') }
}

/** Forwards connections. The first response of each port is cut after so many bytes. */
async function cutting(target: number, afterBytes: number) {
  let connections = 0
  const sockets: Socket[] = []
  const server = createServer((client) => {
    const isFirst = connections++ === 0
    const behind = connect(target, '127.0.0.1')
    sockets.push(client, behind)
    client.on('error', () => {}).on('close', () => behind.destroy())
    behind.on('error', () => {}).on('close', () => client.destroy())
    client.pipe(behind)
    let left = afterBytes
    behind.on('data', (data: Buffer) => {
      if (!isFirst) return void client.write(data)
      const part = data.subarray(0, left)
      left -= part.length
      client.write(part, () => left === 0 && client.destroy())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    isBack: () => connections > 1,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** Chunks behind the last start, with neighbouring deltas of one text as one: what a front end folds. */
function joined(chunks: readonly Chunk[]): Chunk[] {
  const from = chunks.findLastIndex(({ type }) => type === 'start' || type === 'RUN_STARTED')
  const all: Chunk[] = []
  for (const chunk of chunks.slice(from)) {
    const last = all.at(-1)
    const field = 'inputTextDelta' in chunk ? 'inputTextDelta' : 'delta'
    const isSame = (one: Chunk, other: Chunk): boolean =>
      ['type', 'id', 'messageId', 'toolCallId'].every((key) => one[key] === other[key])
    if (last && field in chunk && isSame(last, chunk)) last[field] = `${String(last[field])}${String(chunk[field])}`
    else all.push({ ...chunk })
  }
  return all
}

describe.each(Object.entries(dialects))('%s', (_, dialect) => {
  function waiting() {
    const { wait, began, end } = held()
    const script = [
      reply({ reasoning: 'Hm.', content: 'A ü.', toolCalls: [{ name: 'wait', args: {} }] }),
      text('Done.'),
    ]
    const model = scriptedModel(script, { deltaSize: 2 })
    return { runner: agent({ name: 'a', model, tools: [wait] }), model, began, end }
  }

  it('a client whose connection breaks at any byte reads on by `Last-Event-ID`, and the agent runs once', async () => {
    const { runner, model, began, end } = waiting()
    await using served = await serve(dialect, { agent: runner, keepAlive: Infinity })
    const first = await served.post(dialect.ask('c', 'Go'))
    const reader = first.body!.getReader()
    await began
    let bytes = Buffer.alloc(0)
    while (!/tool-input-available|TOOL_CALL_END/.test(bytes.toString()))
      bytes = Buffer.concat([bytes, (await reader.read()).value!])
    const cuts = Array.from({ length: bytes.length + 1 }, (_value, cut) => framesIn(bytes.subarray(0, cut)))
    expect(cuts.length).toBeGreaterThan(400)
    const ids = [...new Set(cuts.map(({ id }) => id))]
    const rests = new Map(
      await Promise.all(
        ids.map(async (id) => {
          const response = await fetch(`${served.url}/c/stream`, { headers: { 'last-event-id': id } })
          return [id, response] as const
        }),
      ),
    )
    end()
    const after = new Map<string, Chunk[]>()
    for (const [id, response] of rests) after.set(id, await chunksOf(response))
    for (let part = await reader.read(); !part.done; part = await reader.read())
      bytes = Buffer.concat([bytes, part.value])
    const uncut = joined(framesIn(bytes).chunks)
    const read = cuts.map(({ chunks, id }) => JSON.stringify(joined([...chunks, ...after.get(id)!])))
    expect([...new Set(read)].map((one) => JSON.parse(one) as unknown)).toEqual([uncut])
    expect(model.requests).toHaveLength(2)
  })

  it("a browser's EventSource does so by itself", async () => {
    const { runner, model, began, end } = waiting()
    await using served = await serve(dialect, { agent: runner, keepAlive: Infinity })
    const first = await served.post(dialect.ask('c', 'Go'))
    await began
    const target = Number(new URL(served.url).port)
    const readers = await Promise.all(
      [1, 100, 400, 500, 650].map(async (cut) => {
        const proxy = await cutting(target, cut)
        const source = new EventSource(`http://127.0.0.1:${proxy.port}/api/chat/c/stream`)
        const chunks: Chunk[] = []
        source.addEventListener('message', ({ data }) => chunks.push(JSON.parse(data as string) as Chunk))
        return { proxy, source, chunks }
      }),
    )
    await expect.poll(() => readers.filter(({ proxy }) => !proxy.isBack()).length, { timeout: 15_000 }).toBe(0)
    end()
    const uncut = joined(await chunksOf(first))
    const isWhole = ({ chunks }: { chunks: Chunk[] }): boolean => chunks.at(-1)?.type === uncut.at(-1)?.type
    await expect.poll(() => readers.filter((one) => !isWhole(one)).length, { timeout: 15_000 }).toBe(0)
    for (const { proxy, source, chunks } of readers) {
      // One that came back after the run's end read its log, which has inputs whole.
      expect(joined(chunks).filter(isWholePart)).toEqual(uncut.filter(isWholePart))
      source.close()
      proxy.close()
    }
    expect(model.requests).toHaveLength(2)
  })

  it('a `Last-Event-ID` that was never given begins at the beginning', async () => {
    const { wait, began, end } = held()
    const model = scriptedModel([call('wait', {}), text('Done.')])
    await using served = await serve(dialect, { agent: agent({ name: 'a', model, tools: [wait] }) })
    const first = await served.post(dialect.ask('c', 'Go'))
    await began
    const reader = first.body!.getReader()
    let begun = ''
    while (!/^id: \w+:/m.test(begun)) begun += new TextDecoder().decode((await reader.read()).value)
    const [, name] = /^id: (\w+):/m.exec(begun)!
    const ids = ['', 'garbage', ':0.0', '-1', 'start', 'end:other', 'pause:other', 'x'.repeat(8_000)]
    const ofTape = ['zzzzzz.0', '0.zzzzzzzz', '-1.0', '1.-1', '9.9', '0', ''].map((place) => `${name}:${place}`)
    const responses = await Promise.all(
      [...ids, ...ofTape].map((id) => fetch(`${served.url}/c/stream`, { headers: { 'last-event-id': id } })),
    )
    end()
    for (const response of responses) {
      const chunks = await chunksOf(response)
      expect(['start', 'RUN_STARTED']).toContain(chunks[0]?.type)
      expect(['finish', 'RUN_FINISHED']).toContain(chunks.at(-1)?.type)
    }
    expect(model.requests).toHaveLength(2)
    await reader.cancel()
  })

  it('a body that never ends stops nobody, and runs nothing when its client leaves', async () => {
    const model = scriptedModel([text('Hello.')])
    await using served = await serve(dialect, { agent: agent({ name: 'a', model }) })
    const { port } = new URL(served.url)
    const body = JSON.stringify(dialect.ask('c', 'Slow'))
    const slow = ['Content-Length: 5000', 'Transfer-Encoding: chunked'].map((head) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`POST /api/chat HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${head}\r\n\r\n`)
      socket.write(head.startsWith('T') ? `${body.length.toString(16)}\r\n${body}\r\n` : body)
      return socket
    })
    const response = await served.post(dialect.ask('c', 'Hi'))
    expect(await response.text()).toContain('Hello.')
    const closed = slow.map((socket) => once(socket, 'close'))
    for (const socket of slow) socket.destroy()
    await Promise.all(closed)
    expect((await served.post(dialect.ask('c2', 'x'), { 'content-type': 'text/plain' })).status).toBe(415)
    expect([model.requests.length, (await served.sessions.open('c')).turns.length, served.errors]).toEqual([1, 1, []])
  })

  it.each(['continue', 'abort'] as const)(
    'clients that read nothing hold nothing up, and when they leave, the run goes on or ends: %s',
    async (onLeave) => {
      const { wait, began, ended, end } = held()
      const long = 'word '.repeat(5_000)
      const model = scriptedModel([reply({ content: long, toolCalls: [{ name: 'wait', args: {} }] }), text('Done.')])
      await using served = await serve(dialect, { agent: agent({ name: 'a', model, tools: [wait] }), onLeave })
      const { port } = new URL(served.url)
      const body = JSON.stringify(dialect.ask('c', 'Go'))
      const open = (head: string, more = ''): Socket => {
        const socket = connect(Number(port), '127.0.0.1')
          .on('error', () => {})
          .pause()
        socket.write(`${head} HTTP/1.1\r\nHost: a\r\n${more}`)
        return socket
      }
      const poster = open(
        'POST /api/chat',
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
      await began // the whole text has been written, though nobody reads
      const readers = Array.from({ length: 50 }, () => open('GET /api/chat/c/stream', '\r\n'))
      for (const socket of readers) socket.destroy()
      expect((await served.sessions.open('c')).status).toBe('running')
      poster.destroy()
      if (onLeave === 'abort') await expect(ended).rejects.toThrow('aborted')
      else end()
      const status = onLeave === 'abort' ? 'aborted' : 'done'
      await expect.poll(async () => (await served.sessions.open('c')).status).toBe(status)
      expect(model.requests).toHaveLength(onLeave === 'abort' ? 1 : 2)
    },
  )
})

const isWholePart = ({ type }: Chunk): boolean => type !== 'tool-input-start' && type !== 'tool-input-delta'

/** What a client has of these bytes: only what an empty line ends counts. */
function framesIn(bytes: Uint8Array): { chunks: Chunk[]; id: string } {
  const chunks: Chunk[] = []
  let last = ''
  for (const frame of new TextDecoder().decode(bytes).split('\n\n').slice(0, -1)) {
    const [, id] = /^id: (.*)$/m.exec(frame) ?? []
    const [, data] = /^data: (\{.*)$/m.exec(frame) ?? []
    if (id !== undefined) last = id
    if (data !== undefined) chunks.push(JSON.parse(data) as Chunk)
  }
  return { chunks, id: last }
}

async function chunksOf(response: Response): Promise<Chunk[]> {
  return framesIn(new Uint8Array(await response.arrayBuffer())).chunks
}
