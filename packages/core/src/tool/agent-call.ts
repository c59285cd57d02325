// A call that runs an agent: its run is part of the tree, in the same log.
import type { Message } from '@toolloop/wire'
import { agentBehind, type AgentCall } from '../compose/agent-tool.ts'
import { outcomeWords } from '../compose/outcome-words.ts'
import { nameOf } from '../facts/calls.ts'
import type { PartStep } from '../facts/part.ts'
import { segmentOf } from '../facts/segment.ts'
import { type Input, messagesFrom } from '../agent/input.ts'
import type { AgentSpec } from '../agent/spec.ts'
import type { Level } from '../run/level.ts'
import { type Result, RunError } from '../run/result.ts'
import type { Run } from '../run/run.ts'
import type { Batch } from '../run/scope.ts'

/** Runs an agent inside a run, under the path of the run and `segment`. `places`: in another process, where an engine is. */
export type RunInside = (
  place: {
    readonly parent: Level
    readonly segment: string
    readonly step?: PartStep
    readonly places?: (() => number) | undefined
  },
  agent: AgentSpec,
  messages: () => Promise<readonly Message[]>,
) => AsyncGenerator<Batch, Result<unknown>, void>

/** What a call of an agent came to. */
export type AgentAnswer =
  | { readonly is: 'output'; readonly value: unknown }
  | { readonly is: 'paused' }
  | { readonly is: 'failed'; readonly error: unknown; readonly words?: string | undefined }

/** Runs the agent, or resumes it from its facts. `undefined`: the run was aborted. */
export async function* agentCall(
  run: Run,
  { spec, input, output, distribute }: AgentCall,
  args: unknown,
  { step, callId, name }: { readonly step: number; readonly callId: string; readonly name: string },
  runInside: RunInside,
): AsyncGenerator<Batch, AgentAnswer | undefined, void> {
  const { context, level } = run
  const place = {
    parent: level,
    segment: segmentOf(step, callId),
    ...(level.tree.distributor && {
      step: { agent: run.agent.name, tool: name },
      places: distribute && run.agent.tools.has(name) ? () => placesIn(run) : undefined, // others have only this process
    }),
  }
  try {
    const result = yield* runInside(place, spec, async () => messagesFrom(await inputOf(input, args, context)))
    if (run.signal.aborted) return undefined
    // The answer of a run that wrapped up is complete as well.
    if (result.status === 'done' || (result.status === 'budget' && 'output' in result))
      return { is: 'output', value: await output(result.output, context) }
    if (result.status === 'approval') return { is: 'paused' }
    return { is: 'failed', error: new RunError(result), words: outcomeWords(spec.name, result) }
  } catch (error) {
    return run.signal.aborted ? undefined : { is: 'failed', error }
  }
}

/** Among how many calls the budgets are divided: those of the open step that run agents elsewhere and have no share. */
function placesIn(run: Run): number {
  const { level, path, state } = run
  const { budget } = level
  if (!budget || !state.open) return 1
  const prefix = path === '' ? '' : `${path}/`
  const calls = state.open.calls.filter(({ call, phase }) => {
    const tool = phase === 'done' ? undefined : run.toolOf(nameOf(call))
    const part = `${prefix}${segmentOf(state.step, call.id)}`
    return tool && agentBehind(tool)?.distribute && !level.tree.hasStarted(part) && !budget.hasShare(part)
  })
  return Math.max(1, calls.length) + (state.open.message === null ? 1 : 0) // more calls may follow
}

const inputOf = async (input: AgentCall['input'], args: unknown, context: unknown): Promise<Input> =>
  input(args, context)
