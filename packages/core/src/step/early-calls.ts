// Which calls of a step may go ahead while its answer streams.
import { startsEarly as isSafeEarly } from '../agent/early.ts'
import type { Run } from '../run/run.ts'
import type { StepPlan } from './request.ts'

/** Whether a call of this tool may execute while the answer streams. */
export function startsEarly(run: Run, plan: StepPlan, name: string): boolean {
  const tool = run.toolOf(name)
  if (!run.agent.earlyDispatch || !tool?.execute || !plan.tools.includes(name)) return false
  return isSafeEarly(tool)
}

/** Whether a call of this tool may execute, or request its approval, while the answer streams. */
export function goesAhead(run: Run, plan: StepPlan, name: string): boolean {
  return startsEarly(run, plan, name) || asksEarly(run, plan, name)
}

/** Whether approval can be requested while the answer streams. The call itself executes after the message is complete. */
function asksEarly(run: Run, plan: StepPlan, name: string): boolean {
  const tool = run.toolOf(name)
  if (!run.agent.earlyDispatch || !tool || !plan.tools.includes(name)) return false
  return !tool.execute || Boolean(tool.policy.needsApproval)
}
