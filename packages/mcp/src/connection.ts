// A connection to a server: opened when it is needed, opened again after it was lost.
import { Client, OAuthError, UnauthorizedError } from '@modelcontextprotocol/client'
import { describeError, type JsonSchema } from '@toolloop/schema'
import { jsonSchema } from '@toolloop/schema/json-schema'
import { type Clock, sleep, systemClock, UsageError } from '@toolloop/wire'
import { McpError } from './errors.ts'
import { ListedTools } from './listed-tools.ts'
import { labelOf, type McpServerSpec, transportTo } from './server.ts'

export interface ConnectionOptions {
  /** Milliseconds to connect, over all attempts. */
  readonly timeout: number
  readonly era: 'auto' | 'legacy' | 'modern'
  /** The server says that its list of tools changed. */
  readonly changed: () => void
  readonly clock?: Clock
}

/** Attempts to connect, and milliseconds before the second; the delay doubles. */
const attempts = 4
const firstDelay = 200

export class Connection {
  readonly #server: McpServerSpec
  readonly #options: ConnectionOptions
  readonly listed: ListedTools = new ListedTools()
  readonly #closing = new AbortController()
  #opening: Promise<Client> | undefined
  #problem: string | undefined
  #wasOpen = false

  constructor(server: McpServerSpec, options: ConnectionOptions) {
    this.#server = server
    this.#options = options
  }

  /** The server's name in messages. */
  get label(): string {
    return labelOf(this.#server)
  }

  /** The last failure of the connection itself, such as a message that is too long. It is forgotten when it was read. */
  takeProblem(): string | undefined {
    const problem = this.#problem
    this.#problem = undefined
    return problem
  }

  /** The connected client. A connection that was lost is opened again. @throws McpError */
  client(): Promise<Client> {
    if (this.#closing.signal.aborted) return Promise.reject(new McpError(`The connection to ${this.label} was closed.`))
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Also ends a connection that is being opened. */
  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    this.#closing.abort(new McpError(`The connection to ${this.label} was closed.`))
    const client = await opening?.catch(() => undefined)
    await client?.close().catch(() => undefined)
  }

  async #open(): Promise<Client> {
    const clock = this.#options.clock ?? systemClock
    const { signal } = this.#closing
    const end = clock.now() + this.#options.timeout
    for (let attempt = 1, delay = firstDelay; ; attempt++, delay *= 2)
      try {
        return await this.#connect(Math.max(1, end - clock.now()))
      } catch (cause) {
        if (attempt === attempts || signal.aborted || isFinal(cause) || clock.now() + delay >= end)
          throw new McpError(`Could not connect to ${this.label}: ${describeError(cause, 1200)}`, { cause })
        await sleep(clock, delay, signal)
      }
  }

  async #connect(timeout: number): Promise<Client> {
    const { era, changed } = this.#options
    const client = new Client(
      { name: 'toolloop', version: '0.1.0' },
      {
        jsonSchemaValidator: { getValidator: validatorOf },
        versionNegotiation: {
          mode: era === 'modern' ? { pin: modernVersion } : era,
          // An older program may not answer the probe at all: the handshake gets the rest of the time.
          probe: { timeoutMs: era === 'auto' ? Math.ceil(timeout / 3) : timeout },
        },
        capabilities: { elicitation: { form: {}, url: {} } },
        inputRequired: { autoFulfill: false },
        listMaxPages: maxPages,
        listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: changed } },
      },
    )
    // The older protocol asks while a call runs, which cannot wait for a person: the server goes on without an answer.
    client.setRequestHandler('elicitation/create', () => ({ action: 'cancel' }))
    let errors = ''
    const transport = this.listed.watch(
      await transportTo(this.#server, (text) => (errors = (errors + text).slice(-1000))),
    )
    const { signal } = this.#closing
    let connected: Client | undefined
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client is no event target
    client.onclose = () => {
      if (connected) this.#opening = undefined
    }
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client is no event target
    client.onerror = (error) => {
      this.#problem = describeError(error, 200)
    }
    let stopping: Promise<void> | undefined
    const stop = (): void => {
      stopping = transport.close().catch(() => undefined)
    }
    signal.addEventListener('abort', stop, { once: true })
    try {
      signal.throwIfAborted()
      await client.connect(transport, { timeout, signal })
      connected = client
      // The tools may have changed while there was no connection.
      if (this.#wasOpen) changed()
      this.#wasOpen = true
      return client
    } catch (cause) {
      await client.close().catch(() => undefined)
      await stopping
      if (errors.trim() === '') throw cause
      throw new Error(`${describeError(cause, 200)}. It wrote: ${errors.trim()}`, { cause })
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** Pages of one list. */
const maxPages = 1000
const modernVersion = '2026-07-28'

/** A program that does not exist, or a server that refuses us: another attempt has the same end, or asks a person again. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof UsageError || error instanceof UnauthorizedError || error instanceof OAuthError) return true
  const { code, status } = error as { readonly code?: unknown; readonly status?: unknown }
  return code === 'ENOENT' || code === 'EACCES' || status === 401 || status === 403 || isFinal(error.cause)
}

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
