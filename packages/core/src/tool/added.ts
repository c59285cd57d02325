// The tools that `prepareStep` added to the open step.
import { READ_RESULT } from '../agent/max-result.ts'
import { addedTools } from '../agent/offer.ts'
import type { AnyTool } from '../agent/spec.ts'
import type { RunEvent } from '../facts/events.ts'
import { fingerprintOf } from '../facts/fingerprint.ts'
import { frozen } from '../facts/state-views.ts'
import type { Run } from '../run/run.ts'

/** Whether a call's events are of the dynamic types: the agent's own tools do not have this one. */
export const isDynamic = ({ state, agent }: Run, name: string): boolean =>
  markOf(state, name) !== undefined || (name === READ_RESULT && agent.maxResult?.store !== undefined)

type AddedMark = NonNullable<NonNullable<Run['state']['open']>['added']>[number]

export const markOf = ({ open }: Run['state'], name: string): AddedMark | undefined =>
  open?.added?.find((one) => one.name === name)

/** The tool of a call in the open step. After a resume `prepareStep` is called once more for the tools that it had added. */
export function toolOf(run: Run, name: string): AnyTool | undefined | Promise<AnyTool | undefined> {
  const known = run.toolOf(name)
  return known || !markOf(run.state, name) ? known : askedFor(run, name)
}

async function askedFor(run: Run, name: string): Promise<AnyTool | undefined> {
  // Calls side by side share one answer.
  run.addedAgain ??= askedAgain(run)
  run.added ??= await run.addedAgain
  return run.added.get(name)
}

/** The change of a tool since its step began, as an event. */
export function driftOf(run: Run, { name, definition }: AnyTool): RunEvent[] {
  const was = markOf(run.state, name)?.fingerprint
  if (was === undefined) return [] // one of the agent's own: it has no mark to compare with
  const is = fingerprintOf(definition)
  return was === is ? [] : [{ type: 'resume.drift', ...run.level.runMark, was, is }]
}

/** A hook that throws adds no tools: the model reads that they are gone. */
async function askedAgain({ agent, state, context }: Run): Promise<ReadonlyMap<string, AnyTool>> {
  try {
    const changes = await agent.prepareStep?.({ step: state.step, state: frozen(state), context })
    return addedTools(agent, changes?.addTools)
  } catch {
    return new Map()
  }
}
