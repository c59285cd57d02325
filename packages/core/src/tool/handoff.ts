// A call that hands the run over. Of the calls of a step that end the agent's turn, the first valid one counts.
import type { ToolCall } from '@toolloop/wire'
import { FINAL_TOOL } from '../agent/output.ts'
import { argumentsOf, isWhole, nameOf } from '../facts/calls.ts'
import type { Fact } from '../facts/events.ts'
import type { CallState } from '../facts/open-step.ts'
import { readAnswer } from '../run/answer.ts'
import type { Run } from '../run/run.ts'
import type { DoneFactory } from './facts.ts'
import { checkCall } from './guarded.ts'
import type { ParsedCall } from './own-arguments.ts'

/**
 * The result of a call with valid arguments, which its guardrails have passed. The handoff itself follows when the step is
 * closed. `undefined`: the run was aborted.
 */
export async function handedOver(
  run: Run,
  item: CallState,
  parsed: ParsedCall,
  { to, done, shown: args }: { readonly to: string; readonly done: DoneFactory; readonly shown: unknown },
): Promise<Fact[] | undefined> {
  const other = await supersededBy(run, item.call)
  if (other !== undefined) return [done({ ok: false, reason: 'superseded', content: other, args })]
  const facts: Fact[] = []
  for (const mode of run.agent.guardrails ? (['blocking', 'parallel'] as const) : []) {
    const checked = await checkCall(run, item, parsed, mode)
    if (!checked) return undefined
    facts.push(...checked.facts)
    if (checked.hasEnded) return facts
    if (checked.reject !== undefined)
      return [...facts, done({ ok: false, reason: 'guardrail', content: checked.reject, args })]
  }
  return [...facts, done({ ok: true, content: `Handed over to \`${to}\`.`, handoff: to, args, output: to })]
}

/** What the model reads when an earlier call of the step ends the agent's turn; `undefined` when none does. */
export async function supersededBy(run: Run, call: ToolCall): Promise<string | undefined> {
  const { agent, state } = run
  if (agent.handoffs.size === 0) return undefined
  for (const { call: other } of state.open?.calls ?? []) {
    if (other.id === call.id) return undefined
    const name = nameOf(other)
    const isFinal = name === FINAL_TOOL
    if (isFinal === (nameOf(call) === FINAL_TOOL) && isFinal) continue // two answers: the step knows the first
    if (!(await endsTurn(run, other))) continue
    return isFinal
      ? 'Not handed over: the answer was given in the same step.'
      : `Not done: only the first handoff of a step counts, which is to \`${agent.handoffs.get(name)?.to}\`.`
  }
  return undefined
}

/** The same in every process: it is computed from the call alone, whether its task has run or not. */
async function endsTurn(run: Run, call: ToolCall): Promise<boolean> {
  const { agent, state } = run
  const name = nameOf(call)
  const tool = agent.handoffs.get(name)?.tool
  if (!state.open?.tools.includes(name) || !(tool || name === FINAL_TOOL) || !isWhole(call)) return false
  try {
    await (tool ? tool.parse(argumentsOf(call)) : readAnswer(run, argumentsOf(call)))
    return true
  } catch {
    return false
  }
}
