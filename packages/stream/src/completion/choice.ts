// One choice of a completion, growing delta by delta.
import type { Choice, CompletionAudio, CompletionMessage, Logprobs, TokenLogprob } from '@toolloop/wire'
import type { Bounds } from '../limits/bounds.ts'
import { utf8Length } from '../limits/bounds.ts'
import { mergeReasoningDetails, reasoningOf, type ReasoningField } from './reasoning.ts'
import { contentPieces } from './content.ts'
import { statedError } from './failure.ts'
import type { StreamEvent } from '../events/event.ts'
import { asWire, copyJson, isEmpty, isObject, setOwn, text, unexpected } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'
import { ContentDeltaEvent, ContentDoneEvent } from '../events/live.ts'
import { LiveJson } from '../json/live.ts'
import { growField, mergeField, replaceField } from '../json/merge.ts'
import { Text } from '../json/text.ts'
import type { CallIds } from '../calls/calls.ts'
import { ToolCalls } from '../calls/calls.ts'

export class ChoiceBuilder {
  readonly index: number
  readonly calls: ToolCalls
  /** Parts of the answer that a message cannot hold, as paths. */
  ignored: Set<string> | undefined
  finishReason: string | null = null
  role = ''
  /** The error that the server stated in an entry. */
  error: unknown
  /** The usage in the last entry. */
  usage: JsonObject | undefined
  readonly #bounds: Bounds
  #content: { readonly text: Text; readonly json: LiveJson } | undefined
  #refusal: Text | undefined
  #refusalSeen = false
  /** All reasoning text, from every field. */
  #reasoning: Text | undefined
  #reasoningByField: Map<ReasoningField, Text> | undefined
  readonly #reasoningDetails: JsonObject[] = []
  #functionCall: { name: string; arguments: Text; bytes: number; unknown: JsonObject } | undefined
  #audio: JsonObject | undefined
  #hadAudio = false
  #logprobs: JsonObject | null | undefined
  /** Message fields outside the API, and fields beside the delta. */
  readonly #unknown: JsonObject = {}
  readonly #unknownOfChoice: JsonObject = {}
  #hadDelta = false

  constructor(index: number, bounds: Bounds, ids: CallIds) {
    this.index = index
    this.#bounds = bounds
    this.calls = new ToolCalls(index, bounds, ids)
  }

  /** Adds one entry of a chunk's `choices`. */
  add(entry: JsonObject, round: number, whole: boolean, events: StreamEvent[]): void {
    const delta = whole ? wholeMessage(entry) : this.#deltaOf(entry)
    if (delta !== undefined) this.#addDelta(delta, round, whole, events)
    let finishReason: string | null = null
    for (const key in entry) {
      const value = entry[key]
      switch (key) {
        case 'index':
        case 'delta':
        case 'message':
          break
        case 'usage':
          if (isObject(value)) this.usage = value
          break
        case 'error':
          this.error = statedError(entry)
          replaceField(this.#unknownOfChoice, key, value, this.#bounds)
          break
        case 'finish_reason':
          if (typeof value === 'string' && value !== '') finishReason = this.finishReason = value
          break
        case 'logprobs':
          this.#addLogprobs(value, events)
          break
        default:
          replaceField(this.#unknownOfChoice, key, value, this.#bounds)
      }
    }
    this.calls.seal(round, finishReason, events)
  }

  /** Does a legacy `function_call` have arguments but no name? */
  get hasNamelessFunctionCall(): boolean {
    return this.#functionCall !== undefined && this.#functionCall.name === '' && this.#functionCall.bytes > 0
  }

  /** Emits the end of everything that had a delta. */
  finish(events: StreamEvent[]): void {
    const choice = this.index
    if (this.#reasoning) events.push({ type: 'reasoning.done', choice, reasoning: this.#reasoning.toString() })
    if (this.#content?.text.length) events.push(new ContentDoneEvent(choice, this.#content.text.toString()))
    if (this.#refusal?.length) events.push({ type: 'refusal.done', choice, refusal: this.#refusal.toString() })
    if (this.#hadAudio) events.push({ type: 'audio.done', choice, audio: asWire(copyJson(this.#audio)) })
    this.calls.finish(this.finishReason, events)
    if (!this.#logprobs) return
    const { content, refusal } = asWire<Partial<Logprobs>>(this.#logprobs)
    if (content?.length) events.push({ type: 'logprobs.content.done', choice, content: copyJson(content) })
    if (refusal?.length) events.push({ type: 'logprobs.refusal.done', choice, refusal: copyJson(refusal) })
  }

  snapshot(): Choice {
    const choice: Choice = { index: this.index, message: this.message(), finish_reason: this.finishReason }
    if (this.#logprobs !== undefined) choice.logprobs = asWire(copyJson(this.#logprobs))
    return assignUnknown(choice, this.#unknownOfChoice)
  }

  message(): CompletionMessage {
    const message: CompletionMessage = {
      role: asWire(this.role || 'assistant'),
      content: this.#content ? this.#content.text.toString() : null,
    }
    if (this.#refusal) message.refusal = this.#refusal.toString()
    else if (this.#refusalSeen) message.refusal = null
    if (this.#reasoningByField)
      for (const [field, value] of this.#reasoningByField) setOwn(message, field, value.toString())
    if (this.#reasoningDetails.length > 0) message.reasoning_details = asWire(copyJson(this.#reasoningDetails))
    if (this.calls.size > 0) message.tool_calls = this.calls.snapshot()
    // A call needs a name: some servers send an empty `function_call` with every answer.
    if (this.#functionCall && this.#functionCall.name !== '') {
      const { name, arguments: value, unknown } = this.#functionCall
      message.function_call = { ...copyJson(unknown), name, arguments: value.toString() }
    }
    if (this.#hadAudio) message.audio = asWire(copyJson(this.#audio))
    return assignUnknown(message, this.#unknown)
  }

  /** The delta of an entry. A `message` beside a delta repeats it; a `message` alone, before any delta, replaces it. */
  #deltaOf(entry: JsonObject): JsonObject | undefined {
    const { delta, message } = entry
    if (isObject(delta)) {
      this.#hadDelta = true
      return delta
    }
    if (!isEmpty(delta)) throw unexpected(`choices[${this.index}].delta`, delta, 'an object')
    if (this.#hadDelta || !isObject(message)) return undefined
    this.#hadDelta = true
    return message
  }

  #addDelta(delta: JsonObject, round: number, whole: boolean, events: StreamEvent[]): void {
    const reasoning = reasoningOf(delta)
    if (reasoning !== '') this.#addReasoning(reasoning, events)
    for (const key in delta) {
      const value = delta[key]
      switch (key) {
        case 'content':
          if (typeof value === 'string') this.#addContent(value, events)
          else if (value !== null) this.#addContentPieces(value, events)
          break
        case 'role':
          if (this.role === '') this.role = text(value)
          break
        case 'tool_calls':
          this.#addToolCalls(value, round, whole, events)
          break
        case 'reasoning_content':
        case 'reasoning':
        case 'reasoning_text':
          if (typeof value === 'string') this.#keepReasoning(key, value)
          else mergeField(this.#unknown, key, value, this.#bounds)
          break
        case 'reasoning_details':
          if (Array.isArray(value)) mergeReasoningDetails(this.#reasoningDetails, value, this.#bounds)
          break
        case 'refusal':
          this.#addRefusal(value, events)
          break
        case 'function_call':
          if (isObject(value)) this.#addFunctionCall(value)
          break
        case 'audio':
          if (isObject(value)) this.#addAudio(value, events)
          break
        // Padding that hides a chunk's length.
        case 'obfuscation':
          break
        default:
          mergeField(this.#unknown, key, value, this.#bounds)
      }
    }
  }

  #addContent(delta: string, events: StreamEvent[]): void {
    const { text: content, json } = (this.#content ??= newContent(this.#bounds.maxDepth))
    if (delta === '') return
    this.#bounds.content(utf8Length(delta))
    content.append(delta)
    json.append(delta)
    events.push(new ContentDeltaEvent(this.index, delta, json, content.length))
  }

  #addContentPieces(content: unknown, events: StreamEvent[]): void {
    const path = `choices[${this.index}].message.content`
    const pieces = contentPieces(content, path, this.#bounds)
    if (pieces.reasoning !== '') {
      this.#keepReasoning('reasoning_content', pieces.reasoning)
      this.#addReasoning(pieces.reasoning, events)
    }
    if (pieces.text !== null) this.#addContent(pieces.text, events)
    for (const type of pieces.unknown) {
      this.ignored ??= new Set()
      if (this.ignored.size < 32) this.ignored.add(`${path}: a part of type \`${type.slice(0, 100)}\``)
    }
  }

  #keepReasoning(field: ReasoningField, delta: string): void {
    if (delta === '') return
    const byField = (this.#reasoningByField ??= new Map<ReasoningField, Text>())
    let kept = byField.get(field)
    if (kept === undefined) byField.set(field, (kept = new Text()))
    this.#bounds.content(utf8Length(delta))
    kept.append(delta)
  }

  #addReasoning(delta: string, events: StreamEvent[]): void {
    this.#reasoning ??= new Text()
    this.#reasoning.append(delta)
    events.push({ type: 'reasoning.delta', choice: this.index, delta })
  }

  #addRefusal(value: unknown, events: StreamEvent[]): void {
    this.#refusalSeen = true
    if (typeof value !== 'string') return
    this.#refusal ??= new Text()
    if (value === '') return
    this.#bounds.content(utf8Length(value))
    this.#refusal.append(value)
    events.push({ type: 'refusal.delta', choice: this.index, delta: value })
  }

  #addToolCalls(value: unknown, round: number, whole: boolean, events: StreamEvent[]): void {
    if (isEmpty(value)) return
    if (!Array.isArray(value)) throw unexpected(`choices[${this.index}].message.tool_calls`, value, 'a list')
    for (const entry of value) this.calls.add(entry, round, whole, events)
  }

  /** The legacy form of a tool call: one per message, without an id. */
  #addFunctionCall(delta: JsonObject): void {
    const call = (this.#functionCall ??= { name: '', arguments: new Text(), bytes: 0, unknown: {} })
    for (const [key, value] of Object.entries(delta)) {
      if (key === 'name') {
        const name = text(value)
        if (name === call.name) continue
        this.#bounds.content(utf8Length(name))
        call.name += name
      } else if (key === 'arguments') {
        const piece =
          typeof value === 'string' || isEmpty(value) ? text(value) : JSON.stringify(copyJson(value, this.#bounds))
        call.bytes += utf8Length(piece)
        this.#bounds.arguments(call.bytes, call.name)
        call.arguments.append(piece)
      } else mergeField(call.unknown, key, value, this.#bounds)
    }
  }

  #addAudio(delta: JsonObject, events: StreamEvent[]): void {
    const audio = (this.#audio ??= { id: '', data: '', expires_at: 0, transcript: '' })
    for (const [key, value] of Object.entries(delta)) growField(audio, key, value, this.#bounds)
    // Some servers send an empty field in every chunk.
    if (!Object.values(delta).some((value) => !isEmpty(value) && value !== 0)) return
    this.#hadAudio = true
    events.push({ type: 'audio.delta', choice: this.index, delta: asWire<Partial<CompletionAudio>>(copyJson(delta)) })
  }

  #addLogprobs(value: unknown, events: StreamEvent[]): void {
    if (!isObject(value)) {
      if (this.#logprobs === undefined && value === null) this.#logprobs = null
      return
    }
    const logprobs = (this.#logprobs ??= {})
    const choice = this.index
    for (const [key, item] of Object.entries(value)) {
      if (item === null) logprobs[key] ??= null
      else mergeField(logprobs, key, item, this.#bounds)
      if (!Array.isArray(item) || item.length === 0) continue
      const delta = asWire<TokenLogprob[]>(copyJson(item))
      if (key === 'content') events.push({ type: 'logprobs.content.delta', choice, delta })
      if (key === 'refusal') events.push({ type: 'logprobs.refusal.delta', choice, delta })
    }
  }
}

/** The message of a plain body. Some servers send it as `delta`. */
function wholeMessage(entry: JsonObject): JsonObject | undefined {
  const { message, delta } = entry
  if (isObject(message)) return message
  if (!isEmpty(message)) throw unexpected('choices[].message', message, 'an object')
  if (!isObject(delta)) return undefined
  return Object.fromEntries(Object.entries(delta).filter(([, value]) => !isEmpty(value)))
}

function newContent(maxDepth: number): { readonly text: Text; readonly json: LiveJson } {
  const content = new Text()
  return { text: content, json: new LiveJson(content, maxDepth) }
}

function assignUnknown<T extends object>(target: T, unknown: JsonObject): T {
  for (const key of Object.keys(unknown)) if (!Object.hasOwn(target, key)) setOwn(target, key, copyJson(unknown[key]))
  return target
}
