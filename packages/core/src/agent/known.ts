import { UsageError } from '@toolloop/wire'
import type { AgentSpec } from './spec.ts'

/** The specs of agents, for functions that take an agent, such as `replay`. */
const specs = new WeakMap<object, AgentSpec>()

export function remember<Agent extends object>(agent: Agent, spec: AgentSpec): Agent {
  specs.set(agent, spec)
  return agent
}

/** @throws UsageError for a value that `agent()` did not return */
export function specBehind(agent: object): AgentSpec {
  const spec = typeof agent === 'object' && agent !== null ? specs.get(agent) : undefined
  if (spec) return spec
  throw new UsageError(
    'The agent must be one that `agent({ … })` returned in this process; a copy of one does not work.',
  )
}
