// A program that is done with its streams ends by itself, without closing the client.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { scriptedServer, text } from '@toolloop/testing'
import { expect, test } from 'vitest'

const programs: Record<string, string> = {
  'a stream that was read': `for await (const _ of stream);`,
  'a stream that was left': `for await (const event of stream) if (event.type === 'content.delta') break`,
  'a stream that was aborted': `stream.on('content.delta', () => stream.abort())`,
  'a stream nobody touched': ``,
  'a body that was left': `const reader = sse(stream, { keepAlive: 1 }).getReader(); await reader.read(); await reader.cancel()`,
}

test.each(Object.entries(programs))('%s keeps no process alive', async (_, program) => {
  await using server = await scriptedServer(() => text('word '.repeat(20), { delay: 1 }))
  const source = `
    import { Client, sse } from '${new URL('index.ts', import.meta.url).href}'
    const client = new Client({ baseURL: '${server.url}' })
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
    ${program}
    process.on('exit', () => console.log('left by itself'))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@toolloop/source', '--input-type=module', '--eval', source],
    { timeout: 10_000 },
  )
  expect(stdout.trim()).toBe('left by itself')
})
