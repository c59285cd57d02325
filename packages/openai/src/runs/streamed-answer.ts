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

type CallDelta = Extract<StreamEvent, { type: 'tool_calls.function.arguments.delta' }>

interface CallSoFar {
  name: string
  arguments: string
}

interface ChoiceSoFar {
  /** `undefined` until there is some, be it empty. */
  content: string | undefined
  refusal: string
  readonly calls: CallSoFar[]
  readonly logprobs: Record<'content' | 'refusal', TokenLogprob[]>
  delta: Extract<StreamEvent, { type: 'content.delta' }> | undefined
  /** The chunk that the content grew by last. */
  round: number
  /** What was told to be complete. */
  readonly told: Map<string, string>
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
    const isPlain = chunk.choices.every(({ finish_reason, delta }) => !finish_reason && !delta?.tool_calls?.length)
    const pending = this.#tell(isPlain ? events : this.#inOrder(events, chunk))
    if (pending) return pending.then(() => this.#announceText(chunk))
    this.#announceText(chunk)
    return undefined
  }

  /** @throws what the answer's readers throw */
  async finish(): Promise<ParsedChatCompletion<ParsedT>> {
    await this.#tell(this.#builder.finish())
    const completion = this.#builder.snapshot() as unknown as ChatCompletion
    for (const choice of completion.choices) {
      // Spoken answers may end with what tells how long they are kept, and without a reason.
      if (!choice.finish_reason && choice.message.audio?.expires_at) choice.finish_reason = 'stop'
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
        return this.#contentDone(event.choice, event.content)
      case 'refusal.delta': {
        const choice = this.#choiceAt(event.choice)
        choice.refusal += event.delta
        return this.#listener.emit('refusal.delta', { delta: event.delta, snapshot: choice.refusal })
      }
      case 'refusal.done':
        return this.#once(event.choice, 'refusal', () =>
          this.#listener.emit('refusal.done', { refusal: event.refusal }),
        )
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
        return this.#once(event.choice, 'logprobs.content', () =>
          this.#listener.emit('logprobs.content.done', { content: [...event.content] }),
        )
      case 'logprobs.refusal.done':
        return this.#once(event.choice, 'logprobs.refusal', () =>
          this.#listener.emit('logprobs.refusal.done', { refusal: [...event.refusal] }),
        )
      default: // the peer has no event for it
        return undefined
    }
  }

  /** Told once, and again only where the text went on behind its end. */
  #contentDone(index: number, content: string): Promise<void> | undefined {
    const choice = this.#choiceAt(index)
    if (choice.told.get('content') === content) return undefined
    choice.told.set('content', content)
    const read = choice.refusal === '' ? formatReader(this.#params.response_format) : undefined
    return this.#read(read, content, (parsed) => this.#listener.emit('content.done', { content, parsed }))
  }

  #once(index: number, what: string, tell: () => void): void {
    const { told } = this.#choiceAt(index)
    if (told.has(what)) return
    told.set(what, '')
    tell()
  }

  #content(event: Extract<StreamEvent, { type: 'content.delta' }>): undefined {
    const choice = this.#choiceAt(event.choice)
    const snapshot = (choice.content = (choice.content ?? '') + event.delta)
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

  #logprobs(event: Extract<StreamEvent, { type: 'logprobs.content.delta' | 'logprobs.refusal.delta' }>): undefined {
    const kind = event.type === 'logprobs.content.delta' ? 'content' : 'refusal'
    const snapshot = this.#choiceAt(event.choice).logprobs[kind]
    snapshot.push(...event.delta)
    if (kind === 'content') this.#listener.emit('logprobs.content.delta', { content: [...event.delta], snapshot })
    else this.#listener.emit('logprobs.refusal.delta', { refusal: [...event.delta], snapshot })
  }

  /** As the peer orders them: text, the end of text, the end of earlier calls, calls, the end of the last one. */
  #inOrder(events: readonly StreamEvent[], chunk: ChatCompletionChunk): StreamEvent[] {
    const deltas = events.filter(isCallDelta)
    const grew = (event: StreamEvent): boolean =>
      event.type === 'tool_calls.function.arguments.done' &&
      deltas.some(({ choice, index }) => choice === event.choice && index === event.index)
    const ended = events.filter((event) => event.type === 'tool_calls.function.arguments.done')
    return [
      ...events.filter((event) => !isCallDelta(event) && event.type !== 'tool_calls.function.arguments.done'),
      ...chunk.choices.flatMap((choice) => this.#endOfText(choice)),
      ...ended.filter((event) => !grew(event)),
      ...this.#announced(deltas, chunk),
      ...ended.filter(grew),
    ]
  }

  /** What was said is complete when calls begin, and when the answer ends. */
  #endOfText({ index = 0 }: ChatCompletionChunk['choices'][number]): StreamEvent[] {
    const { content, refusal, logprobs, calls } = this.#choiceAt(index)
    const isAnswer = content !== '' || (content === '' && !refusal && calls.length === 0)
    return [
      ...(content !== undefined && isAnswer ? [doneOf(index, content)] : []),
      ...(refusal ? [{ type: 'refusal.done' as const, choice: index, refusal }] : []),
      ...(logprobs.content.length > 0
        ? [{ type: 'logprobs.content.done' as const, choice: index, content: logprobs.content }]
        : []),
      ...(logprobs.refusal.length > 0
        ? [{ type: 'logprobs.refusal.done' as const, choice: index, refusal: logprobs.refusal }]
        : []),
    ]
  }

  /** The peer also tells the first word of a call, which adds nothing to its arguments. */
  #announced(deltas: readonly CallDelta[], chunk: ChatCompletionChunk): CallDelta[] {
    const all = [...deltas]
    for (const { index: choice = 0, delta } of chunk.choices)
      for (const { index, function: body } of delta?.tool_calls ?? []) {
        if (!body || typeof index !== 'number') continue
        if (deltas.some((event) => event.choice === choice && event.index === index)) continue
        const name = body.name || (this.#choiceAt(choice).calls[index]?.name ?? '')
        all.push({ type: 'tool_calls.function.arguments.delta', choice, index, id: '', name, delta: '' } as CallDelta)
      }
    return all
  }

  /** An empty piece of content is told too, once there is some. */
  #announceText(chunk: ChatCompletionChunk): void {
    for (const { index = 0, delta } of chunk.choices) {
      if (delta?.content !== '') continue
      const choice = this.#choiceAt(index)
      if (choice.content && choice.round !== this.#round) this.#listener.emit('content', '', choice.content)
      choice.content ??= ''
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
      content: undefined,
      refusal: '',
      calls: [],
      logprobs: { content: [], refusal: [] },
      delta: undefined,
      round: 0,
      told: new Map(),
    })
  }
}

const isCallDelta = (event: StreamEvent): event is CallDelta => event.type === 'tool_calls.function.arguments.delta'

function doneOf(choice: number, content: string): Extract<StreamEvent, { type: 'content.done' }> {
  return { type: 'content.done', choice, content, parsed: undefined }
}
