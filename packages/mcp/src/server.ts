// How a server is reached: the transports of the SDK.
import {
  type AuthProvider,
  type OAuthClientProvider,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { UsageError } from '@toolloop/wire'
import { boundedFetch } from './bounded-fetch.ts'

/** A program that speaks MCP over its standard input and output (Node.js). It gets a few variables, not all of `process.env`. */
export interface StdioServer {
  readonly command: string
  readonly args?: readonly string[] | undefined
  /** Added to the variables that a program needs to start, such as `PATH`. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly cwd?: string | undefined
  /** Where its error output goes. If it is ignored, its end is part of the error when the program cannot be reached. @default 'ignore' */
  readonly stderr?: 'ignore' | 'inherit' | undefined
}

/** A server over HTTP. */
export interface HttpServer {
  readonly url: string | URL
  /** `sse`: the older transport, with one stream for all messages. @default 'http' */
  readonly transport?: 'http' | 'sse' | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** A token, or one of the SDK's OAuth providers. */
  readonly auth?: AuthProvider | OAuthClientProvider | undefined
}

/** A server: a program, an address, or a function that returns a transport of the SDK, new for each connection. */
export type McpServerSpec = StdioServer | HttpServer | (() => Transport | Promise<Transport>)

/**
 * A new transport. `wrote` gets the error output of a program that is otherwise ignored.
 * @throws UsageError for a server that is none
 */
export async function transportTo(server: McpServerSpec, wrote: (text: string) => void): Promise<Transport> {
  if (typeof server === 'function') return server()
  if ('command' in server) {
    const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
    const { command, args = [], env, cwd, stderr = 'ignore' } = server
    const transport = new StdioClientTransport({
      command,
      args: [...args],
      stderr: stderr === 'ignore' ? 'pipe' : stderr,
      ...(env && { env: { ...env } }),
      ...(cwd && { cwd }),
    })
    transport.stderr?.on('data', (data: Uint8Array) => wrote(Buffer.from(data).toString()))
    return transport
  }
  if (!('url' in server))
    throw new UsageError('An MCP server is { command, args }, { url }, or a function that returns a transport.')
  const { url, transport = 'http', headers, auth } = server
  const options = {
    fetch: boundedFetch,
    ...(headers && { requestInit: { headers } }),
    ...(auth && { authProvider: auth }),
  }
  return transport === 'sse'
    ? new SSEClientTransport(new URL(url), options)
    : new StreamableHTTPClientTransport(new URL(url), options)
}

/** The name of a server in messages, before it has said its own. */
export function labelOf(server: McpServerSpec): string {
  if (typeof server === 'function') return 'the MCP server'
  if ('command' in server) return [server.command, ...(server.args ?? [])].join(' ').slice(0, 100)
  return new URL(server.url).origin
}
