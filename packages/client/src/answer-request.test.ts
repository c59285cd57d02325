import { responseFormat, tool } from '@toolloop/schema'
import { scriptedServer, text } from '@toolloop/testing'
import { UsageError } from '@toolloop/wire'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { Client } from './index.ts'

const schema = z.object({ a: z.number() })
const messages = [{ role: 'user', content: 'x' }]

it.each([
  ['nothing', undefined, /parameters must be an object/],
  ['null', null, /parameters must be an object .*not null/],
  [
    'a bare schema as the format',
    { model: 'm', messages, response_format: schema },
    /Wrap it: `responseFormat\(schema/,
  ],
  [
    'a bare schema as a tool',
    { model: 'm', messages, tools: [schema] },
    /tools\[0\] is a schema\. A tool also needs a name/,
  ],
  ['tools that are no list', { model: 'm', messages, tools: 'x' }, /`tools` is string/],
  ['a tool that is none', { model: 'm', messages, tools: [null] }, /tools\[0\] is null/],
])('%s is refused before anything is sent', async (_title, params, message) => {
  await using server = await scriptedServer(() => text('{"a":1}'))
  await using client = new Client({ apiKey: 'k', baseURL: server.url })
  const { completions } = client.chat
  const parsed = await Promise.resolve()
    .then(() => completions.parse(params as never))
    .catch((error: unknown) => error)
  expect(parsed).toBeInstanceOf(UsageError)
  expect(String(parsed)).toMatch(message)
  expect(server.requests).toHaveLength(0)
})

it('what is wrapped is sent', async () => {
  await using server = await scriptedServer(() => text('{"a":1}'))
  await using client = new Client({ apiKey: 'k', baseURL: server.url })
  const completion = await client.chat.completions.parse({
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
    response_format: responseFormat(schema, { name: 'answer' }),
    tools: [tool({ name: 't', parameters: schema, execute: () => 1 })],
  })
  expect(completion.choices[0]?.message.parsed).toEqual({ a: 1 })
})
