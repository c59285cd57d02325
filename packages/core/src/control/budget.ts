// The budget of a run and the runs inside it, in this process. Reserving is synchronous, so that parallel runs never exceed
// it together.
import type { ChatModel, Clock, ModelRequest, Price } from '@toolloop/wire'
import { type BudgetOptions, priceOf } from '../agent/budget.ts'
import type { Fact } from '../facts/events.ts'
import type { Exhausted } from '../facts/outcome.ts'
import type { PartBudget } from '../facts/part.ts'
import { type Amount, keyOf, type Ledger, type Reserved } from './ledger.ts'
import { promptTokens } from '../agent/count-tokens.ts'
import { dollarsOf, Meter } from './meter.ts'
import { nothing, Reservations } from './reservations.ts'
import { RunningTime } from './running-time.ts'
import { type Left, shareOf, within } from './share.ts'
import type { Turns } from './turns.ts'

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

/** Too little is left now, and others have reserved more than they may use: the step waits for its turn, and reserves again. */
export interface InTurn {
  readonly turns: Turns
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
  /** What steps and parts have reserved of it. */
  readonly #reservations: Reservations
  readonly #time: RunningTime | undefined
  readonly #calls = new Set<string>()
  /** By path: what counts the steps that stream. */
  readonly #meters: Map<string, Meter>
  readonly #countTokens: BudgetOptions['countTokens']
  /** Messages are frozen, so each is counted once. */
  readonly #counts = new WeakMap<object, number>()
  readonly #onTime: (spent: Exhausted) => void
  #timer: unknown

  constructor(options: BudgetOptions, { owner, clock, outer, past, onTime }: BudgetPlace) {
    this.options = options
    this.owner = owner
    this.#clock = clock
    this.#outer = outer
    this.#reservations = new Reservations(options, owner)
    this.#time = options.ms === undefined ? undefined : new RunningTime(owner)
    this.#meters = outer ? outer.#meters : new Map()
    this.#countTokens = options.countTokens ?? (outer && outer.#countTokens)
    this.#onTime = onTime
    for (const fact of past) this.#count(fact)
  }

  get #ledger(): Ledger {
    return this.#reservations.ledger
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
    this.#reservations.follow(fact)
    switch (fact.type) {
      case 'step.done':
      case 'step.cut':
      case 'run.done':
        if (!this.#outer) this.#meters.delete(path)
        // A call that was taken and never started, since its run was aborted, is left to others.
        if (fact.type === 'run.done')
          for (const key of this.#calls) if (key.startsWith(`${path}/`)) this.#calls.delete(key)
        break
      case 'messages.compact':
        if (fact.spent && !this.#outer) this.#meters.delete(path)
        break
      case 'tool.start':
      case 'tool.start.dynamic':
        this.#calls.delete(keyOf(fact))
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
    return this.options.toolCalls! - this.#ledger.toolCalls - this.#calls.size - this.#reservations.shares().toolCalls
  }

  /**
   * Sets a share aside for a part: of what is left in this budget and those around it, one of `places`. It is held until
   * `part.done` is logged.
   */
  share(part: string, places: number): PartBudget {
    let share: PartBudget = {}
    for (const one of this.#chain()) share = within(share, shareOf(one.options, one.#leftForParts, places))
    for (const one of this.#chain()) one.#reservations.promise(part, share)
    return share
  }

  /** How much of a dimension is spent, of this budget. */
  spentOn(dimension: Exhausted['dimension']): Exhausted {
    const { tokens, usd, toolCalls } = this.#ledger
    const ms = this.#time?.msAt(this.#clock.now()) ?? 0
    return { dimension, spent: { tokens, usd, toolCalls, ms }[dimension], allowed: this.options[dimension] ?? Infinity }
  }

  hasShare(part: string): boolean {
    return this.#reservations.hasShare(part)
  }

  /** A part goes on elsewhere: steps may wait for what it leaves. Returns what to call when nothing is awaited of it any more. */
  enter(part: string): () => void {
    const chain = [...this.#chain()]
    for (const one of chain) one.#reservations.enter(part)
    return () => {
      for (const one of chain) one.#reservations.leave(part)
    }
  }

  get #leftForParts(): Left {
    const { toolCalls, ms = 0 } = this.options
    return {
      ...this.#reservations.leftForParts,
      toolCalls: toolCalls === undefined ? Infinity : this.#callsLeft,
      ms: ms - (this.#time?.msAt(this.#clock.now()) ?? 0),
    }
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
  reserve(step: StepRequest): Reservation | Spent | InTurn {
    const { path, meter, used = meter?.before ?? nothing } = step
    const made = this.#reserve(step, used)
    for (const one of this.#chain())
      if ('turns' in made) one.#reservations.yield(path, used, meter !== undefined)
      else one.#reservations.turns.leave(path)
    return made
  }

  #reserve(step: StepRequest, used: Amount): Reservation | Spent | InTurn {
    const { path, request, model, isLast, meter } = step
    const isMore = meter !== undefined
    const prompt = promptTokens(request, this.#countTokens, this.#counts)
    const price = this.priceOf(model)
    let own = request.max_completion_tokens ?? request.max_tokens ?? Infinity
    let room = Infinity
    for (const one of this.#chain()) {
      const others = one.#reservations
      if (others.turns.isBehind(path)) return others
      const { tokens, usd } = others.room(path, prompt, price, isLast, { used, isMore })
      if (tokens < 1 || usd < 1) {
        const alone = others.room(path, prompt, price, isLast, { used, isMore, isAlone: true })
        if (others.isWaitedFor(path) && alone.tokens >= 1 && alone.usd >= 1) return others
        return one.#spent(one.spentOn(tokens < 1 ? 'tokens' : 'usd'))
      }
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
    for (const one of this.#chain()) one.#reservations.hold(path, reserved, price, isMore)
    return { reserved, limit: Number.isFinite(limit) ? limit : undefined, meter: counting }
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

/** Whether a path is that of a run, or inside it. */
const isAt = (path: string, owner: string): boolean =>
  owner === '' || path === owner || (path.startsWith(owner) && path[owner.length] === '/')
