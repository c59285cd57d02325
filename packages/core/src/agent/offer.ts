// The tools that a step offers: their names, and their definitions for the request.
import { deepFreeze, UsageError } from '@toolloop/wire'
import { FINAL_TOOL, finalTool, type OutputSpec } from './output.ts'
import type { AgentSpec, AnyTool, Offer } from './spec.ts'

/** The enabled tools; where `prepareStep` narrows the list, only those it names. */
export function offered(
  agent: AgentSpec,
  context: unknown,
  narrowed: readonly string[] | undefined,
  added: readonly AnyTool[] = [],
): Offer | Promise<Offer> {
  const isSteady = narrowed === undefined && added.length === 0
  return isSteady && agent.offer ? agent.offer : offeredNow(agent, context, narrowed, added)
}

async function offeredNow(
  agent: AgentSpec,
  context: unknown,
  narrowed: readonly string[] | undefined,
  added: readonly AnyTool[],
): Promise<Offer> {
  const chosen = narrowed === undefined ? undefined : checked(agent, narrowed)
  const own = [...agent.tools.values()].filter(({ name }) => !chosen || chosen.includes(name))
  const tools: AnyTool[] = []
  for (const tool of [...own, ...added]) {
    const { enabled = true } = tool.policy
    if (typeof enabled === 'function' ? await enabled(context) : enabled) tools.push(tool)
  }
  return offerOf(tools)
}

/** The offer of every step that is not narrowed; `undefined` when an `enabled` function decides in each step. */
export function steadyOffer(tools: Iterable<AnyTool>): Offer | undefined {
  const all = [...tools]
  if (all.some(({ policy }) => typeof policy.enabled === 'function')) return undefined
  return offerOf(all.filter(({ policy }) => policy.enabled ?? true))
}

/** The offer with the tool `final_answer`. */
export function withFinalTool(offer: Offer, output: OutputSpec): Offer {
  const known = withFinal.get(offer) ?? {
    names: Object.freeze([...offer.names, FINAL_TOOL]),
    definitions: Object.freeze([...offer.definitions, deepFreeze(finalTool(output))]),
  }
  withFinal.set(offer, known)
  return known
}

/** By offer: each belongs to one agent, so it has one output. */
const withFinal = new WeakMap<Offer, Offer>()

const offerOf = (tools: readonly AnyTool[]): Offer => ({
  names: Object.freeze(tools.map((tool) => tool.name)),
  definitions: Object.freeze(tools.map((tool) => tool.definition)),
})

/** The tools that `prepareStep` adds, by name. @throws UsageError for a name that the step has already */
export function addedTools(agent: AgentSpec, added: readonly AnyTool[] = []): ReadonlyMap<string, AnyTool> {
  const tools = new Map<string, AnyTool>()
  for (const tool of added) {
    if (agent.tools.has(tool.name) || tools.has(tool.name) || tool.name === FINAL_TOOL)
      throw new UsageError(
        `\`prepareStep\` of agent \`${agent.name}\` adds a tool named \`${tool.name}\`, but there is one of this name; rename one.`,
      )
    tools.set(tool.name, tool)
  }
  return tools
}

function checked(agent: AgentSpec, names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !agent.tools.has(name))
  if (unknown === undefined) return names
  throw new UsageError(
    `\`prepareStep\` offers the tool ${JSON.stringify(unknown)}, which agent \`${agent.name}\` does not have. Its tools: ${[...agent.tools.keys()].join(', ') || 'none'}.`,
  )
}
