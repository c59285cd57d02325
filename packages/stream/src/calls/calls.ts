// Puts the pieces of a message's tool calls together, and seals a call when it is safe to execute.
import type { ToolCall } from '@toolloop/wire'
import type { Bounds } from '../limits/bounds.ts'
import { utf8Length } from '../limits/bounds.ts'
import type { Call } from './call.ts'
import { asToolCall, endsWithFinish, isCut, isPlaceholder, isUnfinished, newCall, restart } from './call.ts'
import type { StreamEvent } from '../events/event.ts'
import { copyJson, isEmpty, isJson, isObject } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'
import { ArgumentsDeltaEvent, ArgumentsDoneEvent } from '../events/live.ts'
import { Lookup } from './lookup.ts'
import { mergeField } from '../json/merge.ts'
import { skipSpace } from '../json/object-scan.ts'
import { bodyFields, entryFields, readEntry } from './entry.ts'

export interface CallIds {
  /** Makes an id for a call whose id is missing or taken. Without `mintId` the server's id is kept. */
  readonly mintId?: (choice: number, index: number) => string
  /** Ids that earlier messages use; a call with one of them gets a new id from `mintId`. */
  readonly takenIds?: ReadonlySet<string>
}

export class ToolCalls {
  readonly #calls: Call[] = []
  readonly #byIndex = new Lookup<number, Call>()
  /** By the ids by which pieces refer to them, and by those in the completion. */
  readonly #byWireId = new Lookup<string, Call>()
  readonly #byId = new Lookup<string, Call>()
  /** Complete calls that are sealed at a later chunk. Rarely more than one, so sealing is constant work per chunk. */
  readonly #ready: Call[] = []
  readonly #choice: number
  readonly #bounds: Bounds
  readonly #ids: CallIds

  constructor(choice: number, bounds: Bounds, ids: CallIds) {
    this.#choice = choice
    this.#bounds = bounds
    this.#ids = ids
  }

  get size(): number {
    return this.#calls.length
  }

  /** Adds one entry of `tool_calls`. `whole`: a call of a plain body, not a piece. `round`: the chunk's number. */
  add(value: unknown, round: number, whole: boolean, events: StreamEvent[]): void {
    if (!isObject(value)) return
    const entry = readEntry(value)
    const { index, id, type, name } = entry
    const piece = typeof entry.text === 'string' ? entry.text : asText(entry.text, this.#bounds)
    let call = whole ? undefined : this.#find(index, id, name, round)
    // An entry that holds nothing opens no call.
    if (call === undefined && id === '' && name === '' && piece === '' && !entry.hasUnknown) return
    if (call !== undefined && isRepeated(call, id, piece)) {
      call.seen = round
      return
    }
    call ??= this.#open(index, id, type, round)
    call.seen = round
    if (id !== '' && call.wireId === '') this.#identify(call, id, round)
    if (type !== '' && call.type === '') call.type = type
    if (name !== '' && name !== call.name && !call.done) {
      this.#bounds.content(utf8Length(name))
      call.name += name
      call.touched = round
    }
    if (entry.hasUnknown) this.#mergeUnknown(call, value, entry.body, round)
    if (piece !== '' || !(call.announced || call.held)) this.#addText(call, piece, id, round, events)
  }

  /**
   * Seals every call that is complete and was not mentioned in this chunk; with the finish, also calls without
   * arguments.
   */
  seal(round: number, finishReason: string | null, events: StreamEvent[]): void {
    if (finishReason !== null && !isCut(finishReason)) {
      for (const call of this.#calls) if (call.touched !== round && endsWithFinish(call)) this.#close(call, events)
    }
    if (this.#ready.length === 0) return
    let waiting = 0
    for (const call of this.#ready) {
      if (call.done || !call.complete) continue
      const waits = call.seen === round || call.name === ''
      if (waits) this.#ready[waiting++] = call
      else this.#close(call, events)
    }
    this.#ready.length = waiting
  }

  /** At the end of the stream: seals the complete calls and ends all others. */
  finish(finishReason: string | null, events: StreamEvent[]): void {
    for (const call of this.#calls) {
      if (call.done) continue
      const ended = endsWithFinish(call) && !isCut(finishReason)
      if (call.name !== '' && (call.complete || ended)) this.#close(call, events)
      else this.#end(call, false, events)
    }
  }

  snapshot(): ToolCall[] {
    return this.#calls.map(asToolCall)
  }

  /** Positions of the calls that broke off: incomplete arguments, or none where the answer was cut. */
  unfinished(finishReason: string | null): number[] {
    return this.#calls.filter((call) => isUnfinished(call, finishReason)).map((call) => call.position)
  }

  /** Positions of the calls to which the server gave no id. */
  withoutId(): number[] {
    return this.#calls.filter((call) => !call.hasOwnId).map((call) => call.position)
  }

  /** Paths of the calls without a name, such as `[1].function`. */
  withoutName(): string[] {
    const nameless = this.#calls.filter((call) => call.name === '')
    return nameless.map((call) => `[${call.position}].${call.type === 'custom' ? 'custom' : 'function'}`)
  }

  /** The call that a piece continues; `undefined` where it opens another. */
  #find(index: number | undefined, id: string, name: string, round: number): Call | undefined {
    const call = index === undefined ? this.#findWithoutIndex(id) : this.#findByIndex(index, id, name)
    if (call === undefined || name === '') return call
    // Two named entries in one delta are two calls, also on one index, unless their ids or names match.
    if (call.seen === round && (index === undefined || (id === '' && name !== call.name))) return undefined
    // A name after a complete object belongs to the next call, unless the server repeats the name.
    if (call.complete && (name !== call.name || (index === undefined && id === ''))) return undefined
    return call
  }

  #findByIndex(index: number, id: string, name: string): Call | undefined {
    const call = this.#byIndex.get(index)
    if (id === '' || call?.wireId === '' || call?.wireId === id) return call
    // Another id on the same index: some servers send index 0 for every call.
    const known = this.#byWireId.get(id)
    if (known?.wireIndex === index) return known
    // The same id on another index: some servers count pieces, not calls.
    const goesOn = known && (name === '' || (name === known.name && (!known.complete || isPlaceholder(known))))
    if (goesOn && call === undefined) this.#byIndex.set(index, known)
    if (goesOn) return known
    return name === '' ? call : undefined
  }

  #findWithoutIndex(id: string): Call | undefined {
    return id === '' ? this.#calls.at(-1) : this.#byWireId.get(id)
  }

  #open(index: number | undefined, id: string, type: string, round: number): Call {
    this.#bounds.toolCalls(this.#calls.length + 1)
    const call = newCall(this.#calls.length, index, type, round, this.#bounds)
    this.#calls.push(call)
    if (index !== undefined) this.#byIndex.set(index, call)
    if (id !== '') this.#identify(call, id, round)
    return call
  }

  /** Opens the call after a complete one whose text continues: same tool, same index, a new id only if one was sent. */
  #openNext(call: Call, id: string, round: number): Call {
    const next = this.#open(call.wireIndex, id === call.wireId ? '' : id, call.type, round)
    next.name = call.name
    if (next.wireId === '' && call.wireId !== '') {
      next.wireId = call.wireId
      this.#byWireId.set(call.wireId, next)
    }
    return next
  }

  #identify(call: Call, id: string, round: number): void {
    call.wireId = id
    call.hasOwnId = true
    this.#byWireId.set(id, call)
    // An id that was emitted does not change.
    if (call.announced && call.id !== '') return
    const taken = this.#byId.get(id) !== undefined || this.#ids.takenIds?.has(id) === true
    if (taken && this.#ids.mintId) return
    call.id = id
    call.touched = round
    this.#byId.set(id, call)
  }

  #mintMissingId(call: Call): void {
    if (call.id !== '' || !this.#ids.mintId) return
    call.id = this.#ids.mintId(this.#choice, call.position)
    this.#byId.set(call.id, call)
  }

  #addText(call: Call, piece: string, id: string, round: number, events: StreamEvent[]): void {
    let current = call
    let rest = piece
    while (rest !== '' || (!current.announced && !current.held && current.name !== '')) {
      if (current.done || current.complete) {
        const start = skipSpace(rest, 0)
        if (start === rest.length && current.done) return
        if (!current.done && rest[start] === '{' && isPlaceholder(current)) {
          this.#bounds.content(current.text.length)
          restart(current, this.#bounds)
          rest = rest.slice(start)
        }
        // A further object, or any text after a sealed call, is another call.
        else if (start < rest.length && (rest[start] === '{' || current.done)) {
          current = this.#openNext(current, id, round)
          rest = rest.slice(start)
        } else if (start < rest.length) current.complete = false
      }
      const end = this.#scan(current, rest)
      this.#appendText(current, end < 0 ? rest : rest.slice(0, end), round, events)
      if (end >= 0) this.#markComplete(current)
      rest = end < 0 ? '' : rest.slice(end)
    }
  }

  #scan(call: Call, piece: string): number {
    return call.type === 'custom' ? -1 : call.scan.push(piece, 0)
  }

  #appendText(call: Call, piece: string, round: number, events: StreamEvent[]): void {
    this.#flush(call, events)
    if (piece !== '') {
      call.touched = round
      call.text.append(piece)
      call.json.append(piece)
      this.#checkSize(call, piece)
    }
    this.#mintMissingId(call)
    if (call.scan.state === 'closed' && !call.announced && piece.length <= 16 && /^\s*\{\s*\}$/.test(piece)) {
      call.held = piece
      return
    }
    call.announced = true
    events.push(this.#deltaEvent(call, piece))
  }

  /** Emits the delta that was held back. */
  #flush(call: Call, events: StreamEvent[]): void {
    if (call.held === '') return
    call.announced = true
    events.push(this.#deltaEvent(call, call.held))
    call.held = ''
  }

  /** Counts bytes only where they could reach the limit: a UTF-16 unit takes at most three bytes. */
  #checkSize(call: Call, piece: string): void {
    if (call.text.length * 3 <= this.#bounds.maxArgumentsBytes) return
    call.bytes = call.bytes === 0 ? utf8Length(call.text.toString()) : call.bytes + utf8Length(piece)
    this.#bounds.arguments(call.bytes, call.name)
  }

  #markComplete(call: Call): void {
    // The braces match, but only a parser can decide whether the text is JSON. Once per call.
    if (!isJson(call.text.toString())) return
    call.complete = true
    if (this.#ready.at(-1) !== call) this.#ready.push(call)
  }

  #close(call: Call, events: StreamEvent[]): void {
    this.#mintMissingId(call)
    this.#end(call, true, events)
    events.push({ type: 'call.sealed', choice: this.#choice, index: call.position, call: asToolCall(call) })
  }

  #end(call: Call, complete: boolean, events: StreamEvent[]): void {
    this.#flush(call, events)
    call.done = true
    events.push(this.#doneEvent(call, complete))
  }

  #deltaEvent(call: Call, delta: string): StreamEvent {
    if (call.type !== 'custom') return new ArgumentsDeltaEvent(this.#choice, call, delta, call.text.length)
    const { position: index, id, name } = call
    return { type: 'tool_calls.custom.input.delta', choice: this.#choice, index, id, name, delta }
  }

  #doneEvent(call: Call, complete: boolean): StreamEvent {
    this.#mintMissingId(call)
    if (call.type !== 'custom') return new ArgumentsDoneEvent(this.#choice, call, complete)
    const { position: index, id, name } = call
    const input = call.text.toString()
    return { type: 'tool_calls.custom.input.done', choice: this.#choice, index, id, name, input }
  }

  #mergeUnknown(call: Call, entry: JsonObject, body: JsonObject | undefined, round: number): void {
    const merge = (target: JsonObject, source: JsonObject, known: ReadonlySet<string>): void => {
      for (const [key, value] of Object.entries(source)) {
        if (known.has(key)) continue
        mergeField(target, key, value, this.#bounds)
        if (!isEmpty(value)) call.touched = round
      }
    }
    merge(call.unknown, entry, entryFields)
    if (body) merge(call.unknownBody, body, bodyFields)
  }
}

/** Some servers repeat the whole call at its end: the same id with all of its arguments. */
function isRepeated(call: Call, id: string, piece: string): boolean {
  return call.complete && id !== '' && id === call.wireId && piece !== '' && piece === call.text.toString()
}

/** Arguments that are not text: some servers send an object. */
function asText(value: unknown, bounds: Bounds): string {
  return isEmpty(value) ? '' : JSON.stringify(copyJson(value, bounds))
}
