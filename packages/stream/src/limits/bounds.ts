// Limits of an answer. Exceeding one throws a `LimitError` that names the option.
import { checkOptionNames, LimitError, UsageError } from '@toolloop/wire'

/** Each limit is a whole number of at least 1, or `Infinity`. */
export interface AnswerLimits {
  /** Tool calls in one message. @default 128 */
  readonly maxToolCalls?: number | undefined
  /** UTF-8 bytes of one call's arguments or input. @default 16 MiB */
  readonly maxArgumentsBytes?: number | undefined
  /** UTF-8 bytes of everything else the answer carries: text, reasoning, audio, log probabilities, fields outside the API. @default 32 MiB */
  readonly maxContentBytes?: number | undefined
  /** Items of a list whose pieces are matched by index or type, such as reasoning blocks. @default 4096 */
  readonly maxListItems?: number | undefined
  /** The deepest nesting of objects and arrays, in arguments and in fields outside the API. @default 128 */
  readonly maxDepth?: number | undefined
}

const MiB = 1024 * 1024
const limitNames = ['maxToolCalls', 'maxArgumentsBytes', 'maxContentBytes', 'maxListItems', 'maxDepth'] as const

/**
 * Checks options that hold the limits of an answer; `who` names their owner in the message.
 * @throws UsageError for an unknown limit and for an invalid value
 */
export function checkAnswerLimits(who: string, limits: object): void {
  checkOptionNames(who, limits, limitNames)
  checkBounds(who, limits, limitNames)
}

/** Rejects invalid limits: a comparison with `NaN` is always false, so it would limit nothing. */
export function checkBounds(who: string, options: object, names: readonly string[]): void {
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name]
    if (value === undefined || value === Infinity || (Number.isInteger(value) && (value as number) >= 1)) continue
    const shown = typeof value === 'number' || typeof value === 'bigint' ? String(value) : JSON.stringify(value)
    throw new UsageError(`${who}: \`${name}\` is ${shown}; it must be a whole number of at least 1, or Infinity.`)
  }
}

/** Counts an answer's size against its limits. */
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

  /** Every piece searches the list for its item, which would be quadratic without a limit. */
  listItems(count: number): void {
    if (count > this.maxListItems)
      throw new LimitError(
        'maxListItems',
        this.maxListItems,
        `A list of the answer has more than ${this.maxListItems} items (maxListItems). Raise maxListItems if that is intended.`,
      )
  }

  depth(depth: number, where: string): void {
    if (depth > this.maxDepth)
      throw new LimitError(
        'maxDepth',
        this.maxDepth,
        `${where} nests deeper than maxDepth (${this.maxDepth}). Raise maxDepth if that is intended.`,
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
