import type { Fact, RunState } from '@toolloop/core'
import { fact } from '@toolloop/core/machine'

/**
 * The facts that end an unfinished run where it stands. Its undecided calls are declined, so that the next run does not
 * read that they wait for a decision.
 */
export function endOf({ run, step, open }: RunState, next: number, at: number): Fact[] {
  const waiting = (open?.calls ?? []).filter(({ phase, request }) => phase === 'asked' && request)
  const declined = waiting.map(({ call, request }) =>
    fact({
      type: 'approval.decision',
      step,
      callId: call.id,
      id: request!.id,
      decision: { approve: false, reason: 'The run was dropped.' },
    }),
  )
  const done = fact({ type: 'run.done', outcome: { status: 'aborted', reason: 'dropped' } })
  return [...declined, done].map((one, index) => ({ ...one, seq: next + index, at, run }))
}
