import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cassette } from './index.ts'

afterEach(() => vi.unstubAllEnvs())

/** A server that counts, and answers in pieces that are cut within a character. */
async function origin() {
  let count = 0
  const server = createServer((request, response) => void answer(request, response))
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    count++
    let body = ''
    for await (const chunk of request) body += String(chunk)
    if (body.includes('"busy"') && count === 1) {
      response.writeHead(429, { 'retry-after': '0', 'set-cookie': 'who=you' }).end('{"error":{"message":"busy"}}')
      return
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'x-request-id': `r${count}`,
      'set-cookie': 'who=you',
    })
    const bytes = Buffer.from(`data: {"é": ${count}, "key": "${request.headers.authorization}"}\n\n`)
    for (const [from, to] of [
      [0, 8],
      [8, 9],
      [9, undefined],
    ]) {
      response.write(bytes.subarray(from, to))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    response.end('data: [DONE]\n\n')
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat?api-key=verysecret`
  return {
    url,
    get count() {
      return count
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

const ask = (content: string, key = 'secret-key-1') => ({
  method: 'POST',
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }),
})
const pathOf = async () => join(await mkdtemp(join(tmpdir(), 'cassette-')), 'deep', 'tape.json')
/** Pieces as they arrive, as base64. */
async function pieces(response: Response): Promise<string[]> {
  const all: string[] = []
  for await (const chunk of response.body!) all.push(Buffer.from(chunk).toString('base64'))
  return all
}

describe('a cassette', () => {
  it('records once, and plays the same bytes in the same pieces, without the network and without the key', async () => {
    await using server = await origin()
    const file = await pathOf()
    let first: string[]
    {
      await using tape = cassette(file, { mode: 'auto' })
      const response = await tape.fetch(server.url, ask('go'))
      expect(response.headers.get('x-request-id')).toBe('r1')
      first = await pieces(response)
    }
    expect(first.length).toBeGreaterThan(2)
    const text = await readFile(file, 'utf8')
    expect(text).not.toMatch(/secret|set-cookie|who=you|authorization/)

    const tape = cassette(file, { mode: 'replay', fetch: () => Promise.reject(new Error('the network')) })
    const { body, ...init } = ask('go', 'another-key')
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as object).toReversed()))
    const response = await tape.fetch(server.url, { ...init, body: reordered })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    const bytes = (all: readonly string[]): string =>
      all.map((one) => Buffer.from(one, 'base64').toString('latin1')).join('')
    const again = await pieces(response)
    expect(again.length).toBe(first.length)
    expect(bytes(again)).toBe(bytes(first).replace('secret-key-1', '[key]'))
    expect(server.count).toBe(1)
  })

  it('keeps the order of equal requests: an error response, then the answer', async () => {
    await using server = await origin()
    const file = await pathOf()
    const statuses = async (mode: 'auto' | 'replay') => {
      await using tape = cassette(file, { mode })
      const all = []
      for (let count = 0; count < 2; count++) {
        const response = await tape.fetch(server.url, ask('busy'))
        await response.text()
        all.push([response.status, response.headers.get('retry-after')])
      }
      return all
    }
    const expected = [
      [429, '0'],
      [200, null],
    ]
    expect(await statuses('auto')).toEqual(expected)
    expect(await statuses('replay')).toEqual(expected)
    expect(server.count).toBe(2)
    const tape = cassette(file, { mode: 'replay' })
    for (let count = 0; count < 2; count++) await (await tape.fetch(server.url, ask('busy'))).text()
    await expect(tape.fetch(server.url, ask('busy'))).rejects.toThrow(/that was not played yet: it holds 2/)
  })

  it('keeps all of an answer whose reader leaves early', async () => {
    await using server = await origin()
    const file = await pathOf()
    {
      await using tape = cassette(file, { mode: 'auto' })
      const reader = (await tape.fetch(server.url, ask('go'))).body!.getReader()
      await reader.read()
      await reader.cancel()
    }
    const response = await cassette(file, { mode: 'replay' }).fetch(server.url, ask('go'))
    expect(await response.text()).toContain('[DONE]')
  })

  it('fails with the nearest recording and what differs', async () => {
    await using server = await origin()
    const file = await pathOf()
    {
      await using tape = cassette(file, { mode: 'auto' })
      for (const content of ['one', 'two']) await (await tape.fetch(server.url, ask(content))).text()
    }
    const { body, ...init } = ask('two')
    const changed = JSON.stringify({ ...(JSON.parse(body) as object), model: 'm2', temperature: 0 })
    const missing = cassette(file, { mode: 'replay' }).fetch(server.url, { ...init, body: changed })
    await expect(missing).rejects.toMatchObject({ name: 'UsageError', retryable: false })
    await expect(missing).rejects.toThrow(
      [
        'The nearest is recording 1; it differs at',
        '  $.body.model: recorded "m", now "m2"',
        '  $.body.temperature: recorded nothing, now 0',
      ].join('\n'),
    )
  })

  it.each(['true', '1'])('forbids the network where CI=%s, unless the mode is `record`', async (value) => {
    vi.stubEnv('CI', value)
    await using server = await origin()
    const file = await pathOf()
    await expect(cassette(file).fetch(server.url, ask('go'))).rejects.toThrow(/it is empty\. Record it/)
    expect(server.count).toBe(0)
    await using tape = cassette(file, { mode: 'record' })
    await (await tape.fetch(server.url, ask('go'))).text()
    expect(server.count).toBe(1)
  })

  it('applies `redact`, and records again in the mode `record`', async () => {
    await using server = await origin()
    const file = await pathOf()
    for (const content of ['Ada Lovelace', 'Ada Lovelace']) {
      await using tape = cassette(file, { mode: 'record', redact: (text) => text.replaceAll('Lovelace', 'L.') })
      await (await tape.fetch(server.url, ask(content))).text()
    }
    const { recordings } = JSON.parse(await readFile(file, 'utf8')) as { recordings: unknown[] }
    expect(recordings).toMatchObject([{ request: { body: { messages: [{ content: 'Ada L.' }] } } }])
    expect(server.count).toBe(2)
  })

  it('throws for a file that is not a cassette', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'cassette-')), 'tape.json')
    await writeFile(file, '{"recordings": 7}')
    expect(() => cassette(file)).toThrow(/is no cassette of version 1/)
    expect(() => cassette(file, { mode: 'play' as never })).toThrow(/must be "auto", "replay" or "record"/)
  })
})
