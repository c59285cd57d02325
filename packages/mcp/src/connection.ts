// A connection to a server: opened when it is needed, opened again after it was lost.
import { Client, type Tool as ServerTool } from '@modelcontextprotocol/client'
import { describeError, type JsonSchema } from '@toolloop/schema'
import { jsonSchema } from '@toolloop/schema/json-schema'
import { type Clock, sleep, systemClock } from '@toolloop/wire'
import { McpError } from './errors.ts'
import { ListedTools } from './listed-tools.ts'
import { labelOf, type McpServerSpec, transportTo } from './server.ts'

export interface ConnectionOptions {
  /** Milliseconds to connect, and for a list of tools. */
  readonly timeout: number
  readonly era: 'auto' | 'legacy' | 'modern'
  readonly changed: (tools: readonly ServerTool[]) => void
  readonly clock?: Clock
}

/** Attempts to connect, and milliseconds before the second; the delay doubles. */
const attempts = 4
const firstDelay = 200

export class Connection {
  readonly #server: McpServerSpec
  readonly #options: ConnectionOptions
  readonly listed = new ListedTools()
  #opening: Promise<Client> | undefined
  #closed = false

  constructor(server: McpServerSpec, options: ConnectionOptions) {
    this.#server = server
    this.#options = options
  }

  /** The server's name in messages. */
  get label(): string {
    return labelOf(this.#server)
  }

  /** The connected client. A connection that was lost is opened again. @throws McpError */
  client(signal?: AbortSignal): Promise<Client> {
    if (this.#closed) return Promise.reject(new McpError(`The connection to ${this.label} was closed.`))
    this.#opening ??= this.#open(signal).catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async close(): Promise<void> {
    this.#closed = true
    const opening = this.#opening
    this.#opening = undefined
    const client = await opening?.catch(() => undefined)
    await client?.close().catch(() => undefined)
  }

  async #open(signal: AbortSignal | undefined): Promise<Client> {
    for (let attempt = 1, delay = firstDelay; ; attempt++, delay *= 2)
      try {
        return await this.#connect()
      } catch (cause) {
        if (attempt === attempts || this.#closed || signal?.aborted)
          throw new McpError(`Could not connect to ${this.label}: ${describeError(cause, 300)}`, { cause })
        await sleep(this.#options.clock ?? systemClock, delay, signal)
      }
  }

  async #connect(): Promise<Client> {
    const { timeout, era, changed } = this.#options
    const client = new Client(
      { name: 'toolloop', version: '0.1.0' },
      {
        jsonSchemaValidator: { getValidator: validatorOf },
        versionNegotiation: { mode: era === 'modern' ? { pin: modernVersion } : era, probe: { timeoutMs: timeout } },
        inputRequired: { autoFulfill: false },
        listChanged: { tools: { autoRefresh: true, onChanged: (_, tools) => tools && changed(tools) } },
      },
    )
    const transport = this.listed.watch(await transportTo(this.#server))
    let connected: Client | undefined
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client is no event target
    client.onclose = () => {
      if (connected) this.#opening = undefined
    }
    try {
      await client.connect(transport, { timeout })
      connected = client
      return client
    } catch (error) {
      await client.close().catch(() => undefined)
      throw error
    }
  }
}

const modernVersion = '2026-07-28'

/** Checks structured results without compiling a stranger's schema. */
function validatorOf<T>(schema: unknown): (input: unknown) => Verdict<T> {
  const standard = jsonSchema<T>(schema as JsonSchema)['~standard']
  return (input) => {
    const result = standard.validate(input)
    if ('then' in result) throw new TypeError('validation is synchronous')
    if (!result.issues) return { valid: true, data: result.value, errorMessage: undefined }
    return {
      valid: false,
      data: undefined,
      errorMessage: result.issues
        .map(({ message }) => message)
        .slice(0, 5)
        .join('; '),
    }
  }
}

type Verdict<T> =
  | { valid: true; data: T; errorMessage: undefined }
  | { valid: false; data: undefined; errorMessage: string }
