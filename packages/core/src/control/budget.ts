// The budget of a run and the runs inside it, in this process. Reserving is synchronous, so that parallel runs never exceed
// it together.
import type { ChatModel, Clock, ModelRequest, Price } from '@toolloop/wire'
import { type BudgetOptions, priceOf } from '../agent/budget.ts'
import type { Fact } from '../facts/events.ts'
import type { Exhausted } from '../facts/outcome.ts'
import type { PartBudget } from '../facts/part.ts'
import { type Amount, keyOf, Ledger, type Reserved } from './ledger.ts'
import { promptTokens } from '../agent/count-tokens.ts'
import { dollarsOf, Meter } from './meter.ts'
import { RunningTime } from './running-time.ts'
import { type Left, type Shares, shareOf, within, withShare } from './share.ts'

/** A step that may be sent: its completion limit, and the meter that counts its answers. */
export interface Reservation {
  readonly reserved: Reserved
  /** Completion tokens; `undefined`: no bound. */
  readonly limit: number | undefined
  readonly meter: Meter
}

/** A budget that is spent, and the path of the run that has it. */
export interface Spent {
  readonly owner: string
  readonly exhausted: Exhausted
  readonly wrapsUp: boolean
}

/** Where a budget holds. */
export interface BudgetPlace {
  /** The path of the run that has it. It holds for this run and those inside it. */
  readonly owner: string
  readonly clock: Clock
  /** The budget of the run around it. Both hold. */
  readonly outer: Budget | undefined
  /** The log so far. */
  readonly past: readonly Fact[]
  /** Called when `ms` has passed. */
  readonly onTime: (spent: Exhausted) => void
}

/** What a step asks for. */
export interface StepRequest {
  readonly path: string
  readonly request: ModelRequest
  readonly model: ChatModel
  /** The run has a last step to answer, which may use everything that is left. */
  readonly isLast: boolean
  /** Of an earlier attempt of the step. */
  readonly meter?: Meter | undefined
  /** What other requests before this one have used, and no fact says so far. */
  readonly used?: Amount | undefined
}

export class Budget {
  readonly owner: string
  readonly options: BudgetOptions
  readonly #outer: Budget | undefined
  readonly #clock: Clock
  readonly #ledger: Ledger
  readonly #time: RunningTime | undefined
  /** By path: reserved by this process, and not yet in the log. */
  readonly #held = new Map<string, Reserved>()
  readonly #calls = new Set<string>()
  /** By path: the shares of parts whose start is not in the log. */
  readonly #promised = new Map<string, PartBudget>()
  /** By path: what counts the steps that stream. */
  readonly #meters: Map<string, Meter>
  readonly #countTokens: BudgetOptions['countTokens']
  /** Messages are frozen, so each is counted once. */
  readonly #counts = new WeakMap<object, number>()
  /** Of the owner's model. */
  #price: Price | undefined
  readonly #onTime: (spent: Exhausted) => void
  #timer: unknown

  constructor(options: BudgetOptions, { owner, clock, outer, past, onTime }: BudgetPlace) {
    this.options = options
    this.owner = owner
    this.#clock = clock
    this.#outer = outer
    this.#ledger = new Ledger(owner)
    this.#time = options.ms === undefined ? undefined : new RunningTime(owner)
    this.#meters = outer ? outer.#meters : new Map()
    this.#countTokens = options.countTokens ?? (outer && outer.#countTokens)
    this.#onTime = onTime
    for (const fact of past) this.#count(fact)
  }

  #count(fact: Fact): void {
    if (isAt(fact.path, this.owner)) {
      this.#ledger.add(fact)
      this.#time?.add(fact)
    } else if (fact.type === 'run.resume' && isAt(this.owner, fact.path)) this.#time?.pause(fact.at)
  }

  /** Counts a fact that is about to be logged. The end of a run whose step has no fact of its own says what that used. */
  add(fact: Fact): void {
    const { path } = fact
    if (!isAt(path, this.owner)) return
    const meter = this.#meters.get(path)
    if (fact.type === 'run.done' && meter && !fact.spent) Object.assign(fact, { spent: meter.spentWith(null) })
    this.#count(fact)
    switch (fact.type) {
      case 'step.start':
        this.#held.delete(path)
        break
      case 'step.done':
      case 'step.cut':
      case 'run.done':
        this.#held.delete(path)
        if (!this.#outer) this.#meters.delete(path)
        // A call that was taken and never started, since its run was aborted, is left to others.
        if (fact.type === 'run.done')
          for (const key of this.#calls) if (key.startsWith(`${path}/`)) this.#calls.delete(key)
        break
      case 'messages.compact':
        if (!fact.spent) break
        this.#held.delete(path)
        if (!this.#outer) this.#meters.delete(path)
        break
      case 'tool.start':
      case 'tool.start.dynamic':
        this.#calls.delete(keyOf(fact))
        break
      case 'part.start':
        this.#promised.delete(fact.part)
        break
      default:
    }
    if (this.#time) this.#watch(this.#time, this.options.ms!)
  }

  close(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** One timer, while something runs. */
  #watch(time: RunningTime, allowed: number): void {
    if (time.isWaiting) return this.close()
    if (this.#timer !== undefined) return
    const left = allowed - time.msAt(this.#clock.now())
    this.#timer = this.#clock.setTimeout(
      () => this.#onTime({ dimension: 'ms', spent: time.msAt(this.#clock.now()), allowed }),
      Math.max(0, left),
    )
  }

  /** Takes one of the calls that are left. A call that had started before is not counted again. */
  takeCall(path: string, step: number, callId: string): boolean {
    const key = keyOf({ path, step, callId })
    const budgets = [...this.#chain()].filter(
      (one) => one.options.toolCalls !== undefined && !one.#ledger.hasStarted(key),
    )
    if (budgets.some((one) => one.#callsLeft < 1)) return false
    for (const one of budgets) one.#calls.add(key)
    return true
  }

  /** Tool calls that have not started and are not taken. */
  get #callsLeft(): number {
    return this.options.toolCalls! - this.#ledger.toolCalls - this.#calls.size - this.#shares.toolCalls
  }

  /** What is set aside for parts. */
  get #shares(): Shares {
    let sum = this.#ledger.shares
    for (const share of this.#promised.values()) sum = withShare(sum, share)
    return sum
  }

  /**
   * Sets a share aside for a part: of what is left in this budget and those around it, one of `places`. It is held until
   * `part.done` is logged.
   */
  share(part: string, places: number): PartBudget {
    let share: PartBudget = {}
    for (const one of this.#chain()) share = within(share, shareOf(one.options, one.#leftForParts, places))
    for (const one of this.#chain()) one.#promised.set(part, share)
    return share
  }

  /** How much of a dimension is spent, of this budget. */
  spentOn(dimension: Exhausted['dimension']): Exhausted {
    const { tokens, usd, toolCalls } = this.#ledger
    const ms = this.#time?.msAt(this.#clock.now()) ?? 0
    return { dimension, spent: { tokens, usd, toolCalls, ms }[dimension], allowed: this.options[dimension] ?? Infinity }
  }

  hasShare(part: string): boolean {
    return this.#promised.has(part) || this.#ledger.hasShare(part)
  }

  /** A last step that is kept for reads what parts write: there it counts twice. */
  get #leftForParts(): Left {
    const { toolCalls, ms = 0, onExhausted, wrapUpTokens = 1000 } = this.options
    const { tokens, usd } = this.#left(undefined, { used: nothing, isMore: false })
    const left = {
      tokens,
      usd,
      toolCalls: toolCalls === undefined ? Infinity : this.#callsLeft,
      ms: ms - (this.#time?.msAt(this.#clock.now()) ?? 0),
    }
    if (onExhausted !== 'wrapUp') return left
    const reads = this.#ledger.prompt + this.#unread(undefined)
    const kept = dollarsOf(reads, wrapUpTokens, this.#price)
    return { ...left, tokens: (tokens - reads - wrapUpTokens) / 2, usd: (usd - kept) / 2 }
  }

  /** The budget that has no tool call left. */
  get noCalls(): Spent | undefined {
    for (const one of this.#chain()) {
      const { toolCalls: allowed } = one.options
      const spent = one.#ledger.toolCalls
      if (allowed !== undefined && spent >= allowed) return one.#spent({ dimension: 'toolCalls', spent, allowed })
    }
    return undefined
  }

  /** Whether tokens are counted, so that a stream must be readable while it arrives. */
  get counts(): boolean {
    for (const { options } of this.#chain())
      if (options.tokens !== undefined || options.usd !== undefined || options.maxTokensPerStep !== undefined)
        return true
    return false
  }

  /** Whether a price is needed. */
  get countsDollars(): boolean {
    return this.options.usd !== undefined || (this.#outer?.countsDollars ?? false)
  }

  /** The price of a model, or the highest one of the models that it is made of. */
  priceOf(model: ChatModel): Price | undefined {
    return priceOf(this.options, model, (one) => this.#outer?.priceOf(one) ?? one.price)
  }

  /** Reserves the prompt and the largest answer of a step, before its request is sent. */
  reserve({ path, request, model, isLast, meter, used = meter?.before ?? nothing }: StepRequest): Reservation | Spent {
    const prompt = promptTokens(request, this.#countTokens, this.#counts)
    const price = this.priceOf(model)
    let own = request.max_completion_tokens ?? request.max_tokens ?? Infinity
    let room = Infinity
    for (const one of this.#chain()) {
      const { tokens, usd } = one.#room(path, prompt, price, isLast, { used, isMore: meter !== undefined })
      if (tokens < 1)
        return one.#spent({ dimension: 'tokens', spent: one.#ledger.tokens, allowed: one.options.tokens! })
      if (usd < 1) return one.#spent({ dimension: 'usd', spent: one.#ledger.usd, allowed: one.options.usd! })
      own = Math.min(own, one.options.maxTokensPerStep ?? Infinity)
      room = Math.min(room, tokens, usd)
    }
    const limit = Math.min(own, room)
    const answer = Number.isFinite(limit) ? limit : 0
    const reserved = {
      tokens: used.tokens + prompt + answer,
      usd: used.usd + dollarsOf(prompt, answer, price),
      prompt,
    }
    const counting = meter ?? new Meter({ prompt, price, countTokens: this.#countTokens })
    counting.before = used
    counting.limitTo(limit, limit < own)
    this.#meters.set(path, counting)
    for (const one of this.#chain()) one.#hold(path, reserved, price, meter !== undefined)
    return { reserved, limit: Number.isFinite(limit) ? limit : undefined, meter: counting }
  }

  /** `isMore`: in place of what the step has reserved in the log. */
  #hold(path: string, reserved: Reserved, price: Price | undefined, isMore: boolean): void {
    const logged = isMore ? [...this.#ledger.reserved()].find(([other]) => other === path)?.[1] : undefined
    const tokens = reserved.tokens - (logged?.tokens ?? 0)
    const usd = reserved.usd - (logged?.usd ?? 0)
    this.#held.set(path, { tokens, usd, prompt: logged ? 0 : reserved.prompt })
    if (path === this.owner) this.#price = price
  }

  /** Completion tokens that the step may use. */
  #room(path: string, prompt: number, price: Price | undefined, isLast: boolean, before: Before): Amount {
    const left = this.#left(path, before)
    const { tokens, usd, onExhausted, wrapUpTokens = 1000 } = this.options
    const { input, output } = price ?? { input: 0, output: 0 }
    const keeps = onExhausted === 'wrapUp' && !(isLast && path === this.owner)
    // What the owner's last step reads: its prompt, the answers that it has not read, and this one. It has one of its own.
    const isOwn = path === this.owner
    const reads = isOwn ? prompt : this.#ledger.prompt + this.#unread(path)
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

  /** Answers inside the run that its last step may have to read: those that have ended, and those that stream. */
  #unread(path: string | undefined): number {
    let sum = this.#ledger.unread + this.#shares.tokens
    for (const [other, { tokens, prompt }] of [...this.#ledger.reserved(), ...this.#held])
      if (other !== path && other !== this.owner && !this.#ledger.isShared(other)) sum += tokens - prompt
    return sum
  }

  #left(path: string | undefined, { used, isMore }: Before): Amount {
    const { tokens = Infinity, usd = Infinity } = this.options
    const shares = this.#shares
    const left = {
      tokens: tokens - this.#ledger.tokens - shares.tokens - used.tokens,
      usd: usd - this.#ledger.usd - shares.usd - used.usd,
    }
    for (const [other, amount] of this.#ledger.reserved()) {
      if (other === path && isMore) continue // in place of what its attempt before has reserved
      if (this.#ledger.isShared(other)) continue
      left.tokens -= amount.tokens
      left.usd -= amount.usd
    }
    for (const [other, amount] of this.#held) {
      if (other === path) continue
      left.tokens -= amount.tokens
      left.usd -= amount.usd
    }
    return left
  }

  /** The budget that a cut answer has used up: of which the smallest part is left. */
  spentWith(cut: Fact | undefined): Spent {
    const own = cut?.type === 'step.cut' ? cut.spent : undefined
    let most: { readonly part: number; readonly spent: Spent } | undefined
    for (const one of this.#chain()) {
      const { tokens, usd } = one.options
      const amount = { tokens: one.#ledger.tokens + (own?.tokens ?? 0), usd: one.#ledger.usd + (own?.usd ?? 0) }
      for (const [dimension, allowed] of [
        ['tokens', tokens],
        ['usd', usd],
      ] as const) {
        if (allowed === undefined) continue
        const part = amount[dimension] / allowed
        if (!most || part > most.part)
          most = { part, spent: one.#spent({ dimension, spent: amount[dimension], allowed }) }
      }
    }
    return most!.spent
  }

  #spent(exhausted: Exhausted): Spent {
    return { owner: this.owner, exhausted, wrapsUp: this.options.onExhausted === 'wrapUp' }
  }

  /** This budget and those around it. */
  *#chain(): Generator<Budget, void, undefined> {
    yield this
    if (this.#outer) yield* this.#outer.#chain()
  }
}

/** What the step has used before this request; `isMore`: in the attempts that its reservation in the log is for. */
interface Before {
  readonly used: Amount
  readonly isMore: boolean
}

const nothing: Amount = { tokens: 0, usd: 0 }

/** Whether a path is that of a run, or inside it. */
const isAt = (path: string, owner: string): boolean =>
  owner === '' || path === owner || (path.startsWith(owner) && path[owner.length] === '/')
