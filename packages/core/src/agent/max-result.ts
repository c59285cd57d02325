// Bounded results: how much of a tool's result the model reads, and where the rest is kept.
import type { KeepRule, ResultBound, Tool } from '@toolloop/schema'
import { aFunction, checkResultBound, showOption, UsageError } from '@toolloop/wire'

/** Keeps whole results by handle. A resumed or later run reads what an earlier one kept. */
export interface ResultStore {
  /** `undefined` for an unknown handle. */
  get(handle: string): string | undefined | Promise<string | undefined>
  set(handle: string, text: string): void | Promise<void>
}

/** The bound of all tools of an agent that have none of their own. */
export interface MaxResult extends ResultBound {
  /** Counts the tokens of a text. @default the `countTokens` of the agent's budget, else UTF-8 bytes / 3 */
  readonly countTokens?: ((text: string) => number) | undefined
  /** Where whole results are kept. The agent has a tool `read_result` then. @default the log, in `tool.done` */
  readonly store?: ResultStore | undefined
}

/** The bound of one tool, with what holds for all tools of its agent. */
export interface Bound {
  readonly tokens: number
  readonly keep: KeepRule
  readonly countTokens: ((text: string) => number) | undefined
  readonly store: ResultStore | undefined
}

/** The tool that an agent with a store has. */
export const READ_RESULT = 'read_result'

/** The bound of a tool's results; `undefined`: they are sent whole. */
export function boundOf(
  { maxResult, countTokens }: { readonly maxResult: MaxResult | undefined; readonly countTokens: Bound['countTokens'] },
  tool: Pick<Tool, 'name' | 'policy'> | undefined,
): Bound | undefined {
  const own = tool?.policy.maxResult
  const { tokens, keep = 'head' } = (own === undefined ? maxResult : settingsOf(own)) ?? {}
  if (tokens === undefined || tool?.name === READ_RESULT) return undefined
  return { tokens, keep, countTokens: maxResult?.countTokens ?? countTokens, store: maxResult?.store }
}

export const settingsOf = <Settings extends ResultBound>(value: number | Settings): Settings | ResultBound =>
  typeof value === 'number' ? { tokens: value } : value

/** @throws UsageError */
export function checkMaxResult(who: string, value: unknown): void {
  checkResultBound(`${who}: \`maxResult\``, value, {
    countTokens: aFunction,
    store: [isStore, 'a store: { get, set }'],
  })
}

const isStore = (value: unknown): boolean =>
  typeof (value as ResultStore | null)?.get === 'function' && typeof (value as ResultStore).set === 'function'

/** Keeps the last `size` whole results in this process. @throws UsageError for a size that is no whole number */
export function memoryResults(size = 1_000): ResultStore {
  if (!Number.isInteger(size) || size < 1)
    throw new UsageError(`memoryResults(): the size is ${showOption(size)}; it must be a whole number of at least 1.`)
  const kept = new Map<string, string>()
  return Object.freeze<ResultStore>({
    get: (handle) => kept.get(handle),
    set(handle, text) {
      kept.delete(handle)
      kept.set(handle, text)
      if (kept.size > size) kept.delete(kept.keys().next().value!)
    },
  })
}
