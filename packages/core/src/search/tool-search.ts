// Many tools: a few are offered, the rest is found through one tool and called through another. What is offered never
// changes, so every request extends the one before.
import {
  isToolResult,
  type StandardSchema,
  type Tool,
  tool,
  type ToolContext,
  toolResult,
  ToolRetry,
} from '@toolloop/schema'
import { UsageError } from '@toolloop/wire'
import type { AnyTool } from '../agent/spec.ts'
import { excerpt } from '../facts/excerpt.ts'
import { bm25, type Rank } from './ranking.ts'

export interface ToolSearchOptions {
  /** Names of tools that are offered in every step. */
  readonly always?: readonly string[] | undefined
  /** Ranks the tools for a query. If it throws, the model reads the error. @default BM25 over names, descriptions and parameters */
  readonly rank?: Rank | undefined
  /** The most tools that one search returns. @default 5 */
  readonly limit?: number | undefined
}

/**
 * Returns what an agent offers in place of `tools`: those of `always`, `search_tools` and `call_tool`. The model finds a
 * tool in one step and calls it in the next. Approval, effects, arguments and output of a found tool are its own; `limit`,
 * `retries` and `onError: 'throw'` are not applied.
 * @throws UsageError for a name in `always` that no tool has, for two tools with one name, and for an agent as a tool that
 * is not in `always`
 */
export function toolSearch(tools: readonly AnyTool[], options: ToolSearchOptions = {}): readonly AnyTool[] {
  const { always = [], rank = bm25(), limit = 5 } = options
  const byName = new Map(tools.map((one) => [one.name, one]))
  const twice =
    byName.size < tools.length
      ? tools.find((one, at) => tools.some((other, before) => before < at && other.name === one.name))
      : undefined
  if (twice) throw new UsageError(`toolSearch(): two tools are called \`${twice.name}\`.`)
  const unknown = always.find((name) => !byName.has(name))
  if (unknown !== undefined)
    throw new UsageError(`toolSearch(): \`always\` names \`${unknown}\`, which is no tool of the list.`)
  const withAgent = tools.find((one) => 'agent' in one && !always.includes(one.name))
  if (withAgent)
    throw new UsageError(
      `toolSearch(): \`${withAgent.name}\` runs an agent, whose log, approvals and budget are those of the calling run only where it is offered itself: name it in \`always\`.`,
    )
  const offered = tools.filter(({ name }) => always.includes(name))
  const hidden = tools.filter(({ name }) => !always.includes(name))
  return Object.freeze([
    ...offered,
    searchTool(hidden, rank, limit),
    callTool(new Map(hidden.map((one) => [one.name, one]))),
  ])
}

function searchTool(hidden: readonly AnyTool[], rank: Rank, limit: number): Tool {
  const byName = new Map(hidden.map((one) => [one.name, one]))
  return tool({
    name: 'search_tools',
    description: `Finds tools among ${hidden.length} more by what they do. Returns their names, descriptions and parameters; call them with call_tool.`,
    parameters: texts({ query: 'What the tool should do, in a few words' }),
    effects: 'none',
    execute: async ({ query }, { context }) => {
      const names = await rank(query, hidden)
      const found: AnyTool[] = []
      for (const name of names) {
        const one = byName.get(name)
        if (one && found.length < limit && (await isEnabled(one, context))) found.push(one)
      }
      if (found.length === 0) return 'No tool fits. Search with other words.'
      return shown(found)
    },
  })
}

/** Characters of one search's result. */
const longestResult = 40_000

function shown(found: readonly AnyTool[]): string {
  const lines: string[] = []
  let length = 0
  for (const { name, description, definition } of found) {
    const parameters = definition.type === 'function' ? definition.function.parameters : 'one text'
    const line = JSON.stringify({ name, description: description && excerpt(description, 2000), parameters })
    length += line.length
    lines.push(
      length <= longestResult ? line : JSON.stringify({ name, description: description && excerpt(description, 200) }),
    )
  }
  return lines.join('\n')
}

interface FoundCall {
  readonly name: string
  readonly arguments: string
}

function callTool(hidden: ReadonlyMap<string, AnyTool>): Tool {
  return tool({
    name: 'call_tool',
    description: 'Calls a tool that search_tools found.',
    parameters: texts({ name: 'The name of the tool', arguments: 'Its arguments: a JSON object, as text' }),
    needsApproval: async (call: FoundCall, context) => {
      const one = hidden.get(call.name)
      const { needsApproval } = one?.policy ?? {}
      if (!one || !needsApproval) return false
      return needsApproval === true || needsApproval(await one.parse(call.arguments), context)
    },
    fingerprint: async (call: FoundCall) => {
      const one = hidden.get(call.name)
      return one?.policy.fingerprint?.(await one.parse(call.arguments))
    },
    onInterrupted: async (call: FoundCall, context) => {
      const one = hidden.get(call.name)
      if (!one || one.policy.effects !== 'unsafe') return 'rerun'
      const { onInterrupted = 'ask' } = one.policy
      return typeof onInterrupted === 'function'
        ? onInterrupted(await one.parse(call.arguments), context)
        : onInterrupted
    },
    execute: async (call: FoundCall, context) => {
      const one = hidden.get(call.name)
      if (!one?.execute || !(await isEnabled(one, context.context)))
        throw new ToolRetry(
          `There is no tool ${JSON.stringify(excerpt(call.name, 64))}. Find its name with search_tools.`,
        )
      return run(one, await one.parse(call.arguments), context)
    },
  })
}

/** Within the tool's own timeout; what it throws is shown as its own `onError` says. */
async function run(one: AnyTool, args: unknown, context: ToolContext): Promise<unknown> {
  const { timeout, onError } = one.policy
  const late = timeout === undefined ? undefined : AbortSignal.timeout(timeout)
  const signal = late ? AbortSignal.any([context.signal, late]) : context.signal
  try {
    const returned: unknown = await unlessLate(late, one, async () => one.execute!(args, { ...context, signal }))
    return isGenerator(returned) ? drained(one, returned) : await checked(one, returned)
  } catch (error) {
    if (typeof onError === 'function' && !(error instanceof ToolRetry))
      throw new ToolRetry(onError(error), { cause: error })
    throw error
  }
}

async function unlessLate<Value>(
  late: AbortSignal | undefined,
  one: AnyTool,
  work: () => Promise<Value>,
): Promise<Value> {
  if (!late) return work()
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = (): void =>
    reject(new ToolRetry(`The tool \`${one.name}\` did not finish within ${String(one.policy.timeout)} ms.`))
  late.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work(), promise])
  } finally {
    late.removeEventListener('abort', leave)
  }
}

async function* drained(one: AnyTool, generator: AsyncGenerator<unknown, unknown>): AsyncGenerator<unknown, unknown> {
  return await checked(one, yield* generator)
}

async function checked(one: AnyTool, returned: unknown): Promise<unknown> {
  if (!one.parseOutput) return returned
  if (!isToolResult(returned)) return one.parseOutput(returned)
  return toolResult({ model: await one.parseOutput(returned.model), details: returned.details })
}

function isGenerator(value: unknown): value is AsyncGenerator<unknown, unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'throw' in value
}

async function isEnabled({ policy: { enabled = true } }: AnyTool, context: unknown): Promise<boolean> {
  return typeof enabled === 'function' ? enabled(context) : enabled
}

/** A schema of required texts, so that no library is needed. */
function texts<Name extends string>(
  descriptions: Readonly<Record<Name, string>>,
): StandardSchema<Readonly<Record<Name, string>>> {
  const names = Object.keys(descriptions) as Name[]
  const schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string', description: descriptions[name] }])),
    required: names,
    additionalProperties: false,
  }
  return {
    '~standard': {
      version: 1,
      vendor: 'toolloop',
      jsonSchema: { input: () => schema },
      validate: (value) => {
        const wrong = names.filter((name) => typeof Reflect.get(Object(value), name) !== 'string')
        if (wrong.length > 0) return { issues: wrong.map((name) => ({ message: 'expected string', path: [name] })) }
        return { value: value as Readonly<Record<Name, string>> }
      },
    },
  }
}
