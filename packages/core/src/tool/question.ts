import { ownCopy } from '../facts/own-copy.ts'
import { callContext, callOf } from './facts.ts'
import type { Run } from '../run/run.ts'
import type { AnyTool } from '../agent/spec.ts'
import type { CallState } from '../facts/open-step.ts'

/** Whether the call needs a decision before it executes, and of which kind. A policy function that throws counts as yes. */
export async function questionFor(
  run: Run,
  tool: AnyTool,
  item: CallState,
  args: unknown,
): Promise<'approval' | 'interrupted' | 'report' | undefined> {
  const { phase } = item
  const { effects, needsApproval, onInterrupted = 'ask' } = tool.policy
  const context = { ...callContext(run, callOf(item)), signal: run.signal, attempt: 1, progress: () => {} }
  if (phase === 'sealed' && needsApproval) {
    const needed = needsApproval === true || (await settle(() => needsApproval(ownCopy(args), context), true))
    return needed ? 'approval' : undefined
  }
  if (phase !== 'started' || effects !== 'unsafe') return undefined
  const policy =
    typeof onInterrupted === 'function'
      ? await settle(() => onInterrupted(ownCopy(args), context), 'ask' as const)
      : onInterrupted
  return policy === 'rerun' ? undefined : policy === 'report' ? 'report' : 'interrupted'
}

async function settle<Value>(call: () => Value | Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await call()
  } catch {
    return otherwise
  }
}
