// Our tools, or an agent as one tool, as an MCP server.
import { createMcpHandler, type McpHttpHandler, type ServerContext, Server } from '@modelcontextprotocol/server'
import type { AnyAgent, AnyTool } from '@toolloop/core'
import {
  describeError,
  type JsonSchema,
  renderOutput,
  type ToolContext,
  ToolInputError,
  ToolRetry,
} from '@toolloop/schema'
import type { ContentPart } from '@toolloop/wire'
import { UsageError } from '@toolloop/wire'

export interface ServeMcpOptions {
  /** The server's name and version for clients. */
  readonly name: string
  readonly version?: string | undefined
  /** What an agent that is served does, for the client's model. @default its name */
  readonly description?: string | undefined
  /** The `context` of tools and agents, made for each call. */
  readonly context?: (() => unknown) | undefined
  /**
   * Calls that need approval: `refuse` them, or leave the question to the `client`, which asks its user before it calls.
   * Requests of a served agent are always refused. @default 'refuse'
   */
  readonly approval?: 'refuse' | 'client' | undefined
}

export interface McpServing {
  /** Answers one HTTP request, in both protocol eras. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Serves standard input and output (Node.js); `close` ends it. */
  readonly stdio: () => Promise<{ readonly close: () => Promise<void> }>
  readonly close: () => Promise<void>
}

/** Serves tools, or an agent as one tool with the argument `input`. Nothing listens before `fetch` or `stdio` is called. */
export function serveMcp(source: readonly AnyTool[] | AnyAgent, options: ServeMcpOptions): McpServing {
  const served = isTools(source) ? source.map((one) => toolEntry(one, options)) : [agentEntry(source, options)]
  const byName = new Map(served.map((one) => [one.listed.name, one]))
  if (byName.size < served.length) throw new UsageError('serveMcp(): two tools have one name.')
  const make = (): Server => {
    const server = new Server(
      { name: options.name, version: options.version ?? '0.0.0' },
      { capabilities: { tools: {} } },
    )
    server.setRequestHandler('tools/list', () => ({ tools: served.map(({ listed }) => listed) }))
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const entry = byName.get(params.name)
      if (!entry) return failed(`There is no tool ${JSON.stringify(params.name)}.`)
      try {
        return await entry.call(params.arguments ?? {}, context)
      } catch (error) {
        return failed(
          error instanceof ToolInputError || error instanceof ToolRetry ? error.message : describeError(error, 1000),
        )
      }
    })
    return server
  }
  let handler: McpHttpHandler | undefined
  return Object.freeze({
    fetch: (request: Request) => (handler ??= createMcpHandler(make)).fetch(request),
    stdio: async () => {
      const { serveStdio } = await import('@modelcontextprotocol/server/stdio')
      return serveStdio(make)
    },
    close: async () => handler?.close(),
  })
}

interface Entry {
  readonly listed: {
    readonly name: string
    readonly description?: string
    readonly inputSchema: InputSchema
    readonly annotations?: object
  }
  readonly call: (args: Readonly<Record<string, unknown>>, context: ServerContext) => Promise<Answer>
}
type InputSchema = { readonly type: 'object' } & Record<string, unknown>
type Answer = { content: Content[]; isError?: boolean; structuredContent?: Record<string, unknown> }
type Content = { type: 'text'; text: string } | { type: 'image' | 'audio'; data: string; mimeType: string }

function toolEntry(one: AnyTool, options: ServeMcpOptions): Entry {
  const { name, description, definition, policy } = one
  if (definition.type !== 'function' || !one.execute)
    throw new UsageError(`serveMcp(): the tool \`${name}\` has no \`execute\`, or takes text in place of an object.`)
  return {
    listed: {
      name,
      ...(description !== undefined && { description }),
      inputSchema: objectSchema(definition.function.parameters),
      annotations: { readOnlyHint: policy.effects === 'none', idempotentHint: policy.effects !== 'unsafe' },
    },
    call: async (written, context) => {
      const args: unknown = await one.parse(JSON.stringify(written))
      const own = contextOf(name, written, options, context)
      const { needsApproval } = policy
      if (
        needsApproval &&
        options.approval !== 'client' &&
        (needsApproval === true || (await needsApproval(args, own)))
      )
        return failed('The call needs the approval of a person, which this server cannot ask for.')
      const returned = await finalValue(one.execute!(args, own), own)
      const rendered = renderOutput(one.parseOutput ? await one.parseOutput(returned) : returned)
      if (rendered.problem !== undefined) return failed('The tool failed.')
      return { content: [...contentOf(rendered.content), ...contentOf(rendered.parts ?? [])] }
    },
  }
}

function agentEntry(served: AnyAgent, options: ServeMcpOptions): Entry {
  const properties = { input: { type: 'string', description: 'What to do' } }
  return {
    listed: {
      name: served.name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64),
      description: options.description ?? served.name,
      inputSchema: { type: 'object', properties, required: ['input'] },
    },
    call: async ({ input }, { mcpReq }) => {
      if (typeof input !== 'string') return failed('`input` must be a text.')
      const result = await served.run(input, { signal: mcpReq.signal, context: options.context?.() })
      if (result.status !== 'done') return failed(`The agent ended as \`${result.status}\`.`)
      const { output } = result
      if (typeof output === 'string') return { content: [{ type: 'text', text: output }] }
      const text = JSON.stringify(output)
      return { content: [{ type: 'text', text }], structuredContent: { output } }
    },
  }
}

function contextOf(name: string, written: object, options: ServeMcpOptions, { mcpReq }: ServerContext): ToolContext {
  const id = String(mcpReq.id)
  const { progressToken } = (Reflect.get(mcpReq, '_meta') ?? {}) as { progressToken?: string | number }
  let count = 0
  return {
    signal: mcpReq.signal,
    call: { id, type: 'function', function: { name, arguments: JSON.stringify(written) } },
    context: options.context?.(),
    step: 0,
    runId: id,
    attempt: 1,
    idempotencyKey: id,
    progress: (data) => {
      if (progressToken === undefined) return
      const message = typeof data === 'string' ? data : JSON.stringify(data)
      void mcpReq
        .notify({ method: 'notifications/progress', params: { progressToken, progress: ++count, message } })
        .catch(() => {})
    },
  }
}

async function finalValue(returned: unknown, { progress }: ToolContext): Promise<unknown> {
  const value = await returned
  if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value) || !('throw' in value))
    return value
  const generator = value as AsyncGenerator<unknown, unknown>
  for (;;) {
    const next = await generator.next()
    if (next.done === true) return next.value
    progress(next.value)
  }
}

const failed = (text: string): Answer => ({ isError: true, content: [{ type: 'text', text }] })

function contentOf(content: string | readonly ContentPart[]): Content[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((part): Content => {
    if (part.type === 'text') return { type: 'text', text: part.text }
    if (part.type === 'input_audio')
      return { type: 'audio', data: part.input_audio.data, mimeType: `audio/${part.input_audio.format}` }
    const url = part.type === 'image_url' ? part.image_url.url : (part.file.file_data ?? '')
    const [, mimeType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
    if (mimeType?.startsWith('image/') && data !== undefined) return { type: 'image', data, mimeType }
    return {
      type: 'text',
      text: part.type === 'image_url' ? url : `[file ${part.file.filename ?? part.file.file_id ?? ''}]`,
    }
  })
}

function objectSchema(parameters: JsonSchema | undefined): InputSchema {
  return { ...parameters, type: 'object' }
}

function isTools(source: readonly AnyTool[] | AnyAgent): source is readonly AnyTool[] {
  return Array.isArray(source)
}
