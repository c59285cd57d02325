// Chunks in, events out, and the completion they make.
import type { Chunk, Completion, CompletionMessage, FinishReason, Usage } from '@toolloop/wire'
import { finishOf, UsageError } from '@toolloop/wire'
import type { AnswerLimits } from '../limits/bounds.ts'
import { Bounds, checkBounds } from '../limits/bounds.ts'
import { ChoiceBuilder } from './choice.ts'
import type { AnyArgs, StreamEvent } from '../events/event.ts'
import { asWire, copyJson, integer, isEmpty, isObject, setOwn, text, unexpected } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'
import { replaceField } from '../json/merge.ts'
import type { CompletionReport } from './report.ts'
import { attachReport } from './report.ts'
import type { CallIds } from '../calls/calls.ts'
import { failureOf, flatError, statedError } from './failure.ts'
import { mergeUsage, usageOf } from './usage.ts'
import { wholeBody } from './whole-body.ts'

export interface BuilderOptions extends AnswerLimits, CallIds {
  /**
   * How many choices the request asks for. With it, a choice of another index is left out and reported. Without it,
   * every choice is kept, up to the API's limit of 128.
   */
  readonly n?: number
  /** Emit a `chunk` event for every chunk. @default true */
  readonly chunkEvents?: boolean
}

/** The part of an answer that an agent needs: one choice, and the usage of all of them. */
export interface Answer {
  readonly message: CompletionMessage
  readonly finish_reason: FinishReason | null
  readonly usage: Usage | null
  /** Parts of the answer that the message leaves out, as in the report of a completion. */
  readonly ignored: readonly string[]
}

/** The API allows no more choices than this. */
const maxChoices = 128
/** The most paths in the report's `ignored`. */
const maxIgnored = 128

/**
 * Builds a completion from chunks and reads every known deviation of servers. One builder per answer. What it
 * returns does not change later, except for the live views of `parsed`, and changing it has no effect on the builder.
 */
export class CompletionBuilder<Parsed = unknown, Args = AnyArgs> {
  readonly #bounds: Bounds
  readonly #options: BuilderOptions
  /** In the order of their indices. */
  readonly #choices: ChoiceBuilder[] = []
  readonly #unknown: JsonObject = {}
  #ignored: Set<string> | undefined
  #id = ''
  #model = ''
  #created: number | undefined
  #usage: JsonObject | undefined
  #usageRank = 0
  #round = 0
  #finished = false
  /** The error that the server stated. A source that also reads it throws its own error first. */
  #error: { readonly stated: unknown } | undefined

  constructor(options: BuilderOptions = {}) {
    this.#options = options
    this.#bounds = new Bounds(options)
    checkBounds('The answer', options, ['n'])
  }

  /**
   * Adds chunks and returns their events. With `events`, they are appended to that list, which then also holds the
   * events of the chunks before an invalid one.
   * @throws StreamError for a field of an impossible type; LimitError
   */
  push(chunks: Chunk | readonly Chunk[], events: StreamEvent<Parsed, Args>[] = []): StreamEvent<Parsed, Args>[] {
    if (this.#finished)
      throw new UsageError('A chunk was pushed after finish(): make a new CompletionBuilder for another answer.')
    if (Array.isArray(chunks)) for (const chunk of chunks) this.#add(chunk, false, events)
    else this.#add(chunks, false, events)
    return events
  }

  /**
   * Adds an answer that was not streamed, as one chunk with whole messages. Throws a `StreamError` where it holds no
   * completion.
   */
  pushWhole(body: unknown): StreamEvent<Parsed, Args>[] {
    const events: StreamEvent[] = []
    this.#add(wholeBody(body), true, events)
    return asWire(events)
  }

  /**
   * Ends the answer and returns the last events. Do not call it for an answer that broke off: take its `snapshot()`.
   * @throws StreamError where the server stated an error inside the answer; `snapshot()` is the completion so far
   */
  finish(): StreamEvent<Parsed, Args>[] {
    const events: StreamEvent[] = []
    if (this.#finished) return []
    this.#finished = true
    if (this.#error) throw failureOf(this.#error.stated)
    for (const choice of this.#choices) choice.finish(events)
    return asWire(events)
  }

  /** The completion so far; after `finish()`, the completion. Every call returns a new copy. */
  snapshot(): Completion {
    const completion: Completion = {
      id: this.#id,
      object: 'chat.completion',
      created: this.#created ?? 0,
      model: this.#model,
      choices: this.#choices.map((choice) => choice.snapshot()),
    }
    const usage = this.#usageSoFar()
    if (usage) completion.usage = usage
    for (const [key, value] of Object.entries(this.#unknown)) setOwn(completion, key, copyJson(value))
    return attachReport(completion, this.#report())
  }

  /** One choice so far, without the rest of the completion and its report; an empty message where none arrived. */
  answer(index = 0): Answer {
    const choice = this.#known(index)
    return {
      message: choice?.message() ?? { role: 'assistant', content: null },
      finish_reason: choice?.finishReason ?? null,
      usage: this.#usageSoFar(),
      ignored: [...(this.#ignored ?? []), ...(choice?.ignored ?? [])],
    }
  }

  #usageSoFar(): Usage | null {
    return this.#usage ? asWire(copyJson(this.#usage)) : null
  }

  #add(chunk: unknown, whole: boolean, events: StreamEvent[]): void {
    if (!isObject(chunk)) return
    this.#round++
    if (this.#options.chunkEvents !== false && !whole) events.push({ type: 'chunk', chunk: asWire(chunk) })
    let usage: JsonObject | undefined
    let groq: JsonObject | undefined
    let error: unknown
    for (const key in chunk) {
      const value = chunk[key]
      switch (key) {
        case 'id':
          if (this.#id === '') this.#id = text(value)
          break
        case 'model':
          if (this.#model === '') this.#model = text(value)
          break
        case 'created':
          if (!this.#created) this.#created = (typeof value === 'object' ? 0 : Number(value)) || undefined
          break
        case 'choices':
          error ??= this.#addChoices(value, whole, events)
          break
        case 'error':
          error ??= statedError(chunk)
          replaceField(this.#unknown, key, value, this.#bounds)
          break
        // `obfuscation` is padding that hides a chunk's length.
        case 'object':
        case 'obfuscation':
          break
        case 'usage':
          if (isObject(value)) usage = value
          break
        case 'x_groq':
          if (isObject(value) && isObject(value['usage'])) groq = value['usage']
          replaceField(this.#unknown, key, value, this.#bounds)
          break
        default:
          replaceField(this.#unknown, key, value, this.#bounds)
      }
    }
    if (usage) this.#setUsage(usage, 3, events)
    else if (groq) this.#setUsage(groq, 2, events)
    if (chunk['choices'] === undefined) error ??= flatError(chunk)
    if (error === undefined) return
    if (whole) throw failureOf(error)
    this.#error ??= { stated: error }
  }

  /** Returns the error that a choice states. */
  #addChoices(choices: unknown, whole: boolean, events: StreamEvent[]): unknown {
    if (isEmpty(choices)) return undefined
    let error: unknown
    if (!Array.isArray(choices)) throw unexpected('choices', choices, 'a list')
    for (const entry of choices as readonly unknown[]) {
      if (!isObject(entry)) continue
      const choice = this.#choiceAt(entry['index'])
      if (choice === undefined) continue
      choice.add(entry, this.#round, whole, events)
      error ??= choice.error
      if (choice.usage === undefined) continue
      this.#setUsage(choice.usage, 1, events)
      choice.usage = undefined
    }
    return error
  }

  /** The builder of a choice; `undefined` for a choice that the request did not ask for. */
  #choiceAt(wireIndex: unknown): ChoiceBuilder | undefined {
    const index = isEmpty(wireIndex) ? 0 : integer(wireIndex)
    const known = index === undefined ? undefined : this.#known(index)
    if (known) return known
    if (index === undefined || index < 0 || index >= (this.#options.n ?? maxChoices)) {
      this.#ignore(`choices[${index ?? JSON.stringify(text(wireIndex))}]`)
      return undefined
    }
    const choice = new ChoiceBuilder(index, this.#bounds, this.#options)
    const isLast = (this.#choices.at(-1)?.index ?? -1) < index
    this.#choices.push(choice)
    if (!isLast) this.#choices.sort((one, other) => one.index - other.index)
    return choice
  }

  /** Where no choice is missing, each one's position is its index. */
  #known(index: number): ChoiceBuilder | undefined {
    const choice = this.#choices[index]
    return choice?.index === index ? choice : this.#choices.find((other) => other.index === index)
  }

  /**
   * Usage stands in the chunk, under `x_groq`, or in a choice; the chunk's own takes precedence. Later usage of the same
   * place is merged into the earlier: some servers send all counts first and some of them later.
   */
  #setUsage(usage: JsonObject, rank: number, events: StreamEvent[]): void {
    if (rank < this.#usageRank) return
    const counts = usageOf(usage, this.#bounds, (path) => this.#ignore(path))
    this.#usage = this.#usage && rank === this.#usageRank ? mergeUsage(this.#usage, counts) : counts
    this.#usageRank = rank
    events.push({ type: 'usage', usage: asWire(copyJson(this.#usage)) })
  }

  /** Adds a path to the report, up to a limit: a server may invent any number of paths. */
  #ignore(path: string): void {
    this.#ignored ??= new Set()
    if (this.#ignored.size < maxIgnored) this.#ignored.add(path.slice(0, 200))
  }

  #report(): CompletionReport {
    const missing: string[] = []
    if (this.#id === '') missing.push('id')
    if (this.#model === '') missing.push('model')
    if (this.#created === undefined) missing.push('created')
    const unfinished: { choice: number; index: number }[] = []
    const unknownFinish: { choice: number; reason: string }[] = []
    const ignored = [...(this.#ignored ?? [])]
    for (const choice of this.#choices) {
      const path = `choices[${choice.index}]`
      if (choice.role === '') missing.push(`${path}.message.role`)
      if (choice.finishReason === null) missing.push(`${path}.finish_reason`)
      else if (finishOf(choice.finishReason) === 'unknown')
        unknownFinish.push({ choice: choice.index, reason: choice.finishReason })
      for (const index of choice.calls.withoutId()) missing.push(`${path}.message.tool_calls[${index}].id`)
      for (const call of choice.calls.withoutName()) missing.push(`${path}.message.tool_calls${call}.name`)
      if (choice.hasNamelessFunctionCall) missing.push(`${path}.message.function_call.name`)
      for (const index of choice.calls.unfinished(choice.finishReason)) unfinished.push({ choice: choice.index, index })
      if (choice.ignored) ignored.push(...choice.ignored)
    }
    return { missing, unfinished, ignored, unknownFinish }
  }
}
