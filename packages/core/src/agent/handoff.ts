// A handoff: the conversation moves to another agent. To the model it is a function.
import { type StandardSchema, tool } from '@toolloop/schema'
import { aFunction, aText, checkOptions, type OptionCheck } from '@toolloop/wire'
import type { AnyHandoff, Handoff, HandoffOptions, HandoffTarget } from './handoff-option.ts'
import { specBehind } from './known.ts'
import type { HandoffSpec } from './spec.ts'

/**
 * Hands the conversation over to another agent, under conditions of its own: `handoffs: [handoff(refunds, { when, … })]`.
 * An agent alone is the handoff without options.
 * @throws UsageError or SchemaError for invalid options
 */
export function handoff<const Target extends HandoffTarget, Parameters extends StandardSchema, Context = unknown>(
  target: Target,
  options: HandoffOptions<Parameters, Context> = {},
): Handoff<Target, Context> {
  const spec = typeof target === 'string' ? undefined : specBehind(target)
  const to = typeof target === 'string' ? target : target.name
  checkOptions(`handoff to \`${to}\``, options, checks)
  const name = transferName(to)
  const {
    description = `Hands the conversation over to the agent \`${to}\`, who goes on with it.`,
    when: enabled = true,
    parameters,
    filter,
  } = options
  // The loop does not call `execute`: the run goes on with the other agent.
  const base = { name, description, enabled, execute: () => to }
  const made = parameters === undefined ? tool(base) : tool({ ...base, parameters })
  const one = Object.freeze({ target, name })
  specs.set(one, { tool: made, to, spec, filter: filter as HandoffOptions['filter'] })
  return one
}

const specs = new WeakMap<object, HandoffSpec>()

/** @throws UsageError for a value that is neither an agent, a name nor a handoff */
export function handoffSpec(given: AnyHandoff): HandoffSpec {
  const known = typeof given === 'object' ? specs.get(given) : undefined
  return known ?? specs.get(handoff(given as HandoffTarget))!
}

const checks: Readonly<Record<string, OptionCheck>> = {
  when: [
    (value) => typeof value === 'boolean' || typeof value === 'function',
    'true, false or a function of the context',
  ],
  description: aText,
  parameters: [() => true, ''], // `tool` validates it
  filter: aFunction,
}

const transferName = (agent: string): `transfer_to_${string}` =>
  `transfer_to_${agent.replaceAll(/[^\w-]/gu, '_').slice(0, 52)}`
