// The process stays while somebody waits for the server, and for nothing else of ours.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type Answer, data, delta, hello, loopback, params } from './test/loopback.ts'

/** Takes its time, and never ends a stream. */
const slow: Answer = (response, { body }) => {
  if (!body.includes('"stream":true')) return void setTimeout(() => response.end(JSON.stringify(hello)), 300)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(data(delta({ content: 'a' })))
  setTimeout(() => response.write(data(delta({ content: 'b' }))), 300)
}

/** Runs a program that has a `client`, `plain` and `streamed`; what it said, and how long it stayed afterwards. */
async function run(program: string, options = ''): Promise<{ said: string[]; stayed: number }> {
  await using server = await loopback(slow)
  const source = `
    import { Transport } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
    const client = new Transport({ baseURL: ${JSON.stringify(server.url)}, maxRetries: 0, ${options} })
    const plain = ${JSON.stringify(params)}
    const streamed = { ...plain, stream: true }
    ${program}
    const last = performance.now()
    process.on('exit', () => console.log(performance.now() - last))`
  const args = ['--conditions=@toolloop/source', '--input-type=module', '--eval', source]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
  const said = stdout.trim().split('\n')
  return { stayed: Number(said.pop()), said }
}

test.each<[string, string]>([
  ['that is never read', `const stream = await client.create(streamed)`],
  ['that nobody goes on reading', `await (await client.create(streamed)).batches().next()`],
  ['on a kept connection', `await client.create(plain); await client.create(streamed)`],
  ['whose client is closed', `await client.create(streamed); await client.close(); console.log('closed')`],
])('a stream %s keeps no process alive', async (_name, program) => {
  const { said, stayed } = await run(program)
  expect(said).toEqual(program.includes('closed') ? ['closed'] : [])
  expect(stayed).toBeLessThan(1000)
})

const noTimeouts = 'timeout: { total: 0, connect: 0, idle: 0 }'
const stopped = 'clock: { now: () => 0, setTimeout: () => 1, clearTimeout() {} }'
test.each<[string, string, string, string?]>([
  ['for an answer', `console.log((await client.create(plain)).id)`, 'chatcmpl-1'],
  ['on a kept connection', `await client.create(plain); await client.create(plain); console.log('twice')`, 'twice'],
  ['without a timeout', `console.log((await client.create(plain)).id)`, 'chatcmpl-1', noTimeouts],
  ['by a clock of its own', `console.log((await client.create(plain)).id)`, 'chatcmpl-1', stopped],
  [
    'for the next event',
    `const batches = (await client.create(streamed)).batches()
     await batches.next()
     console.log((await batches.next()).value[0].choices[0].delta.content)`,
    'b',
  ],
  [
    'for the next event of a stream it had left alone for a while',
    `const batches = (await client.create(streamed)).batches()
     await batches.next()
     await new Promise((resolve) => setTimeout(resolve, 100))
     console.log((await batches.next()).value[0].choices[0].delta.content)`,
    'b',
  ],
  [
    'for a timeout',
    `const batches = (await client.create(streamed, { timeout: { idle: 600 } })).batches()
     await batches.next()
     await batches.next()
     console.log(await batches.next().catch((error) => error.timeout))`,
    'idle',
  ],
  [
    'for a key',
    `console.log(await client.create(plain, { timeout: 100 }).catch((error) => error.timeout))`,
    'total',
    'apiKey: () => new Promise(() => {})',
  ],
])('a program that waits %s is kept alive, and no longer', async (_name, program, words, options) => {
  const { said, stayed } = await run(program, options)
  expect(said).toEqual([words])
  expect(stayed).toBeLessThan(1000)
})
