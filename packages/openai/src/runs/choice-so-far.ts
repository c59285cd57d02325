// The state of one choice of a streamed answer: the texts so far, which the peer's events carry.
import type { StreamEvent } from '@toolloop/stream'
import type { TokenLogprob } from '@toolloop/wire'
import type { ChatCompletionChunk } from '../types/completion.ts'

export type ContentDelta = Extract<StreamEvent, { type: 'content.delta' }>
export type CallDelta = Extract<StreamEvent, { type: 'tool_calls.function.arguments.delta' }>
export type CallDone = Pick<
  Extract<StreamEvent, { type: 'tool_calls.function.arguments.done' }>,
  'type' | 'choice' | 'index' | 'name' | 'arguments'
>
/** The next step: an event to emit, or the end of a choice's text or calls. */
export type Step =
  | Exclude<StreamEvent, { type: 'content.done' | 'tool_calls.function.arguments.done' }>
  | { readonly type: 'content.done'; readonly choice: number; readonly content: string }
  | CallDone
  | { readonly type: 'text.end'; readonly choice: number; readonly callsBegin: boolean }
  | { readonly type: 'calls.end'; readonly choice: number }

type ChunkChoice = ChatCompletionChunk['choices'][number]

export class ChoiceSoFar {
  readonly index: number
  /** `undefined` until the first content, which may be empty. */
  content: string | undefined
  refusal = ''
  readonly logprobs: Record<'content' | 'refusal', TokenLogprob[]> = { content: [], refusal: [] }
  readonly calls: { name: string; arguments: string }[] = []
  /** The last content event. */
  delta: ContentDelta | undefined
  /** Complete calls whose end is not emitted yet. It is emitted when the next call begins, or at the end. */
  readonly #held = new Map<number, CallDone>()
  /** The texts of the done events already emitted, by what they end. */
  readonly #ended = new Map<string, string>()

  constructor(index: number) {
    this.index = index
  }

  /** False for a done event that was emitted before with the same text. A text that grew since is new. */
  isNews(what: string, text = ''): boolean {
    if (this.#ended.get(what) === text) return false
    this.#ended.set(what, text)
    return true
  }

  hold(event: CallDone): void {
    this.#held.set(event.index, event)
  }

  /** Takes the held calls that are complete now that these begin or continue. */
  ended(calls: readonly CallDelta[]): CallDone[] {
    const done = [...this.#held.values()].filter(({ index }) => calls.every((call) => call.index !== index))
    for (const { index } of done) this.#held.delete(index)
    return done
  }

  /** All calls so far. */
  allCalls(): CallDone[] {
    this.#held.clear()
    return this.calls.map((call, index) => ({
      type: 'tool_calls.function.arguments.done',
      choice: this.index,
      index,
      ...call,
    }))
  }

  /** The done events of content, refusal and log probabilities. Empty content has one only if the answer has nothing else. */
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

  /** The peer also emits empty deltas: of content once there is some, and of log probabilities. */
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

  /** The call deltas of a chunk. The peer also emits a call's first delta, which adds nothing to its arguments. */
  callsIn({ delta }: ChunkChoice, deltas: readonly CallDelta[]): CallDelta[] {
    const calls = deltas.filter(({ choice }) => choice === this.index)
    for (const { index, function: body } of delta?.tool_calls ?? []) {
      if (!body || typeof index !== 'number' || calls.some((call) => call.index === index)) continue
      const name = body.name || (this.calls[index]?.name ?? '')
      const { index: choice } = this
      calls.push({ type: 'tool_calls.function.arguments.delta', choice, index, id: '', name, delta: '' } as CallDelta)
    }
    return calls
  }
}
