import type { EventSource } from '@toolloop/client'
import { type Message, UsageError } from '@toolloop/wire'
import type { AgentSpec } from '../agent/spec.ts'
import { teamOf } from '../agent/team.ts'
import type { RunEvent } from '../facts/events.ts'
import type { Part, PartStep } from '../facts/part.ts'
import { apply, initialState, type RunState } from '../facts/state.ts'
import type { Batch } from '../run/scope.ts'
import type { Result } from '../run/result.ts'
import { resultOf } from '../run/result-of.ts'
import { Run } from '../run/run.ts'
import { agentMachine } from './agent-machine.ts'
import { checkHolders, checkLog, checkSameRun, resumed, started } from './beginning.ts'
import type { Task } from './decide.ts'
import { inside, type Place } from './inside.ts'
import type { Opening } from './machine.ts'
import type { Mailbox } from '../control/mailbox.ts'
import { type OpenOptions, openRoot } from './open-root.ts'
import { agentPart } from './part.ts'
import { resultFrom, type Runnable, type RunnablePart } from './runnable.ts'
import { type Perform, perform } from './tasks.ts'

/**
 * Validates the input and opens the run; nothing is sent yet. After its first fact is logged the run never rejects:
 * failures are outcomes.
 * @throws UsageError for missing input, or a log that does not fit
 */
export function openRun<Output>(
  agent: AgentSpec,
  messages: readonly Message[],
  options: OpenOptions,
  watched: boolean,
): Promise<EventSource<RunEvent, Result<Output>>> {
  const begin: Beginning = async (past, state) => {
    teamOf(agent) // throws for a handoff to an agent that nobody knows
    const first = checkLog(agent, past, options)
    checkHolders(agent, past)
    if (!options.from && messages.length === 0)
      throw new UsageError('There is nothing to run: pass a text or messages, or `{ from: log }` to resume a run.')
    if (first && !options.from) checkSameRun(first, state, messages)
    return first
      ? resumed(agent, past, state, options.from ? messages : [], options.decisions)
      : started(agent, messages)
  }
  return openRoot(opening<Output>(agent, begin, options.mailbox), options, watched)
}

/**
 * An agent's run inside a task of another run: `const result = yield* agentInside(place, agent, messages)`. Its facts in the
 * log resume it; one that has ended is not run again, unless it was aborted.
 */
export function agentInside<Output>(
  place: Place,
  agent: AgentSpec,
  messages: readonly Message[] | (() => Promise<readonly Message[]>),
): AsyncGenerator<Batch, Result<Output>, void> {
  const begin: Beginning = async (past, state) => {
    if (past.length === 0) return started(agent, typeof messages === 'function' ? await messages() : messages)
    return state.outcome && state.outcome.status !== 'aborted' ? undefined : resumed(agent, past, state, [])
  }
  return inside(place, opening<Output>(agent, begin))
}

/** An agent, seen from outside. */
export const runnableAgent = (agent: AgentSpec): Runnable => ({
  kind: 'agent',
  name: agent.name,
  fingerprint: () => agent.fingerprint,
  open: (messages, options, watched) => openRun(agent, messages as readonly Message[], options, watched),
  resultOf: (facts) =>
    resultFrom(
      opening(agent, () => undefined),
      facts,
    ),
  part: (part) => partOf(agent, part, part.at),
})

/** A part of a run, where `steps` lead from this agent. @throws UsageError where the definition has no such part */
export const partOf = (agent: AgentSpec, part: Part, steps: readonly PartStep[]): RunnablePart =>
  agentPart(agent, part, steps, (place, spec, input) => agentInside<unknown>(place, spec, input as readonly Message[]))

const performInside: Perform = (task, run) => perform(task, run, agentInside)

type Beginning = Opening<RunState, Task, unknown>['begin']

const opening = <Output>(
  agent: AgentSpec,
  begin: Beginning,
  mailbox?: Mailbox,
): Opening<RunState, Task, Result<Output>> => ({
  fold: { initial: initialState, apply },
  budget: agent.budget,
  begin: (past, state): Batch | undefined | Promise<Batch | undefined> => begin(past, state),
  on: (level) => {
    const run = new Run(agent, level)
    mailbox?.open(() => level.wake())
    return {
      machine: agentMachine(run, performInside, mailbox),
      result: () => resultOf<Output>(run),
      onEnd: () => {
        run.memory.clear()
        run.desk?.leave(run)
        mailbox?.close(endOf(run.state))
      },
    }
  },
})

/** Why a message that is still waiting cannot be delivered. */
const endOf = ({ outcome, status }: RunState): string =>
  outcome || status === 'paused' ? `The run ended as \`${outcome?.status ?? 'approval'}\`.` : 'The run broke off.'
