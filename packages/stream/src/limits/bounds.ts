// What an answer may take up. A bound that is hit is a `LimitError` that names the option.
import { checkOptionNames, LimitError, UsageError } from '@toolloop/wire'

/** Whole numbers, or `Infinity`. */
export interface AnswerLimits {
  /** Tool calls in one message. @default 128 */
  readonly maxToolCalls?: number | undefined
  /** UTF-8 bytes of one call's arguments or input. @default 16 MiB */
  readonly maxArgumentsBytes?: number | undefined
  /** UTF-8 bytes of everything else the answer carries: text, reasoning, audio, log probabilities, unknown fields. @default 32 MiB */
  readonly maxContentBytes?: number | undefined
  /** Items of a list whose pieces find their item by index or type, such as reasoning blocks. @default 4096 */
  readonly maxListItems?: number | undefined
  /** Objects and arrays inside one another, in arguments and in unknown fields. @default 128 */
  readonly maxDepth?: number | undefined
}

const MiB = 1024 * 1024
const limitNames = ['maxToolCalls', 'maxArgumentsBytes', 'maxContentBytes', 'maxListItems', 'maxDepth'] as const

/**
 * For options that hold the limits of an answer: `who` is whose they are.
 * @throws UsageError for a limit that does not exist, or that bounds nothing
 */
export function checkAnswerLimits(who: string, limits: object): void {
  checkOptionNames(who, limits, limitNames)
  checkBounds(who, limits, limitNames)
}

/** A bound that is no number would bound nothing. */
export function checkBounds(who: string, options: object, names: readonly string[]): void {
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name]
    if (value === undefined || value === Infinity || (Number.isInteger(value) && (value as number) >= 1)) continue
    const shown = typeof value === 'number' || typeof value === 'bigint' ? String(value) : JSON.stringify(value)
    throw new UsageError(`${who}: \`${name}\` is ${shown}; it must be a whole number of at least 1, or Infinity.`)
  }
}

/** Counts what arrives against the limits. */
export class Bounds {
  readonly maxToolCalls: number
  readonly maxArgumentsBytes: number
  readonly maxContentBytes: number
  readonly maxListItems: number
  readonly maxDepth: number
  #contentBytes = 0

  constructor(limits: AnswerLimits) {
    checkBounds('The answer', limits, limitNames)
    this.maxToolCalls = limits.maxToolCalls ?? 128
    this.maxArgumentsBytes = limits.maxArgumentsBytes ?? 16 * MiB
    this.maxContentBytes = limits.maxContentBytes ?? 32 * MiB
    this.maxListItems = limits.maxListItems ?? 4096
    this.maxDepth = limits.maxDepth ?? 128
  }

  /** Counts bytes that are not tool arguments. */
  content(bytes: number): void {
    this.#contentBytes += bytes
    if (this.#contentBytes > this.maxContentBytes)
      throw new LimitError(
        'maxContentBytes',
        this.maxContentBytes,
        `The answer is larger than maxContentBytes (${this.maxContentBytes}). Raise maxContentBytes, or ask for less with max_completion_tokens.`,
      )
  }

  arguments(bytes: number, name: string): void {
    if (bytes > this.maxArgumentsBytes)
      throw new LimitError(
        'maxArgumentsBytes',
        this.maxArgumentsBytes,
        `The arguments of \`${name}\` are larger than maxArgumentsBytes (${this.maxArgumentsBytes}). Raise maxArgumentsBytes, or let the tool take less at a time.`,
      )
  }

  toolCalls(count: number): void {
    if (count > this.maxToolCalls)
      throw new LimitError(
        'maxToolCalls',
        this.maxToolCalls,
        `The message holds more than ${this.maxToolCalls} tool calls (maxToolCalls). Raise maxToolCalls, or set parallel_tool_calls: false.`,
      )
  }

  /** Every piece looks for its item: without a bound that would be quadratic. */
  listItems(count: number): void {
    if (count > this.maxListItems)
      throw new LimitError(
        'maxListItems',
        this.maxListItems,
        `A list of the answer has more than ${this.maxListItems} items to look through (maxListItems). Raise maxListItems if that is meant.`,
      )
  }

  depth(depth: number, where: string): void {
    if (depth > this.maxDepth)
      throw new LimitError(
        'maxDepth',
        this.maxDepth,
        `${where} nests deeper than maxDepth (${this.maxDepth}). Raise maxDepth if that is meant.`,
      )
  }
}

/** How many bytes `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    // Each half of a surrogate pair counts two, so that a pair cut in two deltas still counts four.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}
