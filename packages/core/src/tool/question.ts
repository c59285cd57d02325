import { callContext, callOf } from './facts.ts'
import type { Run } from '../run/run.ts'
import type { ApprovalRequest } from '../facts/events.ts'
import type { CallState } from '../facts/open-step.ts'
import { ownArguments, type ParsedCall } from './own-arguments.ts'

/** Whether the call needs a decision before it executes, and of which kind. A policy function that throws counts as yes. */
export async function questionFor(
  run: Run,
  parsed: ParsedCall,
  item: CallState,
): Promise<'approval' | 'interrupted' | 'report' | undefined> {
  const { phase } = item
  const { effects, needsApproval, onInterrupted = 'ask' } = parsed.tool.policy
  const context = { ...callContext(run, callOf(item)), signal: run.signal, attempt: 1, progress: () => {} }
  if (phase === 'sealed' && needsApproval) {
    const needed =
      needsApproval === true || (await settle(async () => needsApproval(await ownArguments(parsed), context), true))
    return needed ? 'approval' : undefined
  }
  if (phase !== 'started' || effects !== 'unsafe') return undefined
  const policy =
    typeof onInterrupted === 'function'
      ? await settle(async () => onInterrupted(await ownArguments(parsed), context), 'ask' as const)
      : onInterrupted
  return policy === 'rerun' ? undefined : policy === 'report' ? 'report' : 'interrupted'
}

/** What the tool says it is. */
export type Fingerprint = Pick<ApprovalRequest, 'fingerprint'>

/** A function that throws gives none. */
export async function fingerprintOf(call: ParsedCall): Promise<Fingerprint> {
  const { fingerprint } = call.tool.policy
  const found = await settle(async () => fingerprint?.(await ownArguments(call)), undefined)
  return found === undefined ? {} : { fingerprint: found }
}

/** Whether the tool is no longer the one on whose call a person decided. */
export const isOutdated = ({ decision, request }: CallState, { fingerprint }: Fingerprint): boolean =>
  decision !== undefined && request?.fingerprint !== fingerprint

async function settle<Value>(call: () => Value | Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await call()
  } catch {
    return otherwise
  }
}
