import { type Answer, CompletionBuilder, plainAnswer, type PlainAnswer, type StreamEvent } from '@toolloop/stream'
import {
  type AssistantMessage,
  type FinishReason,
  finishOf,
  type ModelOptions,
  type ToolCall,
  type Usage,
} from '@toolloop/wire'
import { isWhole, mintCallId, nameOf } from '../facts/calls.ts'
import { chunksOf, type Piece, WholeAnswer } from './chunks-of.ts'
import { type Fact, fact, type RunEvent } from '../facts/events.ts'
import { failureOf } from '../facts/failure.ts'
import { adopt } from '../facts/own-message.ts'
import type { StepProgress } from '../facts/progress.ts'
import type { StepPlan } from './request.ts'
import type { Run } from '../run/run.ts'
import { grows } from '../facts/open-step.ts'
import { addUsage, costOf, soundUsage } from '../facts/usage.ts'

/** The end of a step, as its server left it. */
export interface StepEnd {
  readonly message: AssistantMessage
  readonly finish_reason: FinishReason | null
  readonly usage: Usage | null
  readonly cost?: number
}

/** Reads one answer: chunks in, run events out. */
export class StepReader {
  /** Calls that may have been started. */
  readonly sealed: ToolCall[] = []
  /** Has anything of the answer arrived? */
  started = false
  readonly #run: Run
  readonly #plan: StepPlan
  readonly #spent: Usage | null
  readonly #step: number
  readonly #taken: ReadonlySet<string>
  #told: Partial<AssistantMessage> = {}
  #building: CompletionBuilder | undefined
  /** An answer that needed no building. */
  #plain: PlainAnswer | undefined

  /** `spent`: what earlier tries of this step cost. */
  constructor(run: Run, plan: StepPlan, spent: Usage | null) {
    this.#spent = spent
    this.#run = run
    this.#plan = plan
    this.#step = run.state.step
    this.#taken = seenIds(run)
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

  /** Asks the model; a streamed request is sent at the first `next()`. */
  open(): AsyncIterator<Piece> {
    const options: ModelOptions = {
      signal: this.#run.signal,
      memory: this.#run.memory,
      onRetry: ({ attempt, delay, error }) =>
        this.#run.tell({ type: 'attempt.retry', step: this.#step, attempt, delay, error }),
    }
    return chunksOf(this.#plan.model, this.#plan.request, options, this.#wire())[Symbol.asyncIterator]()
  }

  push(piece: Piece): RunEvent[] {
    this.#run.signal.throwIfAborted()
    if (piece instanceof WholeAnswer) return this.#pushWhole(piece)
    this.started ||= !Array.isArray(piece) || piece.length > 0
    return this.#translate(this.#builder.push(piece))
  }

  /** A body without choices is no beginning of an answer. */
  #pushWhole({ body }: WholeAnswer): RunEvent[] {
    // Where nobody looks at events, an answer that is right as it is can be taken as it is.
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

  /** Keeps the half answer of a plain body that states an error beside it: a model throws it with the body as `error`. */
  keepBeside(error: unknown): void {
    if (this.started || !isRecord(error) || !hasChoices(error['error'])) return
    try {
      this.#builder.pushWhole(error['error'])
    } catch {
      // The error is known; what could be read before it is kept.
    }
  }

  /** The last events. What only the end seals gains nothing by an early start. */
  finish(): RunEvent[] {
    if (this.#plain) return []
    return this.#builder.finish().filter((event) => this.#isShown(event)) as StepProgress[]
  }

  /** Is there nothing worth keeping, should the stream end now? */
  get #holdsNothing(): boolean {
    if (!this.started && !this.#building) return true
    const { content, refusal, ...rest } = this.#answer().message
    return !content && !refusal && this.sealed.length === 0 && !('reasoning_content' in rest) && !('reasoning' in rest)
  }

  /** What this try and the earlier ones cost, as far as it was told. */
  get usage(): Usage | null {
    return this.#usageWith(this.#answer())
  }

  #usageWith({ usage }: Answer): Usage | null {
    const own = soundUsage(usage)
    return this.#spent && own ? addUsage(this.#spent, own) : (own ?? this.#spent)
  }

  /** The complete answer, with the calls that stand. */
  end(): StepEnd {
    const answer = this.#answer()
    const { finish_reason } = answer
    const message = this.#withoutFunctionCall(answer.message)
    const calls = this.#standing(message.tool_calls ?? [], finish_reason)
    return { message: adopt(tidy(message, calls)), finish_reason, ...this.#bill(answer) }
  }

  /** What there is of it. */
  #answer(): Answer {
    return this.#plain ?? this.#builder.answer()
  }

  /** A legacy `function_call` is a call without an id. */
  #withoutFunctionCall(said: AssistantMessage): AssistantMessage {
    if (!said.function_call || said.tool_calls?.length) return said
    const { function_call, ...message } = said
    return { ...message, tool_calls: [{ id: this.#mint(0), type: 'function', function: function_call }] }
  }

  /** A filter leaves what was started; a token limit drops the calls unless one of them is whole. */
  #standing(calls: readonly ToolCall[], finishReason: FinishReason | null): readonly ToolCall[] {
    const finish = finishOf(finishReason)
    if (finish === 'filtered') return this.sealed.filter((call) => this.#startsEarly(nameOf(call)))
    return finish === 'truncated' && !calls.some(isWhole) ? [] : calls
  }

  /** What stands when the stream ends here, if anything does. */
  cut(reason: 'connection' | 'abort', cause?: unknown): Fact | undefined {
    if (this.#holdsNothing) return undefined
    const answer = this.#answer()
    const message = adopt(tidy(answer.message, this.sealed))
    const error = cause === undefined ? {} : { error: failureOf(cause) }
    return fact({ type: 'step.cut', step: this.#step, reason, message, ...this.#bill(answer), ...error })
  }

  #bill(answer: Answer): { usage: Usage | null; cost?: number } {
    const usage = this.#usageWith(answer)
    const cost = costOf(this.#plan.model.price, usage)
    return { usage, ...(cost !== undefined && { cost }) }
  }

  #mint(index: number): string {
    for (let attempt = 0; ; attempt++) {
      const id = mintCallId(this.#run.id, this.#step, index, attempt)
      if (!this.#taken.has(id)) return id
    }
  }

  #wire(): 'stream' | 'plain' {
    const { agent, watched } = this.#run
    if (agent.wire) return agent.wire
    return watched || this.#plan.tools.some((name) => this.#startsEarly(name)) ? 'stream' : 'plain'
  }

  /** Only what changes nothing, or nothing twice, and needs nobody's consent. */
  #startsEarly(name: string): boolean {
    const { agent } = this.#run
    const tool = agent.tools.get(name)
    if (!agent.earlyDispatch || !tool?.execute || !this.#plan.tools.includes(name)) return false
    return tool.policy.effects !== 'unsafe' && !tool.policy.needsApproval
  }

  /** A person can be asked while the model still talks; the call itself runs behind the finish. */
  #asksEarly(name: string): boolean {
    const { agent } = this.#run
    const tool = agent.tools.get(name)
    if (!agent.earlyDispatch || !tool || !this.#plan.tools.includes(name)) return false
    return !tool.execute || Boolean(tool.policy.needsApproval)
  }

  #goesAhead(name: string): boolean {
    return this.#startsEarly(name) || this.#asksEarly(name)
  }

  /** Most batches pass as they are; only a sealed call is rewritten, or dropped where it must wait for the finish. */
  #translate(events: readonly StreamEvent[]): RunEvent[] {
    if (this.#run.watched && !events.some(isOurs)) return events as StepProgress[]
    const told: RunEvent[] = []
    for (const event of events) {
      if (this.#isShown(event)) told.push(event as StepProgress)
      else if (event.type === 'call.sealed' && event.choice === 0 && this.#goesAhead(nameOf(event.call)))
        told.push(this.#seal(event.call))
    }
    return told
  }

  /** Progress is made for somebody who looks at it. */
  #isShown(event: StreamEvent): boolean {
    return this.#run.watched && !isOurs(event)
  }

  #seal(call: ToolCall): Fact {
    this.sealed.push(call)
    const { tool_calls: _calls, role: _role, ...now } = this.#answer().message
    const gained = Object.fromEntries(Object.entries(now).flatMap(([key, value]) => gainOf(key, value, this.#told)))
    this.#told = now
    return fact({ type: 'call.sealed', step: this.#step, call, gained })
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const hasChoices = (body: unknown): boolean =>
  isRecord(body) && Array.isArray(body['choices']) && body['choices'].length > 0

const isOurs = ({ type }: StreamEvent): boolean => type === 'call.sealed' || type === 'usage' || type === 'chunk'

function gainOf(key: string, value: unknown, told: Partial<AssistantMessage>): [string, unknown][] {
  const before: unknown = told[key as keyof AssistantMessage]
  if (grows(key) && typeof value === 'string' && typeof before === 'string')
    return value === before ? [] : [[key, value.slice(before.length)]]
  return value === undefined || value === null || JSON.stringify(value) === JSON.stringify(before) ? [] : [[key, value]]
}

/** Whole and streamed answers leave the same message: no empty refusal, no empty list of calls. */
function tidy(
  { tool_calls: _calls, refusal, ...message }: AssistantMessage,
  calls: readonly ToolCall[],
): AssistantMessage {
  return { ...message, ...(refusal && { refusal }), ...(calls.length > 0 && { tool_calls: [...calls] }) }
}

/** The ids of this run's earlier calls. Every message is looked at once per run. */
function seenIds(run: Run): Set<string> {
  const { seen } = run
  const { messages } = run.state
  for (; seen.upTo < messages.length; seen.upTo++) {
    const message = messages[seen.upTo]!
    if (message.role === 'assistant') for (const call of message.tool_calls ?? []) seen.ids.add(call.id)
  }
  return seen.ids
}
