// The base of streams and runs: the conversation, its completions, and their final events.
import { OpenAIError } from '../errors/errors.ts'
import type { RequestOptions } from '../http/request-options.ts'
import type {
  ChatCompletionCreateParams,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from '../types/chat.ts'
import type {
  ChatCompletion,
  ChatCompletionMessage,
  CompletionUsage,
  ParsedChatCompletion,
} from '../types/completion.ts'
import { type BaseEvents, EventStream } from './event-stream.ts'

type FunctionCall = ChatCompletionMessageFunctionToolCall['function']

export interface AbstractChatCompletionRunnerEvents extends BaseEvents {
  functionToolCall: (functionCall: FunctionCall) => void
  message: (message: ChatCompletionMessageParam) => void
  chatCompletion: (completion: ChatCompletion) => void
  finalContent: (contentSnapshot: string) => void
  finalMessage: (message: ChatCompletionMessageParam) => void
  finalChatCompletion: (completion: ChatCompletion) => void
  finalFunctionToolCall: (functionCall: FunctionCall) => void
  functionToolCallResult: (content: string) => void
  finalFunctionToolCallResult: (content: string) => void
  totalUsage: (usage: CompletionUsage) => void
}

/** The client that sends the requests: one of this package, or an object with the same method. */
export interface CompletionClient {
  readonly chat: {
    readonly completions: {
      create(params: never, options?: RequestOptions): PromiseLike<unknown>
    }
  }
}

/** The second argument of `afterCompletion`. */
export interface ChatCompletionRunnerContext {
  messages: ChatCompletionMessageParam[]
  abort(): void
}

export interface RunnerOptions extends RequestOptions {
  /** The most completions of one run; it then ends without an error. @default 10 */
  maxChatCompletions?: number
  /** Called and awaited after each completion and its calls. */
  afterCompletion?: (completion: ChatCompletion, runner: ChatCompletionRunnerContext) => void | Promise<void>
}

export class AbstractChatCompletionRunner<
  Events extends AbstractChatCompletionRunnerEvents,
  ParsedT,
> extends EventStream<Events> {
  /** The conversation: the messages sent, and all later ones. */
  messages: ChatCompletionMessageParam[] = []
  readonly #completions: ParsedChatCompletion<ParsedT>[] = []

  /** The last completion. @throws OpenAIError where there is none */
  async finalChatCompletion(): Promise<ParsedChatCompletion<ParsedT>> {
    await this.done()
    const completion = this.#completions.at(-1)
    if (!completion) throw new OpenAIError('stream ended without producing a ChatCompletion')
    return completion
  }

  /** The last completion's text. @throws OpenAIError where there is no completion */
  async finalContent(): Promise<string | null> {
    await this.done()
    return this.#finalContent()
  }

  /** The last message of the model. @throws OpenAIError where there is none */
  async finalMessage(): Promise<ChatCompletionMessage> {
    await this.done()
    return this.#finalMessage()
  }

  /** The last function call of the model. */
  async finalFunctionToolCall(): Promise<FunctionCall | undefined> {
    await this.done()
    return this.#finalFunctionToolCall()
  }

  /** The last function's result. */
  async finalFunctionToolCallResult(): Promise<string | undefined> {
    await this.done()
    return this.#finalFunctionToolCallResult()
  }

  /** The tokens of all completions. */
  async totalUsage(): Promise<CompletionUsage> {
    await this.done()
    return this.#totalUsage()
  }

  /** The completions so far, in order. */
  allChatCompletions(): ChatCompletion[] {
    return [...this.#completions]
  }

  /** @internal */
  addChatCompletion(completion: ParsedChatCompletion<ParsedT>): ParsedChatCompletion<ParsedT> {
    for (const { message } of completion.choices)
      for (const call of message.tool_calls ?? []) if (!call.id) call.id = `call_${crypto.randomUUID()}`
    this.#completions.push(completion)
    this.#emit('chatCompletion', completion)
    const message = completion.choices[0]?.message
    if (message) this.addMessage(message)
    return completion
  }

  /** @internal */
  addMessage(message: ChatCompletionMessageParam): void {
    this.messages.push(message)
    this.#emit('message', message)
    if (message.role === 'tool' && message.content) this.#emit('functionToolCallResult', message.content as string)
    if (message.role === 'assistant')
      for (const call of message.tool_calls ?? [])
        if (call.type === 'function') this.#emit('functionToolCall', call.function)
  }

  /** @internal Sends one request and adds its completion. */
  ask(
    _client: CompletionClient,
    _params: ChatCompletionCreateParams,
    _options?: RequestOptions,
  ): Promise<ParsedChatCompletion<ParsedT>> {
    throw new OpenAIError('This runner sends no requests')
  }

  /** @internal */
  override emitFinal(): void {
    const completion = this.#completions.at(-1)
    if (completion) this.#emit('finalChatCompletion', completion)
    this.#emit('finalMessage', this.#finalMessage())
    const content = this.#finalContent()
    if (content) this.#emit('finalContent', content)
    const call = this.#finalFunctionToolCall()
    if (call) this.#emit('finalFunctionToolCall', call)
    const result = this.#finalFunctionToolCallResult()
    if (result !== undefined) this.#emit('finalFunctionToolCallResult', result)
    if (this.#completions.some(({ usage }) => usage)) this.#emit('totalUsage', this.#totalUsage())
  }

  /** Every subclass has the events of this class, which its type parameter does not show. */
  #emit<Event extends keyof AbstractChatCompletionRunnerEvents>(
    event: Event,
    ...args: Parameters<AbstractChatCompletionRunnerEvents[Event]>
  ): void {
    ;(this as unknown as EventStream<AbstractChatCompletionRunnerEvents>).emit(event, ...(args as never))
  }

  #finalContent(): string | null {
    return this.#finalMessage().content
  }

  #finalMessage(): ChatCompletionMessage {
    const message = this.messages.findLast((one) => one.role === 'assistant')
    if (!message) throw new OpenAIError('stream ended without producing a ChatCompletionMessage with role=assistant')
    return {
      ...message,
      content: message.content ?? null,
      refusal: message.refusal ?? null,
    } as ChatCompletionMessage
  }

  #finalFunctionToolCall(): FunctionCall | undefined {
    for (const message of this.messages.toReversed()) {
      if (message.role !== 'assistant') continue
      const call = message.tool_calls?.findLast((one) => one.type === 'function')
      if (call?.type === 'function') return call.function
    }
    return undefined
  }

  #finalFunctionToolCallResult(): string | undefined {
    const called = new Set(
      this.messages.flatMap((message) =>
        message.role === 'assistant'
          ? (message.tool_calls ?? []).filter(({ type }) => type === 'function').map(({ id }) => id)
          : [],
      ),
    )
    const result = this.messages.findLast(
      (message) => message.role === 'tool' && typeof message.content === 'string' && called.has(message.tool_call_id),
    )
    return result?.content as string | undefined
  }

  #totalUsage(): CompletionUsage {
    const total: CompletionUsage = { completion_tokens: 0, prompt_tokens: 0, total_tokens: 0 }
    for (const { usage } of this.#completions) {
      if (!usage) continue
      total.completion_tokens += usage.completion_tokens
      total.prompt_tokens += usage.prompt_tokens
      total.total_tokens += usage.total_tokens
      for (const kind of ['completion_tokens_details', 'prompt_tokens_details'] as const)
        if (usage[kind]) total[kind] = sum(total[kind] ?? {}, usage[kind])
    }
    return total
  }
}

function sum<Counts extends object>(one: Counts, other: Counts): Counts {
  const total: Record<string, number> = { ...one } as Record<string, number>
  for (const [name, count] of Object.entries(other))
    if (typeof count === 'number') total[name] = (total[name] ?? 0) + count
  return total as Counts
}
