// An agent that was called as a tool, as a run of its own in another process.
import { UsageError } from '@toolloop/wire'
import type { BudgetOptions } from '../agent/budget.ts'
import type { AgentSpec } from '../agent/spec.ts'
import { teamOf } from '../agent/team.ts'
import { agentBehind } from '../compose/agent-tool.ts'
import { decisionsOn } from '../compose/decisions.ts'
import { agentAt } from '../compose/path.ts'
import { type ApprovalRequest, fact } from '../facts/events.ts'
import type { Part, PartStep } from '../facts/part.ts'
import type { Level, LoopState } from '../run/level.ts'
import type { RunOptions } from '../run/options.ts'
import type { Batch, Source } from '../run/scope.ts'
import { OpenRunStream } from '../run/stream.ts'
import { checkLog } from './beginning.ts'
import type { Place } from './inside.ts'
import type { Opening } from './machine.ts'
import { openRoot } from './open-root.ts'
import { resultFrom, type RunnablePart } from './runnable.ts'

/** What a part of a run came to. How its agent ended is in the facts. */
export interface PartResult {
  readonly status: 'done' | 'approval'
  readonly requests: readonly ApprovalRequest[]
}

/** Runs an agent inside another run. */
type AgentInside = (place: Place, agent: AgentSpec, input: Part['input']) => AsyncGenerator<Batch, Ended, void>
interface Ended {
  readonly status: string
}

/** What a part runs: its agent, under its share of the budgets around it. */
interface Found {
  readonly spec: AgentSpec
  readonly budget: BudgetOptions | undefined
}

/**
 * A part of a run, for an engine. `agent` is the root, or the agent of the stage where `steps` begin. The part's log has a
 * root of its own, around the agent, whose facts have the path and ids that they have in one process.
 * @throws UsageError where the definition has no such part
 */
export function agentPart(agent: AgentSpec, part: Part, steps: readonly PartStep[], run: AgentInside): RunnablePart {
  const found = agentOf(agent, part, steps)
  return {
    stream: (options) =>
      new OpenRunStream(() => openRoot(opening(found, part, options, run), options, true), undefined),
    resultOf: (facts) => resultFrom(opening(found, part, {}, run), facts),
  }
}

function agentOf(agent: AgentSpec, part: Part, steps: readonly PartStep[]): Found {
  let spec = agent
  let countTokens: BudgetOptions['countTokens']
  for (const step of steps) {
    countTokens = spec.budget?.countTokens ?? countTokens
    const tool = 'tool' in step ? teamOf(spec).get(step.agent)?.tools.get(step.tool) : undefined
    const next = tool && agentBehind(tool)?.spec
    if (!next)
      throw new UsageError(
        `The agent \`${agent.name}\` of this worker has no part at ${JSON.stringify(steps)}: workers must serve the definition that started the run.`,
      )
    spec = next
  }
  return { spec, budget: budgetOf(part, countTokens) }
}

/** The budget of a part: its share. Functions are those of the definition. */
export const budgetOf = ({ budget }: Part, countTokens?: BudgetOptions['countTokens']): BudgetOptions | undefined =>
  budget && Object.freeze({ ...budget, countTokens })

const fold: Opening<LoopState, PartTask, PartResult>['fold'] = {
  initial: { status: 'running' },
  apply: (state, { type }) => {
    if (type === 'run.resume') return { status: 'running' }
    return type === 'run.pause' ? { status: 'paused' } : type === 'run.done' ? { status: 'done' } : state
  },
}

interface PartTask {
  readonly key: 'agent'
}

function opening(
  { spec, budget }: Found,
  part: Part,
  options: RunOptions,
  run: AgentInside,
): Opening<LoopState, PartTask, PartResult> {
  const mark = { name: spec.name, fingerprint: spec.fingerprint }
  return {
    fold,
    budget,
    at: part.at.slice(0, -1),
    begin: async (past) => {
      if (!checkLog(mark, past, options)) return [fact({ type: 'run.start', version: 1, agent: mark, input: [] })]
      const inside = (path: string): AgentSpec | undefined => agentAt(spec, past, path, part.path)
      return [fact({ type: 'run.resume', agent: mark }), ...(await decisionsOn(past, options.decisions ?? {}, inside))]
    },
    on: (level) => ({
      machine: {
        ...fold,
        decide: () => [{ key: 'agent' }],
        perform: () => ended(level, spec, part, run),
        isEager: () => true,
      },
      result: () => ({
        status: level.state.status === 'done' ? 'done' : 'approval',
        requests: level.tree.branches.requestsBelow(''),
      }),
    }),
  }
}

/** Ends or pauses with the agent. */
async function* ended(level: Level, spec: AgentSpec, { path, at, input }: Part, run: AgentInside): Source {
  const { status } = yield* run({ parent: level, segment: path, step: at.at(-1) }, spec, input)
  if (level.signal.aborted) return undefined
  if (status === 'approval') return [fact({ type: 'run.pause', callIds: [] })]
  return [fact({ type: 'run.done', outcome: { status: 'done', text: '' } })]
}
