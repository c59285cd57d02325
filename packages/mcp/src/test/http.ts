// Servers over real HTTP on loopback.
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type FetchLikeMcpHandler, type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StdioServer } from '../server.ts'

export interface HttpTestServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Ends all connections, as a crash does; new ones are accepted. */
  readonly cut: () => void
}

export async function listening(listener: RequestListener): Promise<HttpTestServer> {
  const server = createServer(listener)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    cut: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

export const served = (handler: FetchLikeMcpHandler): Promise<HttpTestServer> => {
  const answer = toNodeHandler(handler)
  // The adapter's type does not know that Node may set an absent field to `undefined`.
  return listening((request, response) => void answer(request as NodeIncomingMessageLike, response))
}

/** A program's server over HTTP, in both eras: list, call, progress and cancellation are passed on. */
export async function bridged({ command, args = [], env = {} }: StdioServer): Promise<HttpTestServer> {
  const client = new Client({ name: 'bridge', version: '1' })
  await client.connect(new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'ignore' }))
  const handler = createMcpHandler(() => {
    const server = new Server({ name: 'bridge', version: '1' }, { capabilities: { tools: {} } })
    server.setRequestHandler('tools/list', () => client.listTools())
    server.setRequestHandler('tools/call', ({ params: { name, arguments: given } }, { mcpReq }) => {
      const { progressToken } = (Reflect.get(mcpReq, '_meta') ?? {}) as { progressToken?: string | number }
      return client.callTool(
        { name, ...(given && { arguments: given }) },
        {
          signal: mcpReq.signal,
          ...(progressToken !== undefined && {
            onprogress: (progress) =>
              void mcpReq.notify({ method: 'notifications/progress', params: { ...progress, progressToken } }),
          }),
        },
      )
    })
    return server
  })
  const http = await served(handler)
  return {
    ...http,
    [Symbol.asyncDispose]: async () => {
      await handler.close()
      await http[Symbol.asyncDispose]()
      await client.close()
    },
  }
}

/** A port that was free a moment ago, for a program that has to be given one. */
export async function freePort(): Promise<number> {
  await using server = await listening(() => {})
  return server.port
}
