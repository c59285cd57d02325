// What a run has sent so far, once for all readers. A delta joins the delta before it, so a replay costs what the
// messages hold, not how many deltas they came in. A reader has a position, never a queue.
import { GrowingText } from './growing-text.ts'

/** How the chunks of a protocol grow. */
export interface Growth<Chunk> {
  /** The text of a delta; `undefined` for every other chunk. */
  textOf(chunk: Chunk): string | undefined
  /** Does `next` continue the text of `last`? Both are deltas. */
  joins(last: Chunk, next: Chunk): boolean
  withText(chunk: Chunk, text: string): Chunk
  /** A chunk replaces the one before it that has the same key. */
  keyOf(chunk: Chunk): string | undefined
  /** Does the reader drop chunks that came before this one? */
  resets(chunk: Chunk): boolean
}

/** A chunk, and the position behind it. */
export interface Placed<Chunk> {
  readonly type: 'placed'
  readonly chunk: Chunk
  readonly id: string
}

interface Entry<Chunk> {
  chunk: Chunk
  /** The text so far of a delta. */
  text: GrowingText | undefined
  /** A later entry has the same key: nobody needs this one any more. */
  isReplaced: boolean
}

interface Keyed<Chunk> {
  /** It keeps its place in the message, and gets each new value. */
  readonly first: Entry<Chunk>
  last: Entry<Chunk>
}

export class Tape<Chunk> {
  readonly growth: Growth<Chunk>
  readonly entries: Entry<Chunk>[] = []
  /** Named in positions: another tape of the same run has other positions. */
  readonly #name: string
  readonly #keyed = new Map<string, Keyed<Chunk>>()
  #waiting = new Set<() => void>()
  #isClosed = false

  constructor(growth: Growth<Chunk>, name: string = crypto.randomUUID().slice(0, 8)) {
    this.growth = growth
    this.#name = name
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The position behind the last chunk. */
  get end(): string {
    const last = this.entries.at(-1)
    if (last?.text === undefined) return this.positionAt(this.entries.length, 0)
    return this.positionAt(this.entries.length - 1, last.text.length)
  }

  write(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.#add(chunk)
    if (chunks.length > 0) this.#wake()
  }

  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  /**
   * Reads from a position on, and goes on live until the tape is closed. A position that is none is the beginning.
   * A reader that is slow gets the deltas that it missed as one.
   */
  read(from = ''): AsyncIterableIterator<Placed<Chunk>, void, void> {
    return new TapeReader(this, ...this.#placeOf(from))
  }

  positionAt(index: number, offset: number): string {
    return `${this.#name}:${index.toString(36)}.${offset.toString(36)}` // short: each chunk carries one
  }

  /** Calls `wake` once, at the next change. */
  await(wake: () => void): void {
    this.#waiting.add(wake)
  }

  leave(wake: () => void): void {
    this.#waiting.delete(wake)
  }

  #placeOf(position: string): [index: number, offset: number] {
    const [, name, first = '', second = ''] = /^(.+):([\da-z]{1,6})\.([\da-z]{1,8})$/.exec(position) ?? []
    const [index, offset] = [parseInt(first, 36), parseInt(second, 36)]
    const length = this.entries[index]?.text?.length ?? 0
    // One that was never given: a reader there would wait for what may never come.
    return name === this.#name && index <= this.entries.length && offset <= length ? [index, offset] : [0, 0]
  }

  #add(chunk: Chunk): void {
    const { growth } = this
    const text = growth.textOf(chunk)
    const last = this.entries.at(-1)
    if (text !== undefined && last?.text !== undefined && growth.joins(last.chunk, chunk)) {
      last.text.add(text)
      return
    }
    const entry = { chunk, text: text === undefined ? undefined : new GrowingText(text), isReplaced: false }
    this.entries.push(entry)
    if (growth.resets(chunk)) this.#keyed.clear()
    const key = growth.keyOf(chunk)
    if (key === undefined) return
    const known = this.#keyed.get(key)
    if (!known) this.#keyed.set(key, { first: entry, last: entry })
    else {
      if (known.last !== known.first) known.last.isReplaced = true
      known.first.chunk = chunk
      known.last = entry
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const wake of waiting) wake()
  }
}

/** Written by hand: a generator that waits could not be left. */
class TapeReader<Chunk> implements AsyncIterableIterator<Placed<Chunk>, void, void> {
  readonly #tape: Tape<Chunk>
  #index: number
  /** How much of the entry's text has been read. */
  #offset: number
  #wake: (() => void) | undefined
  #hasLeft = false

  constructor(tape: Tape<Chunk>, index: number, offset: number) {
    this.#tape = tape
    this.#index = index
    this.#offset = offset
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Placed<Chunk>, void>> {
    while (!this.#hasLeft) {
      const placed = this.#take()
      if (placed) return { done: false, value: placed }
      if (this.#tape.isClosed) break
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#tape.await(resolve)
      })
    }
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Placed<Chunk>, void>> {
    this.#hasLeft = true
    if (this.#wake) {
      this.#tape.leave(this.#wake)
      this.#wake()
    }
    return { done: true, value: undefined }
  }

  #take(): Placed<Chunk> | undefined {
    const { entries, growth } = this.#tape
    for (;;) {
      const entry = entries[this.#index]
      if (!entry) return undefined
      const { chunk, text } = entry
      if (text !== undefined && this.#offset < text.length) {
        const rest = text.behind(this.#offset)
        this.#offset = text.length
        return this.#placed(growth.withText(chunk, rest))
      }
      // The last delta may still grow.
      if (text !== undefined && this.#index === entries.length - 1) return undefined
      this.#index++
      this.#offset = 0
      if (text === undefined && !entry.isReplaced) return this.#placed(chunk)
    }
  }

  #placed(chunk: Chunk): Placed<Chunk> {
    return { type: 'placed', chunk, id: this.#tape.positionAt(this.#index, this.#offset) }
  }
}
