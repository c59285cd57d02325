// What is spent, reserved and set aside of one budget.
import type { Price } from '@toolloop/wire'
import type { BudgetOptions } from '../agent/budget.ts'
import type { Fact } from '../facts/events.ts'
import type { PartBudget } from '../facts/part.ts'
import { type Amount, Ledger, type Reserved } from './ledger.ts'
import { dollarsOf } from './meter.ts'
import { type Shares, withShare } from './share.ts'
import { Turns } from './turns.ts'

/** What a step has used before this request, and what of its own or of others does not count against it. */
export interface Before {
  readonly used: Amount
  /** This request replaces the one that the step's reservation in the log is for. */
  readonly isMore: boolean
  /** As if the steps and parts that go on had used nothing. */
  readonly isAlone?: boolean | undefined
}

export const nothing: Amount = { tokens: 0, usd: 0 }

export class Reservations {
  readonly ledger: Ledger
  /** Steps that wait until others have settled. */
  readonly turns: Turns = new Turns()
  readonly #owner: string
  readonly #options: BudgetOptions
  /** By path: reserved by this process, and not yet in the log. */
  readonly #held = new Map<string, Reserved>()
  /** By path: the shares of parts whose start is not in the log. */
  readonly #promised = new Map<string, PartBudget>()
  /** The paths of steps and parts that go on while others wait: they settle by themselves. Not those of a process that died. */
  readonly #live = new Set<string>()
  /** Of the owner's model. */
  #price: Price | undefined

  constructor(options: BudgetOptions, owner: string) {
    this.#options = options
    this.#owner = owner
    this.ledger = new Ledger(owner)
  }

  /** A fact was counted: its reservation is in the log, or has been settled. */
  follow(fact: Fact): void {
    switch (fact.type) {
      case 'step.start':
        this.#held.delete(fact.path)
        return
      case 'step.done':
      case 'step.cut':
      case 'run.done':
        return this.#release(fact.path)
      case 'messages.compact':
        if (fact.spent) this.#release(fact.path)
        return
      case 'part.start':
        this.#promised.delete(fact.part)
        return
      case 'part.done':
      case 'part.pause':
        return this.leave(fact.part)
      default:
    }
  }

  #release(path: string): void {
    this.#held.delete(path)
    this.leave(path)
  }

  /** Reserves; `isMore`: in place of what the step has reserved in the log. */
  hold(path: string, reserved: Reserved, price: Price | undefined, isMore: boolean): void {
    this.#live.add(path)
    this.#set(path, reserved, isMore)
    if (path === this.#owner) this.#price = price
  }

  /** The step must wait: until then it holds what its requests so far have used, and nobody waits for it. */
  yield(path: string, used: Amount, isMore: boolean): void {
    if (!this.#live.delete(path)) return
    if (isMore || used.tokens > 0 || used.usd > 0) this.#set(path, { ...used, prompt: 0 }, isMore)
    else this.#held.delete(path)
    this.turns.next()
  }

  #set(path: string, reserved: Reserved, isMore: boolean): void {
    const logged = isMore ? this.ledger.reservedBy(path) : undefined
    const tokens = reserved.tokens - (logged?.tokens ?? 0)
    const usd = reserved.usd - (logged?.usd ?? 0)
    this.#held.set(path, { tokens, usd, prompt: logged ? 0 : reserved.prompt })
  }

  /** Whether something else goes on, after whose end more may be left. */
  isWaitedFor(path: string): boolean {
    return this.#live.size > (this.#live.has(path) ? 1 : 0)
  }

  /** Sets the share of a part aside. */
  promise(part: string, share: PartBudget): void {
    this.#promised.set(part, share)
  }

  hasShare(part: string): boolean {
    return this.#promised.has(part) || this.ledger.hasShare(part)
  }

  /** A part goes on: what it leaves of its share can be waited for. */
  enter(part: string): void {
    this.#live.add(part)
  }

  /** A step or a part has ended, or a part waits for people. */
  leave(path: string): void {
    if (this.#live.delete(path)) this.turns.next()
  }

  /** What is set aside for parts. */
  shares(isAlone = false): Shares {
    const skipped = isAlone ? this.#live : undefined
    let sum = this.ledger.sharesBut(skipped)
    for (const [part, share] of this.#promised) if (!skipped?.has(part)) sum = withShare(sum, share)
    return sum
  }

  /** Tokens and US dollars that may be reserved. `path`: of the step that reserves; what it holds itself is not counted. */
  left(path: string | undefined, { used, isMore, isAlone = false }: Before): Amount {
    const { tokens = Infinity, usd = Infinity } = this.#options
    const shares = this.shares(isAlone)
    const left = {
      tokens: tokens - this.ledger.tokens - shares.tokens - used.tokens,
      usd: usd - this.ledger.usd - shares.usd - used.usd,
    }
    const take = (amount: Amount): void => {
      left.tokens -= amount.tokens
      left.usd -= amount.usd
    }
    for (const [other, amount] of this.ledger.reserved()) {
      if (other === path && isMore) continue // in place of what its attempt before has reserved
      if (isAlone && other !== path && this.#live.has(other)) continue
      if (!this.ledger.isShared(other)) take(amount)
    }
    for (const [other, amount] of this.#held) if (other !== path && !(isAlone && this.#live.has(other))) take(amount)
    return left
  }

  /** Completion tokens that the step may use. `isLast`: the owner's last step, for which some are kept. */
  room(path: string, prompt: number, price: Price | undefined, isLast: boolean, before: Before): Amount {
    const left = this.left(path, before)
    const { tokens, usd, onExhausted, wrapUpTokens = 1000 } = this.#options
    const { input, output } = price ?? { input: 0, output: 0 }
    const keeps = onExhausted === 'wrapUp' && !(isLast && path === this.#owner)
    // What the owner's last step reads: its prompt, the answers that it has not read, and this one. It has one of its own.
    const isOwn = path === this.#owner
    const reads = isOwn ? prompt : this.ledger.prompt + this.#unread(path, before.isAlone)
    const last = isOwn ? price : (this.#price ?? price)
    const kept = keeps ? { tokens: reads + wrapUpTokens, usd: dollarsOf(reads, wrapUpTokens, last) } : undefined
    const roomInTokens = (left.tokens - prompt - (kept?.tokens ?? 0)) / (kept ? 2 : 1)
    const roomInUsd =
      (left.usd - dollarsOf(prompt, 0, price) - (kept?.usd ?? 0)) /
      ((output + (kept ? (last?.input ?? input) : 0)) / 1e6)
    return {
      tokens: tokens === undefined ? Infinity : Math.floor(roomInTokens),
      usd: usd === undefined || Number.isNaN(roomInUsd) ? Infinity : Math.floor(roomInUsd),
    }
  }

  /** What parts may share: a last step that is kept for reads what they write, so there it counts twice. */
  get leftForParts(): Amount {
    const { onExhausted, wrapUpTokens = 1000 } = this.#options
    const left = this.left(undefined, { used: nothing, isMore: false })
    if (onExhausted !== 'wrapUp') return left
    const reads = this.ledger.prompt + this.#unread(undefined)
    const kept = dollarsOf(reads, wrapUpTokens, this.#price)
    return { tokens: (left.tokens - reads - wrapUpTokens) / 2, usd: (left.usd - kept) / 2 }
  }

  /** Answers inside the run that its last step may have to read: those that have ended, and those that stream. */
  #unread(path: string | undefined, isAlone = false): number {
    let sum = this.ledger.unread + this.shares(isAlone).tokens
    for (const [other, { tokens, prompt }] of [...this.ledger.reserved(), ...this.#held]) {
      if (other === path || other === this.#owner || this.ledger.isShared(other)) continue
      if (!(isAlone && this.#live.has(other))) sum += tokens - prompt
    }
    return sum
  }
}
