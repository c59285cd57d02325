// The package where there is no Node: bundled without undici, and run in a real browser where one is found.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { scriptedServer, text } from '@toolloop/testing'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, toResponse } from './index.ts'

async function bundle(program: string): Promise<{ code: string; inputs: string[] }> {
  const result = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@toolloop/source', 'browser'],
  })
  return { code: result.outputFiles[0]?.text ?? '', inputs: Object.keys(result.metafile.inputs) }
}

test('the bundle for a browser holds neither undici, nor Node, nor a schema library', async () => {
  const { code, inputs } = await bundle(`export * from './index.ts'`)
  expect(inputs.filter((path) => /undici|\.node\.|node_modules\/(?!.*eventemitter3)/.test(path))).toEqual([])
  expect(code).not.toMatch(/["']node:|\bundici\b|\brequire\(/)
})

const browser = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)
if (browser === undefined) console.log('No chromium is found (set CHROMIUM to its path): the browser test is skipped')

const messages = [{ role: 'user' as const, content: 'Hi' }]

/** What the page does: it reads a handler's events, leaves another's, and streams by a client of its own. */
const page = `
  import { Client, readSse, toResponse } from './index.ts'
  const results: unknown[] = []
  const textOf = async (response: Response) => {
    let text = ''
    for await (const event of readSse<{ type: string; delta?: string }>(response)) text += event.delta ?? ''
    return text
  }
  try {
    results.push(await textOf(await fetch('/events')))
    for await (const _ of readSse(await fetch('/endless'))) break
    const client = new Client({ baseURL: location.origin + '/v1', apiKey: 'sk-12345678' })
    const params = { model: 'm', messages: ${JSON.stringify(messages)} }
    const stream = client.chat.completions.stream(params)
    const final = stream.final()
    results.push(await textOf(toResponse(stream, { redact: (event) => event.type === 'content.delta' ? event : undefined })))
    results.push((await final).choices[0]?.message.content)
    results.push((await client.chat.completions.parse(params)).choices[0]?.message.parsed)
  } catch (error) {
    results.push(String(error))
  }
  await fetch('/done', { method: 'POST', body: JSON.stringify(results) })
`

describe.skipIf(browser === undefined)('in chromium', () => {
  let profile = ''
  beforeAll(async () => {
    profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  })
  afterAll(() => rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))

  test('events arrive, are left, and are made', { timeout: 60_000 }, async () => {
    const { code } = await bundle(page)
    await using model = await scriptedServer(({ model: name }) =>
      name === 'endless' ? text('word '.repeat(100_000), { delay: 1 }) : text('Hello there.'),
    )
    await using client = new Client({ baseURL: model.url })
    const { promise: results, resolve: done } = Promise.withResolvers<unknown>()
    const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = Buffer.concat(await request.toArray()).toString()
      const path = request.url ?? ''
      if (path === '/done') done(JSON.parse(body))
      if (path === '/page.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
      if (path === '/events' || path === '/endless')
        return send(toResponse(client.chat.completions.stream({ model: path.slice(1), messages })), response)
      if (path.startsWith('/v1/'))
        return send(await fetch(model.url + path.slice(3), { method: 'POST', body }), response)
      response.writeHead(200, { 'content-type': 'text/html' }).end('<script type="module" src="/page.js"></script>')
    }
    const server = createServer((request, response) => void serve(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${profile}`,
    ]
    const chromium = spawn(browser ?? '', [...flags, url], { stdio: 'ignore' })
    try {
      expect(await results).toEqual(['Hello there.', 'Hello there.', 'Hello there.', null])
      await expect.poll(() => model.requests.find(({ aborted }) => aborted)?.body).toMatchObject({ model: 'endless' })
    } finally {
      chromium.kill('SIGKILL')
      server.closeAllConnections()
      server.close()
    }
  })
})

/** A web response by Node's server; the browser that goes away cancels it. */
function send({ status, headers, body }: Response, response: ServerResponse): void {
  response.writeHead(status, Object.fromEntries(headers))
  const readable = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
  readable.on('error', () => response.destroy()).pipe(response)
  response.on('close', () => readable.destroy())
}
