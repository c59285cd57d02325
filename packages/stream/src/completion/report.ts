// Deviations of an answer that is still usable: kept beside the completion, never thrown.
import type { Completion } from '@toolloop/wire'
import { asWire } from '../json/value.ts'

export interface CompletionReport {
  /**
   * Wire fields the server left out, as paths: `id`, `choices[0].finish_reason`, `choices[0].message.tool_calls[1].id`,
   * `choices[0].message.tool_calls[1].function.name` (such a call can neither be executed nor sent back).
   */
  readonly missing: readonly string[]
  /** Tool calls that broke off inside their arguments. They must not be executed. */
  readonly unfinished: readonly { readonly choice: number; readonly index: number }[]
  /**
   * Parts left out of the completion: choices that the request did not ask for, content parts other than text, invalid
   * token counts.
   */
  readonly ignored: readonly string[]
  /** Finish reasons that `finishOf` does not know, unchanged: such an answer may be incomplete. */
  readonly unknownFinish: readonly { readonly choice: number; readonly reason: string }[]
}

const none: CompletionReport = { missing: [], unfinished: [], ignored: [], unknownFinish: [] }
const key = Symbol.for('toolloop.completion.report')

/** The report of a completion made by this package; stored in a property that neither copies nor JSON include. */
export function reportOf(completion: Completion): CompletionReport {
  return asWire<{ [key]?: CompletionReport }>(completion)[key] ?? none
}

export function attachReport(completion: Completion, report: CompletionReport): Completion {
  return Object.defineProperty(completion, key, { value: report, enumerable: false })
}
