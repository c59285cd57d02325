// The agents that hold a run one after the other.
import { UsageError } from '@toolloop/wire'
import type { AgentSpec } from './spec.ts'

/** The agents that a run can reach by handoffs, by name; the run's own first. */
export type Team = ReadonlyMap<string, AgentSpec>

/** @throws UsageError for two agents of one name, and for a name that no agent of the team has */
export function teamOf(root: AgentSpec): Team {
  const known = teams.get(root)
  if (known) return known
  const team = reached(root)
  for (const member of team.values())
    for (const { to } of member.handoffs.values())
      if (!team.has(to))
        throw new UsageError(
          `Agent \`${member.name}\` hands over to ${JSON.stringify(to)}, and agent \`${root.name}\` reaches no agent of that name: run an agent that does, or pass the agent itself as the handoff.`,
        )
  teams.set(root, team)
  return team
}

const teams = new WeakMap<AgentSpec, Team>()

/** All agents that are known where `root` is defined. @throws UsageError for two agents of one name */
export function reached(root: AgentSpec): Team {
  const team = new Map([[root.name, root]])
  for (const member of team.values())
    for (const { to, spec } of member.handoffs.values()) {
      const other = team.get(to)
      if (spec && other && other !== spec)
        throw new UsageError(
          `Agent \`${root.name}\` reaches two agents named \`${to}\` by its handoffs; rename one, or use the name in place of the agent where it is handed back: handoffs: ['${to}'].`,
        )
      if (spec) team.set(to, spec)
    }
  return team
}

/** The agent that holds a run. @throws UsageError when the team of `root` has no such agent */
export function holderIn(root: AgentSpec, name: string): AgentSpec {
  const holder = name === '' ? root : teamOf(root).get(name)
  if (holder) return holder
  throw new UsageError(
    `The run was handed over to the agent \`${name}\`, which agent \`${root.name}\` does not reach any more: pass an agent that does, or fork the log before the handoff.`,
  )
}
