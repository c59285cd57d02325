// Servers of the modern protocol, and OAuth, over real HTTP.
import { ClientCredentialsProvider } from '@modelcontextprotocol/client'
import { createMcpHandler, Server, type ServerContext } from '@modelcontextprotocol/server'
import { agent, type RunEvent } from '@toolloop/core'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { McpError, type McpTools, mcpTools } from './index.ts'
import { type HttpTestServer, listening, served } from './test/http.ts'

type Listed = { name: string; description?: string; inputSchema: { type: 'object'; [key: string]: unknown } }
const schema = { type: 'object' as const }
type Answer = (context: ServerContext, name: string) => object | Promise<object>

/** A server of the SDK that speaks both eras; `tools` may be changed. */
async function modern(tools: Listed[], answer: Answer = () => ({ content: [] }), pageSize = 1000) {
  const handler = createMcpHandler(() => {
    const server = new Server({ name: 'modern', version: '1' }, { capabilities: { tools: { listChanged: true } } })
    server.setRequestHandler('tools/list', ({ params }) => {
      const from = Number(params?.cursor ?? 0)
      const next = from + pageSize
      return { tools: tools.slice(from, next), ...(next < tools.length && { nextCursor: String(next) }) }
    })
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const result = await answer(context, params.name)
      return result as { content: [] }
    })
    return server
  })
  const http = await served(handler)
  return {
    ...http,
    changed: () => handler.notify.toolsChanged(),
    [Symbol.asyncDispose]: async () => {
      await handler.close()
      await http[Symbol.asyncDispose]()
    },
  }
}

const runOf = (mcp: McpTools, names: readonly string[]) =>
  agent({ name: 'a', model: scriptedModel([...names.map((name) => call(name, {})), text('done')]), tools: mcp.tools })
const readBy = (messages: readonly { readonly role: string; readonly content?: unknown }[]) =>
  messages.flatMap(({ role, content }) => (role === 'tool' ? [content] : []))

describe.each(['modern', 'legacy'] as const)('over HTTP, %s', (era) => {
  it('progress becomes events', async () => {
    await using server = await modern([{ name: 'act', inputSchema: schema }], async ({ mcpReq }) => {
      const { progressToken } = Reflect.get(mcpReq, '_meta') as { progressToken: string | number }
      for (const progress of [1, 2])
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 2 } })
      return { content: [{ type: 'text', text: 'acted' }] }
    })
    await using mcp = await mcpTools({ url: server.url }, { era })
    const events: RunEvent[] = []
    const stream = runOf(mcp, ['act']).stream('go')
    for await (const event of stream) events.push(event)
    expect(events.filter(({ type }) => type === 'tool.progress')).toMatchObject([
      { data: { progress: 1, total: 2 } },
      { data: { progress: 2, total: 2 } },
    ])
    expect(readBy((await stream.result).messages)).toEqual(['acted'])
  })

  it('an aborted run ends, and cancels its call at the server', async () => {
    let cancelled = false
    const started = Promise.withResolvers<void>()
    await using server = await modern(
      [{ name: 'act', inputSchema: schema }],
      ({ mcpReq: { signal } }) =>
        new Promise((_, reject) => {
          started.resolve()
          signal.addEventListener('abort', () => ((cancelled = true), reject(new Error('cancelled'))))
        }),
    )
    await using mcp = await mcpTools({ url: server.url }, { era })
    const abort = new AbortController()
    const run = runOf(mcp, ['act']).run('go', { signal: abort.signal })
    await started.promise
    abort.abort()
    expect((await run).status).toBe('aborted')
    // Without sessions, the older protocol has no way to name the call on a stateless server.
    if (era === 'modern') await expect.poll(() => cancelled).toBe(true)
  })

  it('a connection that is cut in the middle of a call costs that call', async () => {
    let count = 0
    await using server: HttpTestServer = await modern([{ name: 'act', inputSchema: schema }], async () => {
      if (++count > 1) return { content: [{ type: 'text', text: 'back' }] }
      server.cut()
      return new Promise(() => {})
    })
    await using mcp = await mcpTools({ url: server.url }, { era, timeout: 3000 })
    const result = await runOf(mcp, ['act', 'act']).run('go')
    expect(readBy(result.messages)).toEqual([expect.stringMatching(/^The tool `act` of .* gave no result/), 'back'])
  })

  it('a call that is never answered times out', async () => {
    await using server = await modern([{ name: 'act', inputSchema: schema }], () => new Promise(() => {}))
    await using mcp = await mcpTools({ url: server.url }, { era, timeout: 1500 })
    expect(readBy((await runOf(mcp, ['act']).run('go')).messages)).toEqual([expect.stringMatching(/timed out/i)])
  })

  it('10,000 tools are listed page by page, the deepest schema among them', { timeout: 60_000 }, async () => {
    let deep: Listed['inputSchema'] = { type: 'object' }
    for (let level = 0; level < 1000; level++) deep = { type: 'object', properties: { a: deep } }
    const tools = Array.from({ length: 10_000 }, (_, index): Listed => ({ name: `t${index}`, inputSchema: schema }))
    tools[7777] = { name: 'deep', inputSchema: deep }
    await using server = await modern(tools, undefined, 50)
    await using mcp = await mcpTools({ url: server.url }, { era })
    expect(mcp.tools.length).toBe(10_000)
    expect(mcp.findings.map(({ tool, action }) => [tool, action])).toEqual([['deep', 'loosened']])
  })
})

it('a changed list of the modern protocol is followed', async () => {
  const tools: Listed[] = [{ name: 'a', inputSchema: schema }]
  await using server = await modern(tools)
  await using mcp = await mcpTools({ url: server.url }, { era: 'modern' })
  tools.push({ name: 'b', inputSchema: schema })
  server.changed()
  await expect.poll(() => mcp.tools.map(({ name }) => name)).toEqual(['a', 'b'])
})

it('a server that never answers is an error that names it, within the timeout', async () => {
  await using server = await listening(() => {})
  const since = performance.now()
  await expect(mcpTools({ url: server.url }, { timeout: 500 })).rejects.toThrow(
    new RegExp(`Could not connect to http://127.0.0.1:${server.port}: `),
  )
  expect(performance.now() - since).toBeLessThan(5000)
})

describe('a server with authorization', () => {
  /** An authorization server, and an MCP server that takes its tokens. Each token is good for `uses` requests. */
  async function secured(uses = Infinity) {
    const issued: { grant: string | null; client: string | null }[] = []
    const left = new Map([['static', Infinity]])
    await using stack = new AsyncDisposableStack()
    const inner = stack.use(
      await modern([{ name: 'act', inputSchema: schema }], () => ({ content: [{ type: 'text', text: 'in' }] })),
    )
    const front: HttpTestServer = await listening((request, response) => {
      void (async () => {
        const { origin } = new URL(front.url)
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const body = Buffer.concat(chunks).toString()
        const json = (status: number, value: object, headers: Record<string, string> = {}): void => {
          response.writeHead(status, { 'content-type': 'application/json', ...headers })
          response.end(JSON.stringify(value))
        }
        const path = request.url ?? ''
        if (path.startsWith('/.well-known/oauth-protected-resource'))
          return json(200, { resource: front.url, authorization_servers: [origin] })
        if (path.startsWith('/.well-known/oauth-authorization-server'))
          return json(200, {
            issuer: origin,
            authorization_endpoint: `${origin}/authorize`,
            token_endpoint: `${origin}/token`,
            response_types_supported: ['code'],
            grant_types_supported: ['client_credentials'],
            token_endpoint_auth_methods_supported: ['client_secret_basic'],
          })
        if (path === '/token') {
          const given = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()
          issued.push({ grant: new URLSearchParams(body).get('grant_type'), client: given })
          if (given !== 'me:secret') return json(401, { error: 'invalid_client' })
          const token = `token-${issued.length}`
          left.set(token, uses)
          return json(200, { access_token: token, token_type: 'Bearer', expires_in: 3600 })
        }
        if (!path.startsWith('/mcp')) return json(404, {})
        const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
        const remaining = left.get(token) ?? 0
        if (remaining <= 0)
          return json(
            401,
            {},
            {
              'www-authenticate': `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
            },
          )
        left.set(token, remaining - 1)
        const answer = await fetch(inner.url, {
          method: request.method ?? 'GET',
          headers: Object.entries(request.headers).flatMap(([key, value]): [string, string][] =>
            ['host', 'connection', 'content-length', 'transfer-encoding'].includes(key) ? [] : [[key, String(value)]],
          ),
          ...(body !== '' && { body }),
        })
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
        for await (const chunk of answer.body ?? []) response.write(chunk)
        response.end()
      })().catch(() => response.destroy())
    })
    stack.use(front)
    return { url: front.url, issuer: new URL(front.url).origin, issued, stack: stack.move() }
  }

  it('is reached through an OAuth provider of the SDK, which gets new tokens when one is spent', async () => {
    const { url, issuer, issued, stack } = await secured(4)
    await using _ = stack
    const auth = new ClientCredentialsProvider({ clientId: 'me', clientSecret: 'secret', expectedIssuer: issuer })
    await using mcp = await mcpTools({ url, auth }, { era: 'legacy' })
    expect(readBy((await runOf(mcp, ['act', 'act', 'act']).run('go')).messages)).toEqual(['in', 'in', 'in'])
    expect(issued.length).toBeGreaterThan(1)
    expect(new Set(issued.map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"grant":"client_credentials","client":"me:secret"}']),
    )
  })

  it('is reached with a token', async () => {
    const { url, stack } = await secured()
    await using _ = stack
    await using mcp = await mcpTools({ url, auth: { token: async () => 'static' } }, { era: 'legacy' })
    expect(mcp.tools.length).toBe(1)
  })

  it.each([
    ['no token', () => undefined, 0],
    [
      'a wrong secret',
      (expectedIssuer: string) => new ClientCredentialsProvider({ clientId: 'me', clientSecret: 'x', expectedIssuer }),
      2,
    ],
  ])('rejects %s, with an error, and does not connect again', async (_title, providerFor, asked) => {
    const { url, issuer, issued, stack } = await secured()
    await using _ = stack
    await expect(mcpTools({ url, auth: providerFor(issuer) })).rejects.toThrow(McpError)
    // The SDK itself asks a second time.
    expect(issued.length).toBe(asked)
  })
})
