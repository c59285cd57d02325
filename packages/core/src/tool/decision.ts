import { decided } from '../approval/decision.ts'
import { failed } from '../facts/failure.ts'
import type { CallState } from '../facts/open-step.ts'
import type { Run } from '../run/run.ts'
import type { Source } from '../run/scope.ts'

/** Waits for a decision. An approver that throws ends the run; its request stays pending in the log. */
// oxlint-disable-next-line require-yield -- its only batch is its last
export async function* decision(run: Run, item: CallState): Source {
  try {
    const given = await run.desk?.wait(run, item)
    return given && [decided(run.state.step, item, given)]
  } catch (error) {
    return run.signal.aborted ? undefined : [failed(error)]
  }
}
