// Servers for tests: the reference servers as programs, and servers in memory that say anything.
import { InMemoryTransport, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client'
import { createRequire } from 'node:module'
import type { StdioServer } from '../server.ts'

const require = createRequire(import.meta.url)

/** A reference server from npm. */
export function referenceServer(name: 'everything' | 'filesystem' | 'memory', ...args: readonly string[]): StdioServer {
  const manifest = require.resolve(`@modelcontextprotocol/server-${name}/package.json`)
  const program = manifest.replace('package.json', 'dist/index.js')
  return { command: process.execPath, args: [program, ...args] }
}

export interface ListedTool {
  readonly name: string
  readonly description?: string
  readonly inputSchema?: unknown
  readonly outputSchema?: unknown
  readonly annotations?: object
}

/** What a scripted server answers to `tools/call`; `undefined`: nothing, ever. */
export type Answer = (params: { readonly name: string; readonly arguments?: unknown }, server: ScriptedMcp) => unknown

/** A server in memory that sends what it is given, valid or not, page by page. */
export class ScriptedMcp {
  tools: readonly ListedTool[]
  readonly calls: unknown[] = []
  readonly cancelled: unknown[] = []
  readonly #answer: Answer
  readonly #pageSize: number
  #transport: Transport | undefined

  constructor(tools: readonly ListedTool[], answer: Answer = () => ({ content: [] }), pageSize = 1000) {
    this.tools = tools
    this.#answer = answer
    this.#pageSize = pageSize
  }

  /** The client's end of a new connection. */
  readonly connect = async (): Promise<Transport> => {
    const [client, server] = InMemoryTransport.createLinkedPair()
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- transports are no event targets
    server.onmessage = (message) => void this.#receive(server, message)
    await server.start()
    this.#transport = server
    return client
  }

  /** Tells the client that the list of tools changed. */
  async changed(tools: readonly ListedTool[]): Promise<void> {
    this.tools = tools
    await this.#transport?.send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
  }

  async send(message: object): Promise<void> {
    await this.#transport?.send({ jsonrpc: '2.0', ...message } as JSONRPCMessage)
  }

  /** Ends the connection as a crash does. */
  async crash(): Promise<void> {
    await this.#transport?.close()
  }

  async #receive(transport: Transport, message: JSONRPCMessage): Promise<void> {
    if (!('method' in message)) return
    if (message.method === 'notifications/cancelled') this.cancelled.push(message.params)
    if (!('id' in message)) return
    const answer = await this.#result(message.method, message.params)
    if (answer === undefined) return
    await transport.send({ jsonrpc: '2.0', id: message.id, ...answer } as JSONRPCMessage)
  }

  async #result(method: string, params: unknown): Promise<object | undefined> {
    switch (method) {
      case 'initialize':
        return {
          result: {
            protocolVersion: '2025-06-18',
            capabilities: { tools: { listChanged: true } },
            serverInfo: { name: 'scripted', version: '1' },
          },
        }
      case 'tools/list': {
        const from = Number((params as { cursor?: string } | undefined)?.cursor ?? 0)
        const next = from + this.#pageSize
        const tools = this.tools.slice(from, next)
        return { result: { tools, ...(next < this.tools.length && { nextCursor: String(next) }) } }
      }
      case 'tools/call': {
        this.calls.push(params)
        const result = await this.#answer(params as never, this)
        return result === undefined ? undefined : { result }
      }
      default:
        return { error: { code: -32601, message: 'Method not found' } }
    }
  }
}
