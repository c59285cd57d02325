// The tools of an MCP server as tools of an agent.
import type { Client, Tool as ServerTool } from '@modelcontextprotocol/client'
import { canonicalFingerprint } from './fingerprint.ts'
import { describeError, type Effects, type Tool } from '@toolloop/schema'
import { Connection } from './connection.ts'
import { calledTool, messageOf } from './call.ts'
import { McpError } from './errors.ts'
import type { McpFinding } from './findings.ts'
import { offeredName } from './names.ts'
import { hintedEffects, offeredTool } from './offered-tool.ts'
import type { McpServerSpec } from './server.ts'

export interface McpToolsOptions {
  /** Names on the server; the others are not offered. @default all */
  readonly include?: readonly string[] | ((name: string) => boolean) | undefined
  /** Names on the server that are not offered. */
  readonly exclude?: readonly string[] | ((name: string) => boolean) | undefined
  /** Before each name, e.g. `files_`, so that the tools of several servers differ. */
  readonly prefix?: string | undefined
  /** Which calls a person must approve: all, those of some tools by their names on the server, or by a function. @default false */
  readonly approve?:
    | boolean
    | readonly string[]
    | ((name: string, args: Readonly<Record<string, unknown>>) => boolean)
    | undefined
  /**
   * The effects of calls: of all tools, or by name on the server. `annotations`: as the server says, for a server that you
   * trust: its hints decide which calls start early and run again. @default 'unsafe'
   */
  readonly effects?: Effects | 'annotations' | Readonly<Record<string, Effects>> | undefined
  /** Milliseconds to connect and to list tools, and for one call without progress. @default 60000 */
  readonly timeout?: number | undefined
  /** The most characters of a result's text, and of its images, audio and files. @default 262144 */
  readonly maxResult?: number | undefined
  /**
   * Fingerprints of an earlier connection (`fingerprints`), kept by you. Calls of a tool that has changed since need
   * approval, and a finding names it.
   */
  readonly known?: Readonly<Record<string, string>> | undefined
  /** Which protocol is spoken: `modern` is the stateless one of 2026-07-28. @default 'auto' */
  readonly era?: 'auto' | 'legacy' | 'modern' | undefined
}

/** What a server says about itself. */
export interface McpServerInfo {
  readonly name: string
  readonly version: string
  /** The version of the protocol that is spoken, e.g. `2026-07-28`. */
  readonly protocol: string
  readonly era: 'legacy' | 'modern'
}

/** What is offered of a listed tool. `key`: what it depends on. */
interface Made {
  readonly key: string
  readonly tool: Tool | undefined
  readonly findings: readonly McpFinding[]
}

/** Connects to a server and lists its tools. Close it: `await using files = await mcpTools(…)`. @throws McpError */
export async function mcpTools(server: McpServerSpec, options: McpToolsOptions = {}): Promise<McpTools> {
  const tools = new McpTools(server, options)
  try {
    await tools.refresh()
    return tools
  } catch (error) {
    await tools.close()
    throw error
  }
}

/** The tools of one server, and its connection. */
export class McpTools {
  readonly #options: McpToolsOptions
  readonly #connection: Connection
  readonly #timeout: number
  #server: McpServerInfo | undefined
  #listing: Promise<void> | undefined
  #next: Promise<void> | undefined
  #tools: readonly Tool[] = []
  #findings: readonly McpFinding[] = []
  /** By name on the server: the fingerprint that was seen first, and the current one. */
  readonly #first = new Map<string, string>()
  #current = new Map<string, string>()
  /** Names that were given, by name on the server: a name never moves to another tool. */
  readonly #names = new Map<string, string>()
  readonly #taken = new Set<string>()
  /** By name on the server: what was made of a listed tool. */
  #made = new Map<string, Made>()

  constructor(server: McpServerSpec, options: McpToolsOptions) {
    this.#options = options
    this.#timeout = options.timeout ?? 60_000
    for (const [name, fingerprint] of Object.entries(options.known ?? {})) this.#first.set(name, fingerprint)
    this.#connection = new Connection(server, {
      timeout: this.#timeout,
      era: options.era ?? 'auto',
      // A list that cannot be read changes nothing.
      changed: () => void this.refresh().catch(() => undefined),
    })
  }

  /** The tools as the server last listed them. A new array after each change of its list; a tool that is the same stays the same object. */
  get tools(): readonly Tool[] {
    return this.#tools
  }

  /** The tools after all changes that the server has announced so far. If they cannot be listed, as they were before. */
  async current(): Promise<readonly Tool[]> {
    await (this.#next ?? this.#listing)?.catch(() => undefined)
    return this.#tools
  }

  /** What was done about tools that could not be offered as they are. */
  get findings(): readonly McpFinding[] {
    return this.#findings
  }

  /** A hash of each tool's description and schema, by its name on the server: pass them as `known` next time. */
  get fingerprints(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#current)
  }

  /** What the server says about itself; absent before the first connection. */
  get server(): McpServerInfo | undefined {
    return this.#server
  }

  /**
   * Lists the tools again. Happens by itself when the server says that they changed. Calls during a listing share the one
   * that starts after it.
   * @throws McpError
   */
  refresh(): Promise<void> {
    this.#next ??= (async () => {
      await this.#listing?.then(pause, pause)
      this.#next = undefined
      this.#listing = this.#list()
      await this.#listing
    })()
    return this.#next
  }

  async #list(): Promise<void> {
    const client = await this.#connection.client()
    const signal = AbortSignal.timeout(this.#timeout)
    try {
      const { tools } = await client.listTools(undefined, { signal, timeout: this.#timeout, cacheMode: 'refresh' })
      this.#server = serverInfo(client)
      this.#adopt(tools)
    } catch (cause) {
      const problem = signal.aborted ? `it took longer than ${this.#timeout} ms` : describeError(cause, 300)
      throw new McpError(`${this.#connection.label} did not list its tools: ${problem}`, { cause })
    }
  }

  /** Ends the connection, and the program of a stdio server. */
  close(): Promise<void> {
    return this.#connection.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #adopt(listed: readonly ServerTool[]): void {
    const findings: McpFinding[] = []
    const current = new Map<string, string>()
    const tools: Tool[] = []
    const made = new Map<string, Made>()
    const sources = listed.map((one) => this.#connection.listed.sent(one))
    // Names that are valid as they are go first: no other tool takes them.
    for (const { name } of sources) if (/^[a-zA-Z0-9_-]{1,64}$/.test(name) && this.#isWanted(name)) this.#nameOf(name)
    for (const source of sources) {
      if (current.has(source.name) || !this.#isWanted(source.name)) continue
      const fingerprint = canonicalFingerprint(source)
      current.set(source.name, fingerprint)
      const one = this.#offer(source, fingerprint)
      made.set(source.name, one)
      findings.push(...one.findings)
      if (one.tool) tools.push(one.tool)
    }
    this.#made = made
    this.#current = current
    this.#tools = Object.freeze(tools)
    this.#findings = Object.freeze(findings)
  }

  #offer(source: ServerTool, fingerprint: string): Made {
    const before = this.#made.get(source.name)
    const key = `${fingerprint} ${hintedEffects(source)}`
    if (before?.key === key) return before
    const findings: McpFinding[] = []
    const report = (path: string, problem: string, action: McpFinding['action']): void =>
      void findings.push({ tool: source.name, path, problem, action })
    const name = this.#nameOf(source.name)
    const { prefix = '', maxResult = 262_144 } = this.#options
    if (name !== `${prefix}${source.name}`)
      report('name', `it cannot be called ${JSON.stringify(source.name.slice(0, 100))}`, 'renamed')
    const first = this.#first.get(source.name)
    if (first === undefined) this.#first.set(source.name, fingerprint)
    else if (first !== fingerprint) report('', 'its description or schema changed', 'changed')
    const tool = offeredTool(
      source,
      {
        name,
        effects: this.#effectsOf(source),
        needsApproval: (args) => this.#needsApproval(source.name, fingerprint, args),
        fingerprint: () => this.#current.get(source.name) ?? fingerprint,
        onError: messageOf,
        execute: (args, context) =>
          calledTool(this.#connection, { source, fingerprint, args, context, timeout: this.#timeout, maxResult }),
      },
      report,
    )
    return { key, tool, findings }
  }

  #nameOf(name: string): string {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const made = offeredName(name, this.#options.prefix ?? '', this.#taken)
    this.#names.set(name, made)
    this.#taken.add(made)
    return made
  }

  #isWanted(name: string): boolean {
    const { include, exclude } = this.#options
    return (include === undefined || matches(include, name)) && !(exclude !== undefined && matches(exclude, name))
  }

  #effectsOf(source: ServerTool): Effects {
    const { effects = 'unsafe' } = this.#options
    if (effects === 'annotations') return hintedEffects(source)
    return typeof effects === 'string'
      ? effects
      : Object.hasOwn(effects, source.name)
        ? (effects[source.name] ?? 'unsafe')
        : 'unsafe'
  }

  /** A tool that is not what it was, or not what this agent was given, is approved again. */
  #needsApproval(name: string, fingerprint: string, args: Record<string, unknown>): boolean {
    const { approve = false } = this.#options
    if (this.#first.get(name) !== fingerprint || (this.#current.get(name) ?? fingerprint) !== fingerprint) return true
    if (typeof approve === 'function') return approve(name, args)
    return typeof approve === 'boolean' ? approve : approve.includes(name)
  }
}

/** Between two lists: a server that announces changes without an end is not listed without an end. */
const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 50))

function serverInfo(client: Client): McpServerInfo {
  const { name, version } = client.getServerVersion() ?? { name: '', version: '' }
  const protocol = client.getNegotiatedProtocolVersion() ?? ''
  return { name, version, protocol, era: client.getProtocolEra() ?? 'legacy' }
}

function matches(wanted: readonly string[] | ((name: string) => boolean), name: string): boolean {
  return typeof wanted === 'function' ? wanted(name) : wanted.includes(name)
}
