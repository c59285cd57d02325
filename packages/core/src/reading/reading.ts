// Reads a run from its log. Nothing is executed or written.
import type { Message } from '@toolloop/wire'
import { branchesOf, type ChildRun, totalOf } from '../facts/branches.ts'
import type { ApprovalRequest, Fact } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'
import type { Step } from '../facts/open-step.ts'
import type { Outcome } from '../facts/outcome.ts'
import type { PrefixReport } from '../facts/prefix.ts'
import { readLog, stateOf } from '../facts/read-log.ts'
import { stageRequestsOf } from '../facts/stage-requests.ts'
import type { RunState } from '../facts/state.ts'
import { messagesOf, ownTotals, prefixOf, requestsOf, stepsOf } from '../facts/state-views.ts'
import type { RunUsage } from '../facts/usage.ts'
import { type Moment, startOf, timelineOf } from './timeline.ts'

/** The contents of a log, of an agent or of a pipeline. A pipeline has no messages and steps of its own; its agents are its `children`. */
export interface RunReading {
  readonly runId: string
  /** The name of the agent that was run, or of the pipeline. */
  readonly agent: string
  /** The name of the agent that holds the run: another one after a handoff. */
  readonly holder: string
  /** `running`: the run has not ended. It runs in another process, or its process died. `approval`: only undecided calls are left. */
  readonly status: 'running' | 'approval' | Outcome['status']
  /** How the run ended. */
  readonly outcome: Outcome | undefined
  /** The conversation so far, valid to send. */
  readonly messages: readonly Message[]
  /** All steps. The open step comes last, as far as it is known. */
  readonly steps: readonly Step[]
  /** The runs inside this one. */
  readonly children: readonly ChildRun[]
  /** Of all steps, also those of the runs inside this one. */
  readonly usage: RunUsage
  /** US dollars; `undefined` where a step's cost is unknown. */
  readonly cost: number | undefined
  readonly timing: { readonly startedAt: number; readonly endedAt: number; readonly ms: number }
  readonly prefix: PrefixReport
  /** The pending requests, in call order. */
  readonly requests: readonly ApprovalRequest[]
  readonly timeline: readonly Moment[]
  readonly state: RunState
}

/**
 * Reads a run from its log or its facts, in any state. Nothing is executed or appended, and no agent is needed.
 * @throws UsageError for a log that is empty or damaged
 */
export async function readRun(from: RunLog | readonly Fact[]): Promise<RunReading> {
  const facts = await readLog('load' in from ? from : { load: () => from, append: () => {} })
  return readingOf(facts, stateOf(facts))
}

/** The reading of facts whose state is known. */
export function readingOf(facts: readonly Fact[], state: RunState): RunReading {
  const start = startOf(facts)
  const steps = stepsOf(state)
  const branches = branchesOf(facts)
  const children = branches.childrenOf(start.path ?? '')
  const own = start.pipeline ? stageRequestsOf(facts) : requestsOf(state)
  const requests = [...own, ...branches.requestsBelow(start.path ?? '')]
  return {
    runId: start.run,
    agent: start.agent.name,
    holder: state.holder,
    status: state.outcome?.status ?? (state.status === 'paused' ? 'approval' : 'running'),
    outcome: state.outcome ?? undefined,
    messages: messagesOf(state),
    steps,
    children,
    ...totalOf(ownTotals(state), children),
    timing: { startedAt: state.startedAt, endedAt: state.endedAt, ms: state.endedAt - state.startedAt },
    prefix: prefixOf(state),
    requests,
    timeline: timelineOf(facts),
    state,
  }
}

/** A readable timeline of a run: a line for each fact, with seconds since its start. @throws UsageError as `readRun` does */
export async function describe(from: RunLog | readonly Fact[]): Promise<string> {
  const { runId, agent, status, timeline } = await readRun(from)
  const head = `run ${runId} of ${agent}: ${status}`
  return [
    head,
    ...timeline.map(
      ({ after, path, text }) => `${(after / 1000).toFixed(3).padStart(9)} s  ${path ? `${path}  ` : ''}${text}`,
    ),
  ].join('\n')
}
