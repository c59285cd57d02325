import { argumentsOf } from './calls.ts'
import type { ApprovalRequest } from './events.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { CallState } from './open-step.ts'

/**
 * The id of a request: step and call, readable, and a hash that binds the run, its path, the kind, the arguments and
 * the earlier request of the same call. A decision on one question never answers another.
 */
export function requestId(
  run: string,
  step: number,
  item: CallState,
  kind: ApprovalRequest['kind'],
  path = '',
): string {
  const hash = fingerprintOf(run, path, step, item.call.id, kind, argumentsOf(item.call), item.request?.id ?? '')
  return `${prefixOf(step, item.call.id, path)}${hash}`
}

/** How the ids of a call's requests begin. */
export const prefixOf = (step: number, callId: string, path = ''): string =>
  `${path === '' ? '' : `${path}/`}${step}/${callId}#`
