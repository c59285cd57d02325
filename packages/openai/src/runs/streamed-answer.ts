// One streamed answer: folds the chunks and emits the peer's events.
import { CompletionBuilder, type StreamEvent } from '@toolloop/stream'
import {
  argumentsReader,
  checkWhole,
  formatReader,
  readCompletion,
  type ReadingParams,
  readsAnswer,
  unread,
} from '../answers/reading.ts'
import { OpenAIError } from '../errors/errors.ts'
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionSnapshot,
  ParsedChatCompletion,
} from '../types/completion.ts'
import { type CallDelta, type CallDone, ChoiceSoFar, type ContentDelta, type Step } from './choice-so-far.ts'
import type { ChatCompletionStreamEvents } from './stream-events.ts'

/** Where the events go. */
export interface AnswerListener {
  has(event: keyof ChatCompletionStreamEvents): boolean
  emit<Event extends keyof ChatCompletionStreamEvents>(
    event: Event,
    ...args: Parameters<ChatCompletionStreamEvents<unknown>[Event]>
  ): void
}

export class StreamedAnswer<ParsedT> {
  readonly #params: ReadingParams
  readonly #listener: AnswerListener
  readonly #builder = new CompletionBuilder({ chunkEvents: false })
  readonly #choices: ChoiceSoFar[] = []
  readonly #isRead: boolean
  /** A cut answer throws at once: it cannot be parsed, or its calls must not run. */
  readonly #mustBeWhole: boolean
  #isEmpty = true

  constructor(params: ReadingParams, listener: AnswerListener, mustBeWhole = false) {
    this.#params = params
    this.#listener = listener
    this.#isRead = readsAnswer(params)
    this.#mustBeWhole = mustBeWhole || this.#isRead
  }

  get isEmpty(): boolean {
    return this.#isEmpty
  }

  /** The answer so far, a copy at every call. */
  snapshot(): ChatCompletionSnapshot {
    const snapshot = this.#builder.snapshot() as unknown as ChatCompletionSnapshot
    if (formatReader(this.#params.response_format))
      for (const { index, message } of snapshot.choices)
        message.parsed = structuredClone(this.#choices[index]?.delta?.parsed) ?? null
    return snapshot
  }

  /** Emits the events of a chunk. Returns a promise only where a parser is asynchronous. */
  add(chunk: ChatCompletionChunk): Promise<void> | undefined {
    this.#isEmpty = false
    const events = this.#builder.push(chunk)
    if (this.#mustBeWhole) checkWhole(chunk)
    if (this.#listener.has('chunk')) this.#listener.emit('chunk', chunk, this.snapshot())
    return this.#emitAll(isOneText(chunk, events) ? events : this.#inOrder(events, chunk))
  }

  /** @throws what the answer's parsers throw */
  async finish(): Promise<ParsedChatCompletion<ParsedT>> {
    await this.#emitAll(this.#builder.finish())
    const completion = this.#builder.snapshot() as unknown as ChatCompletion
    if (!completion.system_fingerprint) delete completion.system_fingerprint
    for (const choice of completion.choices) {
      // Audio answers may end with `expires_at` and without a `finish_reason`.
      if (!choice.finish_reason && choice.message.audio?.expires_at) choice.finish_reason = 'stop'
      if (!choice.finish_reason) throw new OpenAIError(`missing finish_reason for choice ${choice.index}`)
      choice.logprobs ??= null
      choice.message.content ??= null
      choice.message.refusal ??= null
    }
    return this.#isRead ? readCompletion<ParsedT>(completion, this.#params) : unread<ParsedT>(completion)
  }

  /** As the peer orders them: text, the end of text, the end of earlier calls, calls, and the end of calls. */
  #inOrder(events: readonly StreamEvent[], chunk: ChatCompletionChunk): Step[] {
    for (const event of events) if (isCallDone(event)) this.#choiceAt(event.choice).hold(event)
    const deltas = events.filter(isCallDelta)
    const steps: Step[] = events.filter((event) => !isCallDelta(event) && !isCallDone(event))
    for (const entry of chunk.choices) steps.push(...this.#choiceAt(entry.index ?? 0).emptyPieces(entry))
    for (const entry of chunk.choices) {
      const choice = this.#choiceAt(entry.index ?? 0)
      const calls = choice.callsIn(entry, deltas)
      if (calls.length === 0 && !entry.finish_reason) continue
      steps.push({ type: 'text.end', choice: choice.index, callsBegin: calls.length > 0 })
      if (calls.length > 0) steps.push(...choice.ended(calls), ...calls)
      if (entry.finish_reason) steps.push({ type: 'calls.end', choice: choice.index })
    }
    return steps
  }

  #emitAll(steps: readonly Step[], from = 0): Promise<void> | undefined {
    for (let at = from; at < steps.length; at++) {
      const pending = this.#emitStep(steps[at]!)
      if (pending) return pending.then(() => this.#emitAll(steps, at + 1))
    }
    return undefined
  }

  #emitStep(step: Step): Promise<void> | undefined {
    switch (step.type) {
      case 'content.delta':
        return this.#content(step)
      case 'content.done':
        return this.#contentDone(step.choice, step.content)
      case 'text.end':
        return this.#emitAll(this.#choiceAt(step.choice).endOfText(step.callsBegin))
      case 'tool_calls.function.arguments.delta':
        return this.#arguments(step)
      case 'tool_calls.function.arguments.done':
        return this.#argumentsDone(step)
      case 'calls.end':
        return this.#emitAll(this.#choiceAt(step.choice).allCalls())
      default:
        this.#emitPlain(step)
        return undefined
    }
  }

  /** Emits events that need no parser. Some of our events have no counterpart in the peer. */
  #emitPlain(step: Step): void {
    switch (step.type) {
      case 'refusal.delta': {
        const choice = this.#choiceAt(step.choice)
        choice.refusal += step.delta
        return this.#listener.emit('refusal.delta', { delta: step.delta, snapshot: choice.refusal })
      }
      case 'refusal.done':
        if (this.#choiceAt(step.choice).isNews('refusal', step.refusal))
          this.#listener.emit('refusal.done', { refusal: step.refusal })
        return
      case 'logprobs.content.delta':
      case 'logprobs.refusal.delta':
        return this.#logprobs(step)
      case 'logprobs.content.done':
        if (this.#choiceAt(step.choice).isNews('logprobs.content'))
          this.#listener.emit('logprobs.content.done', { content: [...step.content] })
        return
      case 'logprobs.refusal.done':
        if (this.#choiceAt(step.choice).isNews('logprobs.refusal'))
          this.#listener.emit('logprobs.refusal.done', { refusal: [...step.refusal] })
        return
      default: // the peer has no event for it
    }
  }

  #content(event: ContentDelta): undefined {
    const choice = this.#choiceAt(event.choice)
    const snapshot = (choice.content = (choice.content ?? '') + event.delta)
    choice.delta = event
    if (this.#listener.has('content')) this.#listener.emit('content', event.delta, snapshot)
    if (!this.#listener.has('content.delta')) return
    const isRead = choice.refusal === '' && formatReader(this.#params.response_format) !== undefined
    const parsed: unknown = isRead ? (event.parsed ?? null) : undefined
    this.#listener.emit('content.delta', { delta: event.delta, snapshot, parsed })
  }

  #contentDone(index: number, content: string): Promise<void> | undefined {
    const choice = this.#choiceAt(index)
    if (!choice.isNews('content', content)) return undefined
    const read = choice.refusal === '' ? formatReader(this.#params.response_format) : undefined
    return this.#read(read, content, (parsed) => this.#listener.emit('content.done', { content, parsed }))
  }

  #arguments(event: CallDelta): undefined {
    const { calls } = this.#choiceAt(event.choice)
    const call = (calls[event.index] ??= { name: event.name, arguments: '' })
    call.name = event.name
    call.arguments += event.delta
    if (!this.#listener.has('tool_calls.function.arguments.delta')) return
    this.#listener.emit('tool_calls.function.arguments.delta', {
      name: event.name,
      index: event.index,
      arguments: call.arguments,
      parsed_arguments: argumentsReader(this.#params.tools, event.name) ? event.parsed : undefined,
      arguments_delta: event.delta,
    })
  }

  #argumentsDone({ choice, index, name, arguments: text }: CallDone): Promise<void> | undefined {
    if (!this.#choiceAt(choice).isNews(`call ${index}`, text)) return undefined
    return this.#read(argumentsReader(this.#params.tools, name), text, (parsed_arguments) =>
      this.#listener.emit('tool_calls.function.arguments.done', { name, index, arguments: text, parsed_arguments }),
    )
  }

  #logprobs(event: Extract<Step, { type: 'logprobs.content.delta' | 'logprobs.refusal.delta' }>): void {
    const { logprobs } = this.#choiceAt(event.choice)
    if (event.type === 'logprobs.content.delta') {
      logprobs.content.push(...event.delta)
      this.#listener.emit(event.type, { content: [...event.delta], snapshot: logprobs.content })
    } else {
      logprobs.refusal.push(...event.delta)
      this.#listener.emit(event.type, { refusal: [...event.delta], snapshot: logprobs.refusal })
    }
  }

  #read(
    read: ((text: string) => unknown) | undefined,
    text: string,
    then: (value: unknown) => void,
  ): Promise<void> | undefined {
    const value = read ? read(text) : null
    if (value instanceof Promise) return value.then(then)
    then(value)
    return undefined
  }

  #choiceAt(index: number): ChoiceSoFar {
    return (this.#choices[index] ??= new ChoiceSoFar(index))
  }
}

/** True for most chunks: one choice, one text delta, and nothing else. */
function isOneText({ choices }: ChatCompletionChunk, events: readonly StreamEvent[]): boolean {
  if (choices.length !== 1 || events.length !== 1 || events[0]!.type !== 'content.delta') return false
  const { finish_reason, delta, logprobs } = choices[0]!
  return !finish_reason && !logprobs && !delta?.tool_calls
}

const isCallDelta = (event: StreamEvent): event is CallDelta => event.type === 'tool_calls.function.arguments.delta'
const isCallDone = (
  event: StreamEvent,
): event is Extract<StreamEvent, { type: 'tool_calls.function.arguments.done' }> =>
  event.type === 'tool_calls.function.arguments.done'
