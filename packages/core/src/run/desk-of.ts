import { UsageError } from '@toolloop/wire'
import { checkRunOptions } from '../agent/check-options.ts'
import { Desk } from '../approval/desk.ts'
import type { RunOptions } from './options.ts'

/** The desk that collects decisions while the run waits. @throws UsageError for invalid options */
export function deskOf(options: RunOptions = {}, watched: boolean): Desk | undefined {
  checkRunOptions(options)
  const { approver, approvals } = options
  if (approvals === 'wait' && !watched)
    throw new UsageError("`approvals: 'wait'` waits for `stream.approve`: use `stream`, or give `run` an `approver`.")
  return approver || approvals === 'wait' ? new Desk(approver) : undefined
}
