// One streamed answer: what the chunks mean, told in the peer's events.
import { CompletionBuilder, type StreamEvent } from '@toolloop/stream'
import type { TokenLogprob } from '@toolloop/wire'
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
import type { ChatCompletionStreamEvents } from './stream-events.ts'

/** Where the events go. */
export interface AnswerListener {
  has(event: keyof ChatCompletionStreamEvents): boolean
  emit<Event extends keyof ChatCompletionStreamEvents>(
    event: Event,
    ...args: Parameters<ChatCompletionStreamEvents<unknown>[Event]>
  ): void
}

interface CallSoFar {
  name: string
  arguments: string
  /** Of the event at hand. */
  round: number
}

interface ChoiceSoFar {
  content: string
  refusal: string
  readonly calls: CallSoFar[]
  readonly logprobs: Record<'content' | 'refusal', TokenLogprob[]>
  delta: Extract<StreamEvent, { type: 'content.delta' }> | undefined
  round: number
}

export class StreamedAnswer<ParsedT> {
  readonly #params: ReadingParams
  readonly #listener: AnswerListener
  readonly #builder = new CompletionBuilder({ chunkEvents: false })
  readonly #choices: ChoiceSoFar[] = []
  readonly #isRead: boolean
  /** An answer that was cut is an error at once: it cannot be read, or its calls must not be carried out. */
  readonly #mustBeWhole: boolean
  #round = 0

  constructor(params: ReadingParams, listener: AnswerListener, mustBeWhole = false) {
    this.#params = params
    this.#listener = listener
    this.#isRead = readsAnswer(params)
    this.#mustBeWhole = mustBeWhole || this.#isRead
  }

  get isEmpty(): boolean {
    return this.#round === 0
  }

  /** The answer so far, a copy at every call. */
  snapshot(): ChatCompletionSnapshot {
    const snapshot = this.#builder.snapshot() as unknown as ChatCompletionSnapshot
    if (formatReader(this.#params.response_format))
      for (const { index, message } of snapshot.choices)
        message.parsed = structuredClone(this.#choices[index]?.delta?.parsed) ?? null
    return snapshot
  }

  /** Tells what the chunk means; a promise only where something must be read first. */
  add(chunk: ChatCompletionChunk): Promise<void> | undefined {
    this.#round++
    const events = this.#builder.push(chunk)
    if (this.#mustBeWhole) checkWhole(chunk)
    if (this.#listener.has('chunk')) this.#listener.emit('chunk', chunk, this.snapshot())
    const pending = this.#tell(events)
    if (pending) return pending.then(() => this.#announce(chunk))
    this.#announce(chunk)
    return undefined
  }

  /** @throws what the answer's readers throw */
  async finish(): Promise<ParsedChatCompletion<ParsedT>> {
    await this.#tell(this.#builder.finish())
    const completion = this.#builder.snapshot() as unknown as ChatCompletion
    for (const choice of completion.choices) {
      if (!choice.finish_reason) throw new OpenAIError(`missing finish_reason for choice ${choice.index}`)
      choice.logprobs ??= null
      choice.message.content ??= null
      choice.message.refusal ??= null
    }
    return this.#isRead ? readCompletion<ParsedT>(completion, this.#params) : unread<ParsedT>(completion)
  }

  #tell(events: readonly StreamEvent[], from = 0): Promise<void> | undefined {
    for (let at = from; at < events.length; at++) {
      const pending = this.#tellOne(events[at]!)
      if (pending) return pending.then(() => this.#tell(events, at + 1))
    }
    return undefined
  }

  #tellOne(event: StreamEvent): Promise<void> | void {
    switch (event.type) {
      case 'content.delta':
        return this.#content(event)
      case 'content.done':
        return this.#read(formatReader(this.#params.response_format), event.content, (parsed) =>
          this.#listener.emit('content.done', { content: event.content, parsed }),
        )
      case 'refusal.delta': {
        const choice = this.#choiceAt(event.choice)
        choice.refusal += event.delta
        return this.#listener.emit('refusal.delta', { delta: event.delta, snapshot: choice.refusal })
      }
      case 'refusal.done':
        return this.#listener.emit('refusal.done', { refusal: event.refusal })
      case 'tool_calls.function.arguments.delta':
        return this.#arguments(event)
      case 'tool_calls.function.arguments.done':
        return this.#read(argumentsReader(this.#params.tools, event.name), event.arguments, (parsed_arguments) =>
          this.#listener.emit('tool_calls.function.arguments.done', {
            name: event.name,
            index: event.index,
            arguments: event.arguments,
            parsed_arguments,
          }),
        )
      case 'logprobs.content.delta':
      case 'logprobs.refusal.delta':
        return this.#logprobs(event)
      case 'logprobs.content.done':
        return this.#listener.emit('logprobs.content.done', { content: [...event.content] })
      case 'logprobs.refusal.done':
        return this.#listener.emit('logprobs.refusal.done', { refusal: [...event.refusal] })
      default: // the peer has no event for it
        return undefined
    }
  }

  #content(event: Extract<StreamEvent, { type: 'content.delta' }>): undefined {
    const choice = this.#choiceAt(event.choice)
    const snapshot = (choice.content += event.delta)
    choice.round = this.#round
    choice.delta = event
    this.#listener.emit('content', event.delta, snapshot)
    if (!this.#listener.has('content.delta')) return
    const isRead = choice.refusal === '' && formatReader(this.#params.response_format) !== undefined
    this.#listener.emit('content.delta', {
      delta: event.delta,
      snapshot,
      parsed: isRead ? (event.parsed ?? null) : undefined,
    })
  }

  #arguments(event: Extract<StreamEvent, { type: 'tool_calls.function.arguments.delta' }>): undefined {
    const { calls } = this.#choiceAt(event.choice)
    const call = (calls[event.index] ??= { name: event.name, arguments: '', round: 0 })
    call.name = event.name
    call.arguments += event.delta
    call.round = this.#round
    if (!this.#listener.has('tool_calls.function.arguments.delta')) return
    this.#listener.emit('tool_calls.function.arguments.delta', {
      name: event.name,
      index: event.index,
      arguments: call.arguments,
      parsed_arguments: argumentsReader(this.#params.tools, event.name) ? event.parsed : undefined,
      arguments_delta: event.delta,
    })
  }

  #logprobs(event: Extract<StreamEvent, { type: 'logprobs.content.delta' | 'logprobs.refusal.delta' }>): undefined {
    const kind = event.type === 'logprobs.content.delta' ? 'content' : 'refusal'
    const snapshot = this.#choiceAt(event.choice).logprobs[kind]
    snapshot.push(...event.delta)
    if (kind === 'content') this.#listener.emit('logprobs.content.delta', { content: [...event.delta], snapshot })
    else this.#listener.emit('logprobs.refusal.delta', { refusal: [...event.delta], snapshot })
  }

  /** The peer also tells what adds nothing: the first word of a call, an empty piece of content. */
  #announce(chunk: ChatCompletionChunk): void {
    for (const { index = 0, delta } of chunk.choices) {
      if (!delta) continue
      const choice = this.#choiceAt(index)
      if (delta.content === '' && choice.content !== '' && choice.round !== this.#round)
        this.#listener.emit('content', '', choice.content)
      for (const { index: at, function: body } of delta.tool_calls ?? []) {
        if (!body || typeof at !== 'number' || choice.calls[at]?.round === this.#round) continue
        const call = (choice.calls[at] ??= { name: body.name ?? '', arguments: '', round: 0 })
        this.#listener.emit('tool_calls.function.arguments.delta', {
          name: call.name,
          index: at,
          arguments: call.arguments,
          parsed_arguments: undefined,
          arguments_delta: '',
        })
      }
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
    return (this.#choices[index] ??= {
      content: '',
      refusal: '',
      calls: [],
      logprobs: { content: [], refusal: [] },
      delta: undefined,
      round: 0,
    })
  }
}
