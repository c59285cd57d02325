// A completion, plain and streamed, what goes wrong on the way, and the end of the process: the same on every runtime.
import { failure, fault, scriptedServer, text } from '@toolloop/testing'
import { APITimeoutError, APIUserAbortError, Client, NotFoundError, StreamError } from 'toolloop'

const params = { model: 'gpt-5.1', messages: [{ role: 'user' as const, content: 'Say hello.' }] }
const hello = text('Hello from afar.', { deltaSize: 3 })
await using server = await scriptedServer([
  hello,
  failure(503),
  fault.drip(hello, 7),
  hello,
  fault.stall(hello, 700),
  fault.stall(hello, 700),
  // Slowly: some runtimes drop what they have not handed out when a connection breaks.
  fault.cutAt(text('Hello from afar.', { deltaSize: 3, delay: 50 }), 700),
  failure(404),
])
const client = new Client({ baseURL: server.url, apiKey: 'key', backoff: { initial: 1 } })

async function streamed(options: { signal?: AbortSignal; timeout?: { idle: number } } = {}): Promise<string> {
  let content = ''
  for await (const chunk of await client.chat.completions.create({ ...params, stream: true }, options))
    content += chunk.choices[0]?.delta.content ?? ''
  return content
}

async function failed(request: Promise<unknown>): Promise<unknown> {
  return await request.then(
    (value) => value,
    (error: unknown) => error,
  )
}

function check(what: string, holds: boolean): void {
  if (!holds) throw new Error(`It does not hold that ${what}`)
}

const { choices } = await client.chat.completions.create(params)
check('a plain answer is read', choices[0]?.message.content === 'Hello from afar.')
check('a stream is tried again, and read byte by byte', (await streamed()) === 'Hello from afar.')
const events: string[] = []
for await (const event of client.chat.completions.stream(params)) events.push(event.type)
check('a stream has events', events.includes('content.delta'))
const signal = AbortSignal.timeout(200)
check('an abort throws', (await failed(streamed({ signal }))) instanceof APIUserAbortError)
check('a timeout throws', (await failed(streamed({ timeout: { idle: 200 } }))) instanceof APITimeoutError)
check('a cut throws', (await failed(streamed())) instanceof StreamError)
check('an error status throws', (await failed(client.chat.completions.create(params))) instanceof NotFoundError)
console.log('ok')
