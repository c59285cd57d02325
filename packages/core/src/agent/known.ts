import { UsageError } from '@toolloop/wire'
import type { AgentSpec } from './spec.ts'

/** What agents are made of, for functions beside `run` and `stream` that are given one. */
const specs = new WeakMap<object, AgentSpec>()

export function remember<Agent extends object>(agent: Agent, spec: AgentSpec): Agent {
  specs.set(agent, spec)
  return agent
}

/** @throws UsageError for what `agent()` has not made */
export function specBehind(agent: object): AgentSpec {
  const spec = typeof agent === 'object' && agent !== null ? specs.get(agent) : undefined
  if (spec) return spec
  throw new UsageError('This is no agent that `agent({ … })` has made here; a copy of one cannot be replayed.')
}
