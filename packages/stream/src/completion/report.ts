// What was wrong with an answer that can be used all the same: kept beside the completion, never thrown.
import type { Completion } from '@toolloop/wire'
import { asWire } from '../json/value.ts'

export interface CompletionReport {
  /**
   * Wire fields the server left out, as paths: `id`, `choices[0].finish_reason`, `choices[0].message.tool_calls[1].id`,
   * `choices[0].message.tool_calls[1].function.name` (such a call cannot be executed, nor sent back).
   */
  readonly missing: readonly string[]
  /** Tool calls that broke off in the middle of their arguments. They must not be executed. */
  readonly unfinished: readonly { readonly choice: number; readonly index: number }[]
  /** What was left out of the completion: choices nobody asked for, content parts that are no text, token counts that are none. */
  readonly ignored: readonly string[]
  /** Finish reasons that `finishOf` does not know, as they came: such an answer need not be complete. */
  readonly unknownFinish: readonly { readonly choice: number; readonly reason: string }[]
}

const none: CompletionReport = { missing: [], unfinished: [], ignored: [], unknownFinish: [] }
const key = Symbol.for('toolloop.completion.report')

/** The report of a completion made by this package; it stands on a property that no copy and no JSON carries. */
export function reportOf(completion: Completion): CompletionReport {
  return asWire<{ [key]?: CompletionReport }>(completion)[key] ?? none
}

export function attachReport(completion: Completion, report: CompletionReport): Completion {
  return Object.defineProperty(completion, key, { value: report, enumerable: false })
}
