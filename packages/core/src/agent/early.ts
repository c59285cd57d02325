import type { AnyTool } from './spec.ts'

/**
 * Whether a call may execute while the answer streams: the tool is `none` or `idempotent`, and does not need approval for
 * every call. A function that decides on approval decides first.
 */
export const startsEarly = ({ policy }: AnyTool): boolean =>
  policy.effects !== 'unsafe' && policy.needsApproval !== true
