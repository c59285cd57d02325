// The budget of a tree of runs in this process. Reserving is synchronous, so that parallel runs never exceed it together.
import type { Chunk, Clock, ModelRequest, Price, Usage } from '@toolloop/wire'
import type { BudgetOptions } from '../agent/budget.ts'
import type { Fact } from '../facts/events.ts'
import type { Exhausted } from '../facts/outcome.ts'
import { type Amount, keyOf, Ledger } from './ledger.ts'

/** A step that may be sent: its completion limit, and the meter that counts its answer. */
export interface Reservation {
  readonly reserved: Amount
  /** Completion tokens; `undefined`: no bound. */
  readonly limit: number | undefined
  readonly meter: Meter
}

export class Budget {
  readonly options: BudgetOptions
  readonly #clock: Clock
  readonly #ledger = new Ledger()
  /** Reserved by this process, and not yet in the log. */
  readonly #held = new Map<string, Amount>()
  readonly #calls = new Set<string>()
  readonly #counts = new WeakMap<object, number>()
  readonly #onTime: (spent: Exhausted) => void
  #timer: unknown

  /** `onTime` is called when `ms` has passed. */
  constructor(options: BudgetOptions, clock: Clock, past: readonly Fact[], onTime: (spent: Exhausted) => void) {
    this.options = options
    this.#clock = clock
    this.#onTime = onTime
    for (const fact of past) this.#ledger.add(fact)
  }

  /** Counts a fact that is about to be logged. */
  add(fact: Fact): void {
    this.#ledger.add(fact)
    if (fact.type === 'step.start') this.#held.delete(fact.path)
    if (fact.type === 'run.done') this.#held.delete(fact.path)
    if (fact.type === 'tool.start') this.#calls.delete(keyOf(fact))
    if (this.options.ms !== undefined) this.#watch(this.options.ms)
  }

  close(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** One timer, while something runs. */
  #watch(allowed: number): void {
    if (this.#ledger.isWaiting) return this.close()
    if (this.#timer !== undefined) return
    const left = allowed - this.#ledger.msAt(this.#clock.now())
    this.#timer = this.#clock.setTimeout(
      () => {
        const spent = this.#ledger.msAt(this.#clock.now())
        this.#onTime({ dimension: 'ms', spent, allowed })
      },
      Math.max(0, left),
    )
  }

  /** Takes one of the calls that are left. A call that had started before is not counted again. */
  takeCall(path: string, step: number, callId: string): boolean {
    const key = keyOf({ path, step, callId })
    if (this.options.toolCalls === undefined || this.#ledger.hasStarted(key)) return true
    if (this.#ledger.toolCalls + this.#calls.size >= this.options.toolCalls) return false
    this.#calls.add(key)
    return true
  }

  /** Tool calls, when none is left. */
  get noCalls(): Exhausted | undefined {
    const { toolCalls: allowed } = this.options
    const spent = this.#ledger.toolCalls
    return allowed !== undefined && spent >= allowed ? { dimension: 'toolCalls', spent, allowed } : undefined
  }

  /** Whether tokens are counted, so that a stream must be readable while it arrives. */
  get counts(): boolean {
    return (
      this.options.tokens !== undefined || this.options.usd !== undefined || this.options.maxTokensPerStep !== undefined
    )
  }

  /**
   * Reserves the prompt and the largest answer of a step, before its request is sent. `last`: the step that wraps up may
   * use everything that is left.
   */
  reserve(path: string, request: ModelRequest, price: Price | undefined, last: boolean): Reservation | Exhausted {
    const { tokens, usd, maxTokensPerStep = Infinity, wrapUpTokens = 1000, onExhausted, countTokens } = this.options
    const prompt = this.#promptOf(request)
    const kept = onExhausted === 'wrapUp' && !last ? wrapUpTokens : undefined
    const left = this.#left(path)
    const input = (price?.input ?? 0) / 1e6
    const output = (price?.output ?? 0) / 1e6
    // The last step reads this prompt, this answer, and has an answer of its own.
    const roomInTokens = kept === undefined ? left.tokens - prompt : (left.tokens - 2 * prompt - kept) / 2
    const roomInUsd =
      kept === undefined
        ? (left.usd - prompt * input) / output
        : (left.usd - 2 * prompt * input - kept * output) / (output + input)
    const byTokens = tokens === undefined ? Infinity : Math.floor(roomInTokens)
    const byUsd = usd === undefined || Number.isNaN(roomInUsd) ? Infinity : Math.floor(roomInUsd)
    if (byTokens < 1) return { dimension: 'tokens', spent: this.#ledger.tokens, allowed: tokens! }
    if (byUsd < 1) return { dimension: 'usd', spent: this.#ledger.usd, allowed: usd! }
    const own = Math.min(request.max_completion_tokens ?? request.max_tokens ?? Infinity, maxTokensPerStep)
    const limit = Math.min(own, byTokens, byUsd)
    const isBounded = Number.isFinite(limit)
    const reserved = {
      tokens: prompt + (isBounded ? limit : 0),
      usd: prompt * input + (isBounded ? limit * output : 0),
    }
    this.#held.set(path, reserved)
    const meter = new Meter(prompt, limit, limit < own, input, output, countTokens)
    return { reserved, limit: isBounded ? limit : undefined, meter }
  }

  /** The dimension that a cut answer has used up: the one of which the smaller part is left. */
  spentWith(cut: Fact | undefined): Exhausted {
    const own = cut?.type === 'step.cut' ? cut.spent : undefined
    const { tokens, usd } = this.options
    const amount = { tokens: this.#ledger.tokens + (own?.tokens ?? 0), usd: this.#ledger.usd + (own?.usd ?? 0) }
    const byTokens = tokens === undefined ? -1 : amount.tokens / tokens
    const byUsd = usd === undefined ? -1 : amount.usd / usd
    return byTokens >= byUsd
      ? { dimension: 'tokens', spent: amount.tokens, allowed: tokens! }
      : { dimension: 'usd', spent: amount.usd, allowed: usd! }
  }

  #left(path: string): Amount {
    const { tokens = Infinity, usd = Infinity } = this.options
    const left = { tokens: tokens - this.#ledger.tokens, usd: usd - this.#ledger.usd }
    for (const [other, amount] of [...this.#ledger.reserved(), ...this.#held])
      if (other !== path) {
        left.tokens -= amount.tokens
        left.usd -= amount.usd
      } else if (!this.#held.has(path)) {
        left.tokens -= amount.tokens // of a process that died
        left.usd -= amount.usd
      }
    return left
  }

  /** Messages are frozen, so each is counted once. */
  #promptOf({ messages, tools, response_format: format }: ModelRequest): number {
    let sum = 0
    for (const part of [...messages, ...(tools ?? []), ...(format ? [format] : [])]) {
      const known = this.#counts.get(part) ?? countOf(JSON.stringify(part), this.options.countTokens)
      this.#counts.set(part, known)
      sum += known
    }
    return sum
  }
}

/** Counts the answers of one step, over all its attempts. */
export class Meter {
  /** The limit of the completion is what the budget leaves, not what the caller set. */
  readonly byBudget: boolean
  readonly #prompt: number
  readonly #limit: number
  readonly #input: number
  readonly #output: number
  readonly #countTokens: BudgetOptions['countTokens']
  /** Of the current attempt. */
  #bytes = 0
  #counted = 0
  /** Of the earlier attempts. */
  #before: Amount = { tokens: 0, usd: 0 }
  /** The answer went past the limit. */
  isOver = false

  constructor(
    prompt: number,
    limit: number,
    byBudget: boolean,
    input: number,
    output: number,
    countTokens: BudgetOptions['countTokens'],
  ) {
    this.#prompt = prompt
    this.#limit = limit
    this.byBudget = byBudget
    this.#input = input
    this.#output = output
    this.#countTokens = countTokens
  }

  /** The chunks within the limit: all of them, or those before the one that goes past it. */
  admit(chunks: readonly Chunk[]): readonly Chunk[] {
    for (const [at, chunk] of chunks.entries()) {
      const next = this.#countWith(chunk)
      if (this.#before.tokens + next > this.#limit) {
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

  /** What the step has used. A server that reports no answer where one was counted has reported nothing. */
  spentWith(usage: Usage | null): Amount {
    const reported = usage && (usage.completion_tokens > 0 || this.#counted === 0) ? usage : undefined
    const tokens = reported ? reported.prompt_tokens + reported.completion_tokens : this.#prompt + this.#counted
    const usd = reported
      ? reported.prompt_tokens * this.#input + reported.completion_tokens * this.#output
      : this.#prompt * this.#input + this.#counted * this.#output
    return { tokens: this.#before.tokens + tokens, usd: this.#before.usd + usd }
  }

  /** The earlier attempts have used what the budget left. */
  get isUsedUp(): boolean {
    return this.byBudget && this.#before.tokens >= this.#limit
  }

  /** Another attempt follows: this one counts as well. */
  next(usage: Usage | null): void {
    this.#before = this.spentWith(usage)
    this.#bytes = 0
    this.#counted = 0
  }
}

/** All text of a delta, whatever its fields are called. */
function textIn(value: unknown, key = ''): string {
  if (typeof value === 'string') return key === 'role' || key === 'id' || key === 'type' ? '' : value
  if (typeof value !== 'object' || value === null) return ''
  if (Array.isArray(value)) return value.map((item) => textIn(item)).join('')
  return Object.entries(value)
    .map(([name, item]) => textIn(item, name))
    .join('')
}

const countOf = (text: string, countTokens: BudgetOptions['countTokens']): number =>
  countTokens ? soundCount(countTokens(text), text) : Math.ceil(bytesOf(text) / 3)

/** A count that is no number counts as the default does. */
const soundCount = (count: number, text: string): number =>
  Number.isFinite(count) && count >= 0 ? count : Math.ceil(bytesOf(text) / 3)

/** UTF-8 bytes, without encoding. */
function bytesOf(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) continue
    bytes += code < 0x8_00 || (code >= 0xd8_00 && code <= 0xdf_ff) ? 1 : 2
  }
  return bytes
}
