// Counts the answers of a step against its budget.
import type { Chunk, Price, Usage } from '@toolloop/wire'
import type { BudgetOptions } from '../agent/budget.ts'
import { bytesOf, soundCount } from '../agent/count-tokens.ts'
import { costOf } from '../facts/usage.ts'
import type { Amount } from './ledger.ts'

type CountTokens = BudgetOptions['countTokens']

/** The parameters of a `Meter`. */
export interface MeterSetup {
  /** Tokens of the prompt. */
  readonly prompt: number
  readonly price: Price | undefined
  readonly countTokens: CountTokens
}

/** Counts the answers of one step, over all its attempts. */
export class Meter {
  readonly #prompt: number
  readonly #countTokens: CountTokens
  #price: Price | undefined
  /** Completion tokens of the current attempt at most. */
  #limit = Infinity
  /** The limit is what the budget leaves, not what the caller set. */
  byBudget = false
  /** Of the current attempt. */
  #bytes = 0
  #counted = 0
  /** Of the earlier attempts. */
  before: Amount = { tokens: 0, usd: 0 }
  /** The answer went past the limit. */
  isOver = false

  constructor({ prompt, price, countTokens }: MeterSetup) {
    this.#prompt = prompt
    this.#price = price
    this.#countTokens = countTokens
  }

  /** Bounds the attempt that follows. */
  limitTo(limit: number, byBudget: boolean): void {
    this.#limit = limit
    this.byBudget = byBudget
  }

  /** The chunks within the limit: all of them, or those before the one that goes past it. */
  admit(chunks: readonly Chunk[]): readonly Chunk[] {
    for (const [at, chunk] of chunks.entries()) {
      const next = this.#countWith(chunk)
      if (next > this.#limit) {
        this.isOver = true
        return chunks.slice(0, at)
      }
      this.#counted = next
    }
    return chunks
  }

  #countWith({ choices }: Chunk): number {
    let text = ''
    for (const choice of choices ?? []) text += textIn(choice.delta)
    if (this.#countTokens) return this.#counted + (text === '' ? 0 : soundCount(this.#countTokens(text), text))
    this.#bytes += bytesOf(text)
    return Math.ceil(this.#bytes / 3)
  }

  /** A model of several is sent the request. What another one has written in this attempt counts as well. */
  serve(price: Price | undefined): void {
    if (this.#counted > 0) {
      const { tokens } = this.before
      this.next(null)
      this.#limit -= this.before.tokens - tokens
    }
    this.#price = price
  }

  /**
   * What the step has used. A server that reports no answer where one was counted has reported nothing. `isSent`: a request
   * was sent; otherwise only what is reported counts.
   */
  spentWith(usage: Usage | null, isSent = true): Amount {
    const { tokens, usd } = this.before
    if (usage && (usage.completion_tokens > 0 || this.#counted === 0))
      return {
        tokens: tokens + usage.prompt_tokens + usage.completion_tokens,
        usd: usd + (costOf(this.#price, usage) ?? 0),
      }
    if (!isSent) return this.before
    return {
      tokens: tokens + this.#prompt + this.#counted,
      usd: usd + dollarsOf(this.#prompt, this.#counted, this.#price),
    }
  }

  /** Another attempt follows: this one counts as well. */
  next(usage: Usage | null): void {
    this.before = this.spentWith(usage)
    this.#bytes = 0
    this.#counted = 0
  }
}

/** US dollars. */
export const dollarsOf = (prompt: number, completion: number, price: Price | undefined): number =>
  price ? (prompt * price.input + completion * price.output) / 1e6 : 0

/** All text of a delta, whatever its fields are called. */
function textIn(value: unknown, key = ''): string {
  if (typeof value === 'string') return key === 'role' || key === 'id' || key === 'type' ? '' : value
  if (typeof value !== 'object' || value === null) return ''
  if (Array.isArray(value)) return value.map((item) => textIn(item)).join('')
  return Object.entries(value)
    .map(([name, item]) => textIn(item, name))
    .join('')
}
