// Behaviour that the peer does not have, so the comparison cannot test it.
import { execFileSync } from 'node:child_process'
import { APIError as OwnAPIError } from '@toolloop/transport'
import { failure, reply, scriptedServer, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import OpenAI, { AzureOpenAI } from './index.ts'

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Weather in Oslo?' }]
const model = 'gpt-5.1'

describe('an uncovered resource', () => {
  const client = new OpenAI({ apiKey: 'sk' }) as unknown as Record<string, unknown> & { beta: Record<string, unknown> }

  it.each(['responses', 'embeddings', 'files', 'images', 'audio', 'models', 'post'])('`client.%s` throws', (name) => {
    expect(() => client[name]).toThrow(OpenAI.OpenAIError)
    expect(() => client[name]).toThrow(`\`client.${name}\` is not part of this package, which covers`)
    expect(() => client[name]).toThrow("import OpenAIApi from 'openai'")
  })

  it('throws below beta too', () => {
    expect(() => client.beta['assistants']).toThrow('`client.beta.assistants` is not part of this package')
  })
})

describe('a client', () => {
  it('covers the same completions below beta', () => {
    const client = new OpenAI({ apiKey: 'sk' })
    expect(client.beta.chat.completions).toBe(client.chat.completions)
  })

  it('throws in a browser without `dangerouslyAllowBrowser`', () => {
    Object.assign(globalThis, { window: { document: {} } })
    try {
      expect(() => new OpenAI({ apiKey: 'sk' })).toThrow('browser-like environment')
      expect(new OpenAI({ apiKey: 'sk', dangerouslyAllowBrowser: true }).apiKey).toBe('sk')
    } finally {
      Reflect.deleteProperty(globalThis, 'window')
    }
  })

  it('logs nothing by default, and requests at level `info`', async () => {
    await using server = await scriptedServer([
      failure(500, undefined, { 'retry-after-ms': '1' }),
      text('Rain.'),
      text('Sun.'),
    ])
    const printed: string[] = []
    const print = (message: string): void => void printed.push(message)
    const logger = { error: print, warn: print, info: print, debug: print }
    const client = new OpenAI({ apiKey: 'sk', baseURL: server.url, logger })
    await client.chat.completions.create({ model, messages })
    expect(printed).toEqual([])
    await client.withOptions({ logLevel: 'debug' }).chat.completions.create({ model, messages })
    expect(printed).not.toEqual([])
  })

  it('asks for a token before every attempt at Azure', async () => {
    const seen: (string | null)[] = []
    let count = 0
    const client = new AzureOpenAI({
      apiVersion: '2024-10-21',
      endpoint: 'https://name.openai.azure.com',
      azureADTokenProvider: async () => `token-${++count}`,
      fetch: async (_, init) => {
        seen.push(new Headers(init?.headers).get('authorization'))
        if (seen.length === 1) return new Response('', { status: 500, headers: { 'retry-after-ms': '1' } })
        const message = { role: 'assistant', content: 'Rain.' }
        return Response.json({ id: 'c', choices: [{ index: 0, message, finish_reason: 'stop' }] })
      },
    })
    await client.chat.completions.create({ model, messages })
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2'])
  })

  it.each([
    ['a version', { apiKey: 'k', endpoint: 'https://e' }, 'API version'],
    ['an address', { apiKey: 'k', apiVersion: 'v' }, 'no address'],
    [
      'one address',
      { apiKey: 'k', apiVersion: 'v', endpoint: 'https://e', baseURL: 'https://b' },
      'exclude each other',
    ],
    ['a credential', { apiVersion: 'v', endpoint: 'https://e' }, 'Missing credentials'],
    [
      'one credential',
      { apiKey: 'k', azureADTokenProvider: async () => 't', apiVersion: 'v', endpoint: 'https://e' },
      'exclude each other',
    ],
  ])('needs %s for Azure', (_, options, words) => {
    expect(() => new AzureOpenAI(options)).toThrow(words)
  })
})

describe('an error', () => {
  it('has our own, richer one as its cause', async () => {
    await using server = await scriptedServer([failure(429, undefined, { 'retry-after': '7' })])
    const client = new OpenAI({ apiKey: 'sk', baseURL: server.url, maxRetries: 0 })
    const error = await client.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    const { cause } = error as Error
    expect(cause).toBeInstanceOf(OwnAPIError)
    expect((cause as OwnAPIError).retryAfter).toBe(7000)
  })

  it('without a listener is an unhandled rejection, as with the peer', () => {
    const program = `
      import OpenAI from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
      process.on('unhandledRejection', (error) => { console.log(error.constructor.name); process.exit(0) })
      new OpenAI({ apiKey: 'sk', baseURL: 'http://127.0.0.1:9/v1', maxRetries: 0 }).chat.completions.stream({ model: 'm', messages: [] })
    `
    const flags = ['--conditions=@toolloop/source', '--input-type=module', '-e', program]
    expect(execFileSync(process.execPath, flags, { encoding: 'utf8' }).trim()).toBe('APIConnectionError')
  })
})

describe('a streamed answer', () => {
  it('buffers a bounded number of chunks for a slow reader', async () => {
    const words = 'word '.repeat(400)
    await using server = await scriptedServer([text(words, { deltaSize: 5 })])
    const stream = new OpenAI({ apiKey: 'sk', baseURL: server.url }).chat.completions.stream({ model, messages })
    let told = 0
    stream.on('content', () => told++)
    const chunks = stream[Symbol.asyncIterator]()
    await chunks.next()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(told).toBeLessThan(200)
    let read = 1
    while (!(await chunks.next()).done) read++
    expect(read).toBeGreaterThan(400)
    expect(await stream.finalContent()).toBe(words)
  })

  it('does not wait for slow iterators once its end is awaited', async () => {
    const words = 'word '.repeat(400)
    await using server = await scriptedServer([text(words, { deltaSize: 5 })])
    const stream = new OpenAI({ apiKey: 'sk', baseURL: server.url }).chat.completions.stream({ model, messages })
    const chunks = stream[Symbol.asyncIterator]()
    await chunks.next()
    expect(await stream.finalContent()).toBe(words)
  })

  it('has reasoning among its fields, as the server named it', async () => {
    await using server = await scriptedServer([reply({ content: 'Rain.', reasoning: 'It is Oslo.' })])
    const stream = new OpenAI({ apiKey: 'sk', baseURL: server.url }).chat.completions.stream({ model, messages })
    expect(await stream.finalMessage()).toMatchObject({ content: 'Rain.', reasoning_content: 'It is Oslo.' })
  })
})
