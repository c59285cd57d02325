// Why a session refuses a call, by the status of its last run.
import { SessionError, type SessionErrorDetails } from './session-error.ts'
import type { SessionStatus } from './session-types.ts'

export type RefusedCall = 'run' | 'resumed' | 'dropped' | 'forked'

export const isPending = (status: SessionStatus): boolean => status === 'approval' || status === 'interrupted'

export function refusalOf(
  what: RefusedCall,
  details: SessionErrorDetails & { readonly status: SessionStatus },
): SessionError {
  const { session, turn, runId, status } = details
  const name = `The session ${JSON.stringify(session)}`
  const run = `turn ${turn} (run \`${runId}\`)`
  if (status === 'running')
    return new SessionError(
      'session_busy',
      `${name} is busy: ${run} is running. Wait for its end, or pass \`wait: true\`.`,
      details,
    )
  if (isPending(status))
    return new SessionError(
      'session_pending',
      `${name} has an unfinished run: ${run} ${status === 'approval' ? 'waits for decisions' : 'was interrupted'}. Resume it with \`session.run(agent, undefined, { decisions })\`, or end it with \`session.drop()\`.`,
      details,
    )
  return new SessionError(
    'session_idle',
    `${name} has no run to be ${what}: ${turn === undefined ? 'it has no turn yet' : `${run} ended as \`${status}\``}.`,
    details,
  )
}
