// The web half: bundled without undici, and run in a real browser where one is found.
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, data, delta, hello, json, loopback, params } from './test/loopback.ts'

/** The client as a browser gets it, plus the program that uses it. */
async function bundle(
  program: string,
  conditions: readonly string[] = [],
): Promise<{ text: string; inputs: string[] }> {
  const result = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    conditions: ['@toolloop/source', ...conditions],
  })
  return { text: result.outputFiles[0]?.text ?? '', inputs: Object.keys(result.metafile.inputs) }
}

// Deno, Bun and Workers with Node compatibility resolve `node` too: theirs comes first.
test.each([
  ['a browser', 'browser'],
  ['a browser, by a bundler that knows no better', ''],
  ['Deno', 'deno', 'node'],
  ['Bun', 'bun', 'node'],
  ['Workers', 'workerd', 'node'],
  ['an edge runtime', 'edge-light', 'node'],
])('the bundle for %s holds neither undici nor Node', async (_name, ...conditions) => {
  const { text, inputs } = await bundle(`export * from './index.ts'`, conditions)
  expect(inputs.filter((path) => path.includes('node_modules') || path.includes('.node.'))).toEqual([])
  expect(text).not.toMatch(/["'`]node:|\bundici\b|\brequire\(/)
  expect(text.length).toBeLessThan(58_000)
})

const browser = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)
if (browser === undefined) console.log('No chromium is found (set CHROMIUM to its path): the browser test is skipped')

/** What the page does: one plain answer, one stream, one abort, one redirect that is not followed. It posts the outcomes. */
const page = `
  import { APIUserAbortError, chatModel, Transport } from './index.ts'
  const params = ${JSON.stringify(params)}
  const results: unknown[] = []
  try {
    const client = new Transport({ baseURL: location.origin + '/v1', apiKey: 'sk-12345678', maxRetries: 0 })
    results.push((await client.create(params)).choices[0]?.message.content)
    let text = ''
    for await (const chunk of await client.create({ ...params, stream: true })) text += chunk.choices[0]?.delta.content ?? ''
    results.push(text)
    let model = ''
    for await (const batch of chatModel(client, 'm').stream?.({ messages: params.messages }, {}) ?? [])
      for (const chunk of [batch].flat()) model += chunk.choices[0]?.delta.content ?? ''
    results.push(model)
    const abort = new AbortController()
    const endless = { ...params, model: 'endless', stream: true as const }
    try {
      for await (const _ of await client.create(endless, { signal: abort.signal })) abort.abort()
    } catch (error) {
      results.push(error instanceof APIUserAbortError)
    }
    results.push(await client.create({ ...params, model: 'redirect' }).catch((error) => String(error).includes('a redirect')))
    results.push(await client.create({ ...params, model: 'error' }).catch((error) => error.code))
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

  test('streams from a loopback server', { timeout: 60_000 }, async () => {
    const script = (await bundle(page)).text
    const { promise: results, resolve: done } = Promise.withResolvers<unknown>()
    await using server = await loopback((response, seen, index) => {
      if (seen.url === '/done') {
        done(JSON.parse(seen.body))
        return void response.end()
      }
      if (seen.method === 'POST') return answers(seen.body)(response, seen, index)
      if (seen.url === '/page.js')
        return json(200, script, { 'content-type': 'text/javascript' })(response, seen, index)
      return json(200, '<script type="module" src="/page.js"></script>', { 'content-type': 'text/html' })(
        response,
        seen,
        index,
      )
    })
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${profile}`,
    ]
    const chromium = spawn(browser ?? '', [...flags, new URL('/', server.url).href], { stdio: 'ignore' })
    try {
      expect(await results).toEqual(['hello', 'one two', 'one two', true, true, 'model_not_found'])
    } finally {
      chromium.kill('SIGKILL')
    }
    const post = server.requests.find(({ url }) => url === '/v1/chat/completions')
    expect(post?.headers).toMatchObject({ authorization: 'Bearer sk-12345678', 'content-type': 'application/json' })
  })
})

function answers(body: string): Answer {
  const { model, stream } = JSON.parse(body) as { model: string; stream?: boolean }
  if (model === 'redirect') return json(307, '', { location: 'https://example.com/' })
  if (model === 'error') return json(404, { error: { code: 'model_not_found' } })
  if (!stream) return json(200, hello)
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(data(delta({ content: 'one' })))
    if (model === 'endless') return
    setTimeout(() => response.end(data(delta({ content: ' two' }, 'stop'), '[DONE]')), 20)
  }
}

test('Node gets undici by the same import', async () => {
  const program = `import { Transport } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
    await new Transport({ baseURL: 'http://127.0.0.1:9/v1', maxRetries: 0 }).create({ model: 'm', messages: [] }).catch(() => {})
    console.log(process.moduleLoadList.some((name) => name.includes('internal/deps/undici/undici')))`
  const args = ['--conditions=@toolloop/source', '--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  // Node's own fetch was never touched.
  expect(stdout.trim()).toBe('false')
})
