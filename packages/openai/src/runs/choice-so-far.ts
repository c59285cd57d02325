// What was told of one choice of a streamed answer: the running texts that the peer's events carry.
import type { StreamEvent } from '@toolloop/stream'
import type { TokenLogprob } from '@toolloop/wire'
import type { ChatCompletionChunk } from '../types/completion.ts'

export type ContentDelta = Extract<StreamEvent, { type: 'content.delta' }>
export type CallDelta = Extract<StreamEvent, { type: 'tool_calls.function.arguments.delta' }>
export type CallDone = Pick<
  Extract<StreamEvent, { type: 'tool_calls.function.arguments.done' }>,
  'type' | 'choice' | 'index' | 'name' | 'arguments'
>
/** What is told next: an event, or that the text or the calls of a choice are over. */
export type Step =
  | Exclude<StreamEvent, { type: 'content.done' | 'tool_calls.function.arguments.done' }>
  | { readonly type: 'content.done'; readonly choice: number; readonly content: string }
  | CallDone
  | { readonly type: 'text.end'; readonly choice: number; readonly callsBegin: boolean }
  | { readonly type: 'calls.end'; readonly choice: number }

type ChunkChoice = ChatCompletionChunk['choices'][number]

export class ChoiceSoFar {
  readonly index: number
  /** `undefined` until there is some, be it empty. */
  content: string | undefined
  refusal = ''
  readonly logprobs: Record<'content' | 'refusal', TokenLogprob[]> = { content: [], refusal: [] }
  readonly calls: { name: string; arguments: string }[] = []
  /** The last event of the content. */
  delta: ContentDelta | undefined
  /** Calls that are complete, and not told so yet: that waits for the next call, or the end. */
  readonly #held = new Map<number, CallDone>()
  /** What was told to be complete, by what it is of. */
  readonly #told = new Map<string, string>()

  constructor(index: number) {
    this.index = index
  }

  /** Was it not told before? A text that went on behind its end is another one. */
  isNews(what: string, text = ''): boolean {
    if (this.#told.get(what) === text) return false
    this.#told.set(what, text)
    return true
  }

  hold(event: CallDone): void {
    this.#held.set(event.index, event)
  }

  /** The calls that are complete when these begin or go on. */
  ended(calls: readonly CallDelta[]): CallDone[] {
    const done = [...this.#held.values()].filter(({ index }) => calls.every((call) => call.index !== index))
    for (const { index } of done) this.#held.delete(index)
    return done
  }

  /** All calls, as far as they came. */
  allCalls(): CallDone[] {
    this.#held.clear()
    return this.calls.map((call, index) => ({
      type: 'tool_calls.function.arguments.done',
      choice: this.index,
      index,
      ...call,
    }))
  }

  /** The content, refusal and log probabilities are complete. Empty content is, where it is all there is. */
  endOfText(callsBegin: boolean): Step[] {
    const { index: choice, content, refusal, logprobs, calls } = this
    const isAnswer = content !== '' || (refusal === '' && calls.length === 0 && !callsBegin)
    const steps: Step[] = []
    if (content !== undefined && isAnswer) steps.push({ type: 'content.done', choice, content })
    if (refusal !== '') steps.push({ type: 'refusal.done', choice, refusal })
    if (logprobs.content.length > 0) steps.push({ type: 'logprobs.content.done', choice, content: logprobs.content })
    if (logprobs.refusal.length > 0) steps.push({ type: 'logprobs.refusal.done', choice, refusal: logprobs.refusal })
    return steps
  }

  /** The peer also tells pieces that add nothing: of content once there is some, and of log probabilities. */
  emptyPieces({ delta, logprobs }: ChunkChoice): Step[] {
    const { index: choice } = this
    const steps: Step[] = []
    if (delta?.content === '') {
      this.content ??= ''
      if (this.content !== '')
        steps.push({ type: 'content.delta', choice, delta: '', parsed: this.delta?.parsed } as ContentDelta)
    }
    if (logprobs?.content?.length === 0) steps.push({ type: 'logprobs.content.delta', choice, delta: [] })
    if (logprobs?.refusal?.length === 0) steps.push({ type: 'logprobs.refusal.delta', choice, delta: [] })
    return steps
  }

  /** The deltas of calls in a chunk. The peer also tells the first word of a call, which adds nothing to its arguments. */
  callsIn({ delta }: ChunkChoice, told: readonly CallDelta[]): CallDelta[] {
    const calls = told.filter(({ choice }) => choice === this.index)
    for (const { index, function: body } of delta?.tool_calls ?? []) {
      if (!body || typeof index !== 'number' || calls.some((call) => call.index === index)) continue
      const name = body.name || (this.calls[index]?.name ?? '')
      const { index: choice } = this
      calls.push({ type: 'tool_calls.function.arguments.delta', choice, index, id: '', name, delta: '' } as CallDelta)
    }
    return calls
  }
}
