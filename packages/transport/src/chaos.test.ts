// Bytes changed, cut, dripped and stalled at random: every failure is one of ours, and nothing is left behind.
import { createServer, type Socket } from 'node:net'
import { ToolloopError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import { Transport } from './index.ts'
import { data, delta, hello, params, patience } from './test/loopback.ts'

const apiKey = 'sk-chaos-secret-key'
const story = data(
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'one ' }),
  delta({ content: 'two' }),
  delta({}, 'stop'),
  '[DONE]',
)
const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const statuses = [200, 200, 200, 401, 429, 500, 307]

/** Repeatable chance (mulberry32). */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function answer(stream: boolean, draw: (below: number) => number): Buffer {
  const status = statuses[draw(statuses.length)] ?? 200
  const body = stream ? story : JSON.stringify(hello)
  const pieces = Array.from(body.matchAll(/[^]{1,60}/g), ([piece]) => chunked(piece))
  const head = [`HTTP/1.1 ${status} X`, 'location: /v1/elsewhere', 'transfer-encoding: chunked', '', '']
  const bytes = Buffer.from(`${head.join('\r\n')}${pieces.join('')}0\r\n\r\n`)
  for (let changes = draw(3); changes > 0; changes--) bytes[draw(bytes.length)] = draw(256)
  return bytes
}

/** Writes it in pieces, some of it perhaps, and then ends, resets or stalls. */
function send(socket: Socket, bytes: Buffer, draw: (below: number) => number): void {
  const cut = draw(3) === 0 ? draw(bytes.length) : bytes.length
  const ending = draw(3)
  const write = (at: number): void => {
    if (socket.destroyed) return
    const end = Math.min(cut, at + 1 + draw(200))
    socket.write(bytes.subarray(at, end))
    if (end < cut) setImmediate(write, end)
    else if (cut < bytes.length && ending === 0) socket.end()
    else if (cut < bytes.length && ending === 1) socket.destroy()
  }
  write(0)
}

test.each([1, 2])('whatever comes (seed %i)', async (seed) => {
  const draw = chance(seed)
  let open = 0
  const server = createServer((socket) => {
    open++
    socket.on('close', () => open--).on('error', () => {})
    socket.on('data', (asked) => send(socket, answer(String(asked).includes('"stream":true'), draw), draw))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const client = new Transport({
    baseURL: `http://127.0.0.1:${port}/v1`,
    apiKey,
    backoff: { initial: 1, max: 2 },
    // Wide enough for sixty requests at once on a busy machine; what stalls waits for `idle` and is tried again.
    timeout: { total: 6000, attempt: 2500, headers: 2000, firstEvent: 2000, idle: 1000 },
  })
  const outcomes = await Promise.all(Array.from({ length: 60 }, () => request(client, draw)))
  const failures = outcomes.filter((outcome) => outcome !== undefined)
  expect(failures.filter((error) => !(error instanceof ToolloopError))).toEqual([])
  expect(failures.map((error) => (error as Error).stack).join('\n')).not.toContain(apiKey)
  expect(failures.length).toBeGreaterThan(0)
  expect(failures.length).toBeLessThan(outcomes.length)
  await client.close()
  await expect.poll(() => open, patience).toBe(0)
  server.close()
})

/** One request, streamed or not, aborted or left or not; resolves to what it failed with. */
async function request(client: Transport, draw: (below: number) => number): Promise<unknown> {
  const abort = new AbortController()
  if (draw(6) === 0) setTimeout(() => abort.abort(new Error('enough')), draw(30))
  const leaves = draw(5) === 0
  const options = { signal: abort.signal }
  try {
    if (draw(2) === 0) return void (await client.create(params, options))
    for await (const _ of await client.create({ ...params, stream: true }, options)) if (leaves) break
    return undefined
  } catch (error) {
    return error
  }
}
