// Calls that were interrupted by the death of a worker: nobody knows whether the courier was booked, so the run waits. The
// courier's book knows.
import type { EngineClient } from '@toolloop/restate'
import type { Agent, ApprovalRequest, Decision, Result } from 'toolloop'
import { bookingsIn } from './dispatcher.ts'

export async function finish(
  runs: EngineClient,
  agent: Agent,
  result: Result,
  book: string,
): Promise<{ readonly result: Result; readonly decided: number }> {
  let decided = 0
  let last = result
  while (last.status === 'approval') {
    const { runId, requests } = last
    decided += requests.length
    await runs.decide(runId, Object.fromEntries(requests.map((one) => [one.id, decisionOn(one, runId, book)])))
    last = await runs.result(agent, runId)
  }
  return { result: last, decided }
}

function decisionOn({ step, callId }: ApprovalRequest, runId: string, book: string): Decision {
  const isBooked = bookingsIn(book).some(({ key }) => key === `${runId}/${step}/${callId}`)
  return isBooked ? { result: 'booked' } : { approve: true }
}
