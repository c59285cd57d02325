// Tools and an agent over MCP, called by the official client in both protocol eras, and by an agent of ours.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { agent } from '@toolloop/core'
import { tool, ToolRetry } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { mcpTools, type McpServing, serveMcp } from './index.ts'

const tools = [
  tool({
    name: 'add',
    description: 'Adds',
    parameters: z.object({ a: z.number(), b: z.number().optional() }),
    effects: 'none',
    execute: ({ a, b = 1 }) => ({ sum: a + b }),
  }),
  tool({
    name: 'count',
    execute: async function* () {
      yield 'one'
      yield 'two'
      return 'counted'
    },
  }),
  tool({ name: 'picture', execute: () => [{ type: 'image_url', image_url: { url: 'data:image/png;base64,aW1n' } }] }),
  tool({
    name: 'busy',
    execute: () => {
      throw new ToolRetry('later')
    },
  }),
  tool({ name: 'pay', needsApproval: true, execute: () => 'paid' }),
]
const transportTo = ({ fetch }: McpServing) =>
  new StreamableHTTPClientTransport(new URL('http://served.invalid/mcp'), {
    fetch: (url, init) => fetch(new Request(url, init)),
  })

describe.each(['legacy', 'auto'] as const)('the official client (%s)', (mode) => {
  const connected = async (serving: McpServing): Promise<Client> => {
    const client = new Client({ name: 'c', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(transportTo(serving))
    expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy')
    return client
  }

  it('lists and calls tools', async () => {
    const client = await connected(serveMcp(tools, { name: 's' }))
    const { tools: listed } = await client.listTools()
    expect(listed.map(({ name }) => name)).toEqual(['add', 'count', 'picture', 'busy', 'pay'])
    expect(listed[0]).toMatchObject({ description: 'Adds', annotations: { readOnlyHint: true } })
    const answers = []
    for (const [name, args] of [
      ['add', { a: 1, b: null }],
      ['add', { a: 'x' }],
      ['count', {}],
      ['picture', {}],
      ['busy', {}],
      ['pay', {}],
      ['none', {}],
    ] as const)
      answers.push(await client.callTool({ name, arguments: args }))
    expect(answers.map(({ isError = false, content }) => [isError, content[0]])).toEqual([
      [false, { type: 'text', text: '{"sum":2}' }],
      [true, { type: 'text', text: expect.stringContaining('Invalid arguments for `add`') as string }],
      [false, { type: 'text', text: 'counted' }],
      [false, { type: 'text', text: '1 part attached' }],
      [true, { type: 'text', text: 'later' }],
      [true, { type: 'text', text: expect.stringContaining('needs the approval') as string }],
      [true, { type: 'text', text: 'There is no tool "none".' }],
    ])
    expect(answers[3]?.content[1]).toEqual({ type: 'image', data: 'aW1n', mimeType: 'image/png' })
    await client.close()
  })

  it('calls an agent as one tool', async () => {
    const poet = agent({ name: 'poet', model: scriptedModel([call('add', { a: 1, b: 2 }), text('three')]), tools })
    const client = await connected(serveMcp(poet, { name: 's', description: 'Writes' }))
    expect((await client.listTools()).tools).toMatchObject([{ name: 'poet', description: 'Writes' }])
    expect(await client.callTool({ name: 'poet', arguments: { input: 'add' } })).toMatchObject({
      content: [{ type: 'text', text: 'three' }],
    })
    await client.close()
  })
})

it.each(['legacy', 'auto'] as const)('an agent is served over stdio (%s)', { timeout: 60_000 }, async (mode) => {
  const client = new Client({ name: 'c', version: '1' }, { versionNegotiation: { mode } })
  const program = join(import.meta.dirname, 'test/served-agent.ts')
  const args = ['--conditions=@toolloop/source', program]
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }))
  try {
    expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy')
    expect((await client.listTools()).tools).toMatchObject([{ name: 'poet', description: 'Writes' }])
    expect(await client.callTool({ name: 'poet', arguments: { input: 'add' } })).toMatchObject({
      content: [{ type: 'text', text: 'three' }],
    })
  } finally {
    await client.close()
  }
})

it('a request that is cancelled aborts the tool', async () => {
  const aborted = Promise.withResolvers<unknown>()
  const started = Promise.withResolvers<void>()
  const slow = tool({
    name: 'slow',
    execute: (_, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve('aborted'))
      started.resolve()
      return new Promise(() => {})
    },
  })
  const serving = serveMcp([slow], { name: 's' })
  const client = new Client({ name: 'c', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(transportTo(serving))
  const cancel = new AbortController()
  const called = client.callTool({ name: 'slow', arguments: {} }, { signal: cancel.signal }).catch(() => 'cancelled')
  await started.promise
  cancel.abort()
  expect([await called, await aborted.promise]).toEqual(['cancelled', 'aborted'])
  await client.close()
  await serving.close()
})

it('an agent calls the tools of another process’s server', async () => {
  const serving = serveMcp(tools, { name: 's', approval: 'client' })
  await using mcp = await mcpTools(() => transportTo(serving))
  const model = scriptedModel([call('add', { a: 1, b: null }), call('pay', {}), text('done')])
  const result = await agent({ name: 'a', model, tools: mcp.tools }).run('go')
  expect(result.steps.flatMap(({ calls }) => calls.map(({ content }) => content))).toEqual(['{"sum":2}', 'paid'])
})
