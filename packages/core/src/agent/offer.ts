// The tools of a step: their names, and their definitions as the request carries them.
import { deepFreeze, UsageError } from '@toolloop/wire'
import { FINAL_TOOL, finalTool, type OutputSpec } from './output.ts'
import type { AgentSpec, AnyTool, Offer } from './spec.ts'

/** The tools that are enabled, of those that `prepareStep` names. */
export function offered(
  agent: AgentSpec,
  context: unknown,
  narrowed: readonly string[] | undefined,
): Offer | Promise<Offer> {
  return narrowed === undefined && agent.offer ? agent.offer : offeredNow(agent, context, narrowed)
}

async function offeredNow(agent: AgentSpec, context: unknown, narrowed: readonly string[] | undefined): Promise<Offer> {
  const chosen = narrowed === undefined ? undefined : checked(agent, narrowed)
  const tools: AnyTool[] = []
  for (const tool of agent.tools.values()) {
    if (chosen && !chosen.includes(tool.name)) continue
    const { enabled = true } = tool.policy
    if (typeof enabled === 'function' ? await enabled(context) : enabled) tools.push(tool)
  }
  return offerOf(tools)
}

/** What is offered in every step where nothing is narrowed; `undefined` where that is for functions to say. */
export function steadyOffer(tools: Iterable<AnyTool>): Offer | undefined {
  const all = [...tools]
  if (all.some(({ policy }) => typeof policy.enabled === 'function')) return undefined
  return offerOf(all.filter(({ policy }) => policy.enabled ?? true))
}

/** The offer with the tool that gives the answer. */
export function withFinalTool(offer: Offer, output: OutputSpec): Offer {
  const known = withFinal.get(offer) ?? {
    names: Object.freeze([...offer.names, FINAL_TOOL]),
    definitions: Object.freeze([...offer.definitions, deepFreeze(finalTool(output))]),
  }
  withFinal.set(offer, known)
  return known
}

/** An offer is one agent's, so it has one output. */
const withFinal = new WeakMap<Offer, Offer>()

const offerOf = (tools: readonly AnyTool[]): Offer => ({
  names: Object.freeze(tools.map((tool) => tool.name)),
  definitions: Object.freeze(tools.map((tool) => tool.definition)),
})

function checked(agent: AgentSpec, names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !agent.tools.has(name))
  if (unknown === undefined) return names
  throw new UsageError(
    `\`prepareStep\` offers the tool ${JSON.stringify(unknown)}, which agent \`${agent.name}\` does not have; it has ${[...agent.tools.keys()].join(', ') || 'none'}.`,
  )
}
