// `toolloop mcp`: what a server offers, and what its tools cost in each request.
import { type AnyTool, toolSearch } from '@toolloop/core'
import { type HttpServer, type McpFinding, type McpServerInfo, McpTools, type StdioServer } from '@toolloop/mcp'
import { messageOf } from '../log/text.ts'
import { CommandFailure } from './failure.ts'
import { pathOf } from './files.ts'

export interface McpCommandOptions {
  readonly header?: readonly string[]
  readonly env?: readonly string[]
  readonly sse?: true
  /** Seconds. */
  readonly timeout: number
}

export interface McpReport {
  readonly server: McpServerInfo | undefined
  /** Estimated tokens of all definitions together: UTF-8 bytes / 3. */
  readonly tokens: number
  /** The same when `toolSearch` offers them. */
  readonly withToolSearch: number
  readonly tools: readonly {
    readonly name: string
    readonly description: string
    readonly tokens: number
    /** Whether the definition is strict: the model cannot write arguments that do not fit. */
    readonly strict: boolean
    /** As the server hints: `none`, `idempotent` or `unsafe`. */
    readonly effects: string
  }[]
  readonly findings: readonly McpFinding[]
  readonly fingerprints: Readonly<Record<string, string>>
}

/** Connects, lists, closes: never longer than `timeout`, and a few seconds for a program that does not end by itself. */
export async function examineServer(
  [first = '', ...rest]: readonly string[],
  options: McpCommandOptions,
  stop: AbortSignal | undefined,
): Promise<McpReport> {
  const isAddress = /^https?:\/\//i.test(first)
  if (isAddress && rest.length > 0)
    throw new CommandFailure(`After the address nothing may follow: write ${rest.join(' ')} before ${first}.`)
  const server = isAddress ? httpServer(first, options) : program(first, rest, options)
  const late = AbortSignal.timeout(options.timeout * 1000)
  const signal = stop ? AbortSignal.any([stop, late]) : late
  const mcp = new McpTools(server, { effects: 'annotations', timeout: options.timeout * 1000 })
  const close = (): void => void mcp.close()
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  try {
    await mcp.refresh()
    return reportOf(mcp)
  } catch (error) {
    if (stop?.aborted) throw new CommandFailure('Stopped.', { cause: error })
    if (late.aborted)
      throw new CommandFailure(`${first} did not answer within ${options.timeout} s (--timeout).`, { cause: error })
    throw new CommandFailure(messageOf(error), { cause: error })
  } finally {
    signal.removeEventListener('abort', close)
    await mcp.close()
  }
}

function reportOf(mcp: McpTools): McpReport {
  return {
    server: mcp.server,
    tokens: tokensOf(mcp.tools),
    withToolSearch: tokensOf(toolSearch(mcp.tools)),
    tools: mcp.tools.map((tool) => ({
      name: tool.name,
      description: tool.description ?? '',
      tokens: tokensOf([tool]),
      strict: tool.definition.type === 'function' && tool.definition.function.strict === true,
      effects: tool.policy.effects,
    })),
    findings: mcp.findings,
    fingerprints: mcp.fingerprints,
  }
}

/** The report as text. Everything in it that the server wrote is shown without control characters. */
export function textOfReport({ server, tokens, withToolSearch, tools, findings }: McpReport): string {
  const name = server?.name ? `${plain(server.name, 60)} ${plain(server.version, 30)}` : 'The server has no name'
  const total = `${count(tools.length, 'tool')}, about ${tokens} tokens in each request`
  const lines = [`${name}, protocol ${server?.protocol ?? ''}: ${total}`]
  const width = Math.max(6, ...tools.map((tool) => tool.name.length))
  if (tools.length > 0) lines.push('', `tokens  strict  effects     ${'tool'.padEnd(width)}  description`)
  for (const tool of tools) {
    const cells = [
      String(tool.tokens).padStart(6),
      (tool.strict ? 'yes' : 'no').padEnd(6),
      tool.effects.padEnd(10),
      tool.name.padEnd(width),
    ]
    lines.push(`${cells.join('  ')}  ${plain(tool.description, 60)}`.trimEnd())
  }
  if (tools.length > 0 && withToolSearch < tokens) lines.push('', `With toolSearch: about ${withToolSearch} tokens.`)
  if (findings.length > 0) lines.push('', count(findings.length, 'finding'))
  for (const { tool, path, problem, action } of findings)
    lines.push(`! ${plain(tool, 64)} ${plain(path, 120)}: ${plain(problem, 200)} (${action})`)
  return lines.join('\n')
}

function httpServer(url: string, { header = [], env = [], sse }: McpCommandOptions): HttpServer {
  if (env.length > 0) throw new CommandFailure('--env is for a program; an address takes --header.')
  if (!URL.canParse(url)) throw new CommandFailure(`${url} is no address.`)
  return { url, headers: pairs(header, '--header', ':'), ...(sse && { transport: 'sse' }) }
}

function program(command: string, args: readonly string[], options: McpCommandOptions): StdioServer {
  const { header = [], env = [], sse } = options
  if (header.length > 0 || sse)
    throw new CommandFailure('--header and --sse are for an address; a program takes --env.')
  return { command, args, env: pairs(env, '--env', '='), cwd: pathOf('.') }
}

function pairs(given: readonly string[], option: string, separator: string): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf(separator)
      if (at < 1) throw new CommandFailure(`${option} takes name${separator}value. Got ${JSON.stringify(one)}.`)
      return [one.slice(0, at).trim(), one.slice(at + 1).trim()]
    }),
  )
}

/** The rule of thumb of budgets. */
function tokensOf(tools: readonly AnyTool[]): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(tools.map(({ definition }) => definition))) / 3)
}

/** One line without control characters, which could steer a terminal. */
function plain(text: string, longest: number): string {
  const line = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`
