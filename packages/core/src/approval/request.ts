// Finds the request that a decision refers to.
import { prefixOf } from '../facts/request-id.ts'
import type { CallState } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import { asked } from '../facts/state-views.ts'
import { ApprovalError } from './error.ts'

/**
 * The pending call with this id: its request's, or its own. `others`: the ids of requests that are pending elsewhere in the
 * tree.
 * @throws ApprovalError when there is none
 */
export function askedBy(state: RunState, id: string, others: readonly string[] = []): CallState {
  const waiting = asked(state)
  const { path } = state
  const own = path !== '' && id.startsWith(`${path}/`) ? id.slice(path.length + 1) : id
  const item = waiting.find(({ request }) => request?.id === id) ?? waiting.find(({ call }) => call.id === own)
  if (item) return item
  const ids = [...waiting.map(({ request, call }) => request?.id ?? call.id), ...others].join(', ') || 'none'
  const names = (step: number, callId: string): boolean => callId === own || id.startsWith(prefixOf(step, callId, path))
  if (state.decided.includes(id) || state.open?.calls.some(({ call, decision }) => call.id === own && decision))
    throw new ApprovalError('decided', id, `The request ${JSON.stringify(id)} is decided already; pending: ${ids}.`)
  const isKnown =
    state.open?.calls.some(({ call, request }) => request && names(state.step, call.id)) ||
    state.steps.some((step) => step.calls.some(({ callId }) => names(step.step, callId)))
  if (isKnown)
    throw new ApprovalError('stale', id, `The request ${JSON.stringify(id)} is not pending any more; pending: ${ids}.`)
  throw new ApprovalError(
    'unknown',
    id,
    `The decision names ${JSON.stringify(id)}, which is no pending request; pending: ${ids}.`,
  )
}
