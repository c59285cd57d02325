// The tools as a server lists them. The SDK validates a list as a whole, so that one broken tool would cost all of them,
// and a schema that is nested very deeply the whole connection: the SDK sees a plain copy, and we keep what was sent.
import type { JSONRPCMessage, Tool as ServerTool, Transport } from '@modelcontextprotocol/client'

type Data = Readonly<Record<string, unknown>>
type Receive = NonNullable<Transport['onmessage']>

/** Deeper schemas are not shown to the SDK. */
const maxDepth = 60

export class ListedTools {
  readonly #sent = new Map<string, ServerTool>()

  /** What the server sent for a tool that the SDK lists; strings are strings, the schemas are anything. */
  sent(listed: ServerTool): ServerTool {
    return this.#sent.get(listed.name) ?? listed
  }

  /** Keeps the tools that arrive over a transport, and passes plain copies on. */
  watch(transport: Transport): Transport {
    let receive: Receive | undefined
    Object.defineProperty(transport, 'onmessage', {
      configurable: true,
      get: () => receive && ((message: JSONRPCMessage, extra: never) => receive?.(this.#plain(message), extra)),
      set: (next: Receive | undefined) => {
        receive = next
      },
    })
    return transport
  }

  #plain(message: JSONRPCMessage): JSONRPCMessage {
    const { id, result } = message as { readonly id?: string | number; readonly result?: unknown }
    // The SDK drops such an answer, and would wait for another one.
    if ('result' in message && !isData(result) && id !== undefined)
      return { jsonrpc: '2.0', id, error: { code: -32_603, message: 'The server sent a result that is no object' } }
    if (!isData(result) || !Array.isArray(result['tools'])) return message
    const tools = result['tools'].flatMap((tool: unknown) => (isData(tool) ? this.#tool(tool) : []))
    return { ...message, result: { ...result, tools } }
  }

  /** A tool without a name cannot be called. */
  #tool({ name, title, description, inputSchema, outputSchema, annotations }: Data): ServerTool[] {
    if (typeof name !== 'string' || name === '') return []
    const known = {
      name,
      ...(typeof title === 'string' && { title }),
      ...(typeof description === 'string' && { description }),
      ...(isData(annotations) && { annotations: hintsOf(annotations) }),
    }
    const output = isData(outputSchema) &&
      outputSchema['type'] === 'object' &&
      !isDeeper(outputSchema, maxDepth) && { outputSchema }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whatever the server calls a schema: repairing it is our part
    this.#sent.set(name, { ...known, inputSchema, ...output } as ServerTool)
    return [{ ...known, inputSchema: { type: 'object' } }]
  }
}

/** The tool as the SDK needs it for a call. */
export function callable(tool: ServerTool): ServerTool {
  const { inputSchema } = tool as { readonly inputSchema: unknown }
  const isPlain = isData(inputSchema) && inputSchema['type'] === 'object' && !isDeeper(inputSchema, maxDepth)
  return isPlain ? tool : { ...tool, inputSchema: { type: 'object' } }
}

function hintsOf(annotations: Data): Record<string, boolean> {
  const entries = Object.entries(annotations).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
  )
  return Object.fromEntries(entries)
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Without recursion below `levels`. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}
