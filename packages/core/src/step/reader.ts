import {
  type Answer,
  type ArgumentsDelta,
  CompletionBuilder,
  type ContentDelta,
  plainAnswer,
  type PlainAnswer,
  type StreamEvent,
} from '@toolloop/stream'
import {
  type AssistantMessage,
  type Chunk,
  type FinishReason,
  finishOf,
  type ToolCall,
  type Usage,
} from '@toolloop/wire'
import type { Amount } from '../control/ledger.ts'
import type { Meter } from '../control/meter.ts'
import { isWhole, mintCallId, nameOf } from '../facts/calls.ts'
import { type Piece, WholeAnswer } from '../models/chunks-of.ts'
import { type Fact, fact, type RunEvent } from '../facts/events.ts'
import { failureOf } from '../facts/failure.ts'
import { adopt } from '../facts/own-message.ts'
import type { StepProgress } from '../facts/progress.ts'
import { FINAL_TOOL } from '../agent/output.ts'
import { goesAhead, startsEarly } from './early-calls.ts'
import { seenIds } from './earlier-steps.ts'
import { OutputDeltaEvent } from './output-delta.ts'
import type { StepPlan } from './request.ts'
import { Sending } from './sending.ts'
import { gainOf, leftOut, type StepEnd, tidy } from './step-end.ts'
import { AnswerText } from '../run/answer-text.ts'
import type { Run } from '../run/run.ts'
import { addUsage, costOf, soundUsage } from '../facts/usage.ts'

/** Reads one answer: chunks in, run events out. */
export class StepReader {
  /** Calls that may have started. */
  readonly sealed: ToolCall[] = []
  /** Whether a part of the answer has arrived. */
  started = false
  readonly #run: Run
  readonly #plan: StepPlan
  readonly #spent: Usage | null
  readonly #step: number
  readonly #taken: ReadonlySet<string>
  readonly #sending: Sending
  #recorded: Partial<AssistantMessage> = {}
  #building: CompletionBuilder | undefined
  /** The typed answer in the message's content. */
  readonly #answerText: AnswerText = new AnswerText()
  /** A plain body that is used as it is. */
  #plain: PlainAnswer | undefined

  readonly #meter: Meter | undefined

  /** `spent`: the usage of earlier attempts of this step. `meter`: counts the answer against the budget. */
  constructor(run: Run, plan: StepPlan, spent: Usage | null, meter?: Meter) {
    this.#meter = meter
    this.#spent = spent
    this.#run = run
    this.#plan = plan
    this.#step = run.state.step
    this.#taken = seenIds(run)
    this.#sending = new Sending(run, plan, meter)
  }

  /** Sends the request; a streamed one at the first `next()`. */
  open(): AsyncIterator<Piece> {
    return this.#sending.open()
  }

  get #builder(): CompletionBuilder {
    return (this.#building ??= new CompletionBuilder({
      ...this.#run.agent.answerLimits,
      n: 1,
      chunkEvents: false,
      takenIds: this.#taken,
      mintId: (_choice: number, index: number) => this.#mint(index),
    }))
  }

  push(piece: Piece): RunEvent[] {
    this.#run.signal.throwIfAborted()
    if (piece instanceof WholeAnswer) return this.#pushWhole(piece)
    this.started ||= !Array.isArray(piece) || piece.length > 0
    return this.#translate(this.#builder.push(this.#meter ? this.#meter.admit(listOf(piece)) : piece))
  }

  /** Another attempt follows. */
  leave(): void {
    this.#meter?.next(soundUsage(this.#answer().usage))
  }

  /** Sets `started` only after the body was accepted as a completion. */
  #pushWhole({ body }: WholeAnswer): RunEvent[] {
    // Without a consumer of events a valid body needs no builder.
    const { watched, agent } = this.#run
    if (!watched && !agent.answerLimits) this.#plain = plainAnswer(body, this.#taken)
    if (this.#plain) {
      this.started = true
      return []
    }
    this.started = hasChoices(body)
    const events = this.#builder.pushWhole(body)
    return this.#translate(events)
  }

  /** Keeps the partial answer of a plain body that also states an error: the model throws it with the body as `error`. */
  keepBeside(error: unknown): void {
    if (this.started || !isRecord(error) || !hasChoices(error['error'])) return
    try {
      this.#builder.pushWhole(error['error'])
    } catch {
      // The error is known already; what was read before it is kept.
    }
  }

  /** The last events. Calls that only the end seals are not dispatched early. */
  finish(): RunEvent[] {
    if (this.#plain) return []
    return this.#marked(this.#builder.finish().filter((event) => this.#isShown(event)))
  }

  /** Whether the answer so far has no text and no sealed call. */
  get #holdsNothing(): boolean {
    if (!this.started && !this.#building) return true
    const { content, refusal, ...rest } = this.#answer().message
    return !content && !refusal && this.sealed.length === 0 && !('reasoning_content' in rest) && !('reasoning' in rest)
  }

  /** The reported usage of this attempt and the earlier ones. */
  get usage(): Usage | null {
    return this.#usageWith(this.#answer())
  }

  #usageWith({ usage }: Answer): Usage | null {
    const own = soundUsage(usage)
    return this.#spent && own ? addUsage(this.#spent, own) : (own ?? this.#spent)
  }

  /** The complete answer, with the calls that are kept. `finishReason`: why it ends here, where the server did not end it. */
  end(finishReason?: FinishReason): StepEnd {
    const answer = this.#answer()
    const { finish_reason = null } = finishReason === undefined ? answer : { finish_reason: finishReason }
    const message = this.#withoutFunctionCall(answer.message)
    const calls = this.#keptCalls(message.tool_calls ?? [], finish_reason)
    return { message: adopt(tidy(message, calls)), finish_reason, ...this.#bill(answer), ...leftOut(answer) }
  }

  /** The answer so far. */
  #answer(): Answer {
    return this.#plain ?? this.#builder.answer()
  }

  /** Turns a legacy `function_call` into a call with an id. */
  #withoutFunctionCall(answer: AssistantMessage): AssistantMessage {
    if (!answer.function_call || answer.tool_calls?.length) return answer
    const { function_call, ...message } = answer
    return { ...message, tool_calls: [{ id: this.#mint(0), type: 'function', function: function_call }] }
  }

  /** A filtered answer keeps the calls that have started. A truncated one drops all calls unless one of them is complete. */
  #keptCalls(calls: readonly ToolCall[], finishReason: FinishReason | null): readonly ToolCall[] {
    const finish = finishOf(finishReason)
    if (finish === 'filtered') return this.sealed.filter((call) => startsEarly(this.#run, this.#plan, nameOf(call)))
    return finish === 'truncated' && !calls.some(isWhole) ? [] : calls
  }

  /** The `step.cut` of an answer that ends here; `undefined` when there is nothing to keep. */
  cut(reason: 'connection' | 'abort' | 'budget', cause?: unknown): Fact | undefined {
    if (this.#holdsNothing) return undefined
    const answer = this.#answer()
    const message = adopt(tidy(answer.message, this.sealed))
    const error = cause === undefined ? {} : { error: failureOf(cause) }
    return fact({
      type: 'step.cut',
      step: this.#step,
      reason,
      message,
      ...this.#bill(answer),
      ...leftOut(answer),
      ...error,
    })
  }

  #bill(answer: Answer): { usage: Usage | null; cost?: number; spent?: Amount; servedBy?: string } {
    const usage = this.#usageWith(answer)
    const { model, isSent, servedBy } = this.#sending
    const cost = costOf(this.#run.level.budget?.priceOf(model) ?? model.price, usage)
    const own = this.#meter && soundUsage(answer.usage)
    const spent = this.#meter && { spent: this.#meter.spentWith(own ?? null, isSent) }
    return { usage, ...(cost !== undefined && { cost }), ...spent, ...servedBy }
  }

  #mint(index: number): string {
    for (let attempt = 0; ; attempt++) {
      const id = mintCallId(this.#run.id, this.#step, index, attempt)
      if (!this.#taken.has(id)) return id
    }
  }

  /** Most batches pass unchanged. A sealed call becomes a fact, or is dropped when it must wait for the complete message. */
  #translate(events: readonly StreamEvent[]): RunEvent[] {
    if (this.#run.watched && !events.some(isInternal)) return this.#marked(events)
    const shown: RunEvent[] = []
    for (const event of events) {
      if (this.#isShown(event)) shown.push(...this.#marked([event]))
      else if (
        event.type === 'call.sealed' &&
        event.choice === 0 &&
        goesAhead(this.#run, this.#plan, nameOf(event.call))
      )
        shown.push(this.#seal(event.call))
    }
    return shown
  }

  /** Adds run, path and step to the events, which are the builder's own: no copy for each delta. Deltas of the typed answer follow theirs. */
  #marked(events: readonly StreamEvent[]): RunEvent[] {
    const run = this.#run.level.tree.id
    const { path, agent } = this.#run
    for (const event of events as readonly Mutable<StepProgress>[]) {
      event.run = run
      event.path = path
      event.step = this.#step
    }
    if (!agent.output || !events.some((event) => this.#isOfAnswer(event))) return events as StepProgress[]
    return events.flatMap((event) => [event as StepProgress, ...this.#outputDelta(event)])
  }

  #outputDelta(event: StreamEvent): readonly OutputDeltaEvent[] {
    if (!this.#isOfAnswer(event)) return []
    const text = this.#answerText
    const delta = event.type === 'content.delta' ? text.push(event.delta) : event.delta
    if (delta === '') return []
    const { path, level } = this.#run
    return [new OutputDeltaEvent(level.tree.id, path, this.#step, delta, text.isWrapped ? text : event)]
  }

  /** In `tool` mode the answer is a call of `final_answer`, else the content. */
  #isOfAnswer(event: StreamEvent): event is ContentDelta | ArgumentsDelta {
    if (event.type === 'content.delta') return event.choice === 0 && !this.#plan.tools.includes(FINAL_TOOL)
    return event.type === 'tool_calls.function.arguments.delta' && event.choice === 0 && event.name === FINAL_TOOL
  }

  /** Progress is emitted only when a consumer reads it. */
  #isShown(event: StreamEvent): boolean {
    return this.#run.watched && !isInternal(event)
  }

  #seal(call: ToolCall): Fact {
    this.sealed.push(call)
    const { tool_calls: _calls, role: _role, ...now } = this.#answer().message
    const gained = Object.fromEntries(Object.entries(now).flatMap(([key, value]) => gainOf(key, value, this.#recorded)))
    this.#recorded = now
    return fact({ type: 'call.sealed', step: this.#step, call, gained, ...this.#sending.servedBy })
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

const listOf = (piece: Chunk | readonly Chunk[]): readonly Chunk[] => (isList(piece) ? piece : [piece])
const isList = (piece: Chunk | readonly Chunk[]): piece is readonly Chunk[] => Array.isArray(piece)
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const hasChoices = (body: unknown): boolean =>
  isRecord(body) && Array.isArray(body['choices']) && body['choices'].length > 0

const isInternal = ({ type }: StreamEvent): boolean => type === 'call.sealed' || type === 'usage' || type === 'chunk'
