// Decodes server-sent events: bytes in, events out (WHATWG HTML, "Server-sent events"), lenient towards servers.
import { LimitError } from '@toolloop/wire'

/** Called for each event: its `data` lines joined by LF, and its `event` field (`''` when it has none). */
export type SseListener = (data: string, event: string) => void

export interface SseOptions {
  /** The most bytes of one event, including the comments and blank lines before it. @default 33_554_432 */
  readonly maxEventBytes?: number | undefined
}

/**
 * Splits a body into events. Lines end at CRLF, LF or CR. A leading BOM and comments are ignored. `end()` dispatches an
 * event that lacks its blank line. A line `error: …` is an event named `error`: some servers send it in place of
 * `data:`. The events do not depend on how the bytes are cut; the work is linear in the bytes.
 */
export class SseDecoder {
  /** The first line that is no field and no comment: some servers send an error without SSE framing. */
  stray = ''
  readonly #listener: SseListener
  readonly #maxEventBytes: number
  /** Created at the first read that may end in the middle of a character. */
  #decoder: TextDecoder | undefined
  #begun = false
  /** The line whose end has not arrived: its first piece, and further ones. */
  #line = ''
  readonly #pieces = new Pieces('')
  /** The first `data` line, and further ones. */
  #data: string | undefined
  readonly #lines = new Pieces('\n')
  #event = ''
  /** The event has a field other than `data`. */
  #named = false
  /** Bytes since the last event with data, checked against the bound. */
  #pending = 0
  #endedInCr = false

  constructor(listener: SseListener, options: SseOptions = {}) {
    this.#listener = listener
    this.#maxEventBytes = options.maxEventBytes ?? defaultMaxEventBytes
  }

  /** Decodes the next bytes of the body; calls the listener for every event they complete. */
  push(bytes: Uint8Array): void {
    this.#pending += bytes.byteLength
    this.#read(this.#decode(bytes))
    if (this.#pending > this.#maxEventBytes) throw tooLong(this.#maxEventBytes)
  }

  /**
   * Ends the body and dispatches an event that lacks its blank line. Returns `true` when the body was cut in an event
   * that has no data yet: inside the name of its first field, or after its `event:`.
   */
  end(): boolean {
    this.#read(this.#decoder?.decode() ?? '')
    const line = this.#wholeLine('')
    if (line !== '') this.#field(line)
    const half = this.#data === undefined && (this.#named || /^(?!:|error:)./.test(line.trim()))
    this.#dispatch(0)
    return half
  }

  #decode(bytes: Uint8Array): string {
    if (this.#decoder === undefined) {
      if (bytes.length === 0 || (bytes[bytes.length - 1] as number) <= lastAscii) return wholeDecoder.decode(bytes)
      this.#decoder = makeDecoder()
    }
    return this.#decoder.decode(bytes, { stream: true })
  }

  #read(decoded: string): void {
    const input = this.#begun ? decoded : this.#begin(decoded)
    const text = input.includes('\r') || this.#endedInCr ? this.#lineFeeds(input) : input
    let start = 0
    for (;;) {
      const end = text.indexOf('\n', start)
      if (end < 0) break
      const line = start === 0 && this.#line !== '' ? this.#wholeLine(text.slice(0, end)) : text.slice(start, end)
      start = end + 1
      if (line === '') this.#dispatch(text.length - start)
      else this.#field(line)
    }
    const rest = start === 0 ? text : text.slice(start)
    if (this.#line === '') this.#line = rest
    else if (rest !== '') this.#pieces.add(rest)
  }

  #wholeLine(end: string): string {
    const line = this.#pieces.isEmpty ? this.#line + end : this.#line + this.#pieces.take() + end
    this.#line = ''
    return line
  }

  /** Drops a BOM before the first line. */
  #begin(text: string): string {
    this.#begun = text !== ''
    return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
  }

  /** Converts CRLF and CR to LF. Where a cut splits a CRLF, its LF is dropped, because its CR was converted before. */
  #lineFeeds(input: string): string {
    const text = this.#endedInCr && input.startsWith('\n') ? input.slice(1) : input
    if (input !== '') this.#endedInCr = input.endsWith('\r')
    return text.replaceAll(/\r\n?/g, '\n')
  }

  #field(line: string): void {
    if (line.startsWith('data:')) {
      const value = line.slice(line.charCodeAt(5) === space ? 6 : 5)
      if (this.#data === undefined) this.#data = value
      else this.#lines.add(value)
    } else if (line.startsWith('event:')) {
      this.#event = line.slice(line.charCodeAt(6) === space ? 7 : 6)
      this.#named = true
    } else if (line.startsWith('error:')) {
      this.#listener(line.slice(6).trim(), 'error')
    } else if (line === 'data') {
      if (this.#data === undefined) this.#data = ''
      else this.#lines.add('')
    } else if (line === 'event') {
      this.#event = ''
      this.#named = true
    } else if (line.startsWith('id:')) {
      this.#named = true
    } else if (this.stray === '' && !line.startsWith(':') && !line.startsWith('retry:')) {
      this.stray = line
    }
  }

  #dispatch(left: number): void {
    const first = this.#data
    const data = first === undefined || this.#lines.isEmpty ? first : `${first}\n${this.#lines.take()}`
    const event = this.#event
    this.#data = undefined
    this.#event = ''
    this.#named = false
    if (data === undefined) return // `#pending` stays: comments and blank lines count against the bound
    this.#pending = left
    this.#listener(data, event)
  }
}

/** Many texts that become one. They are joined in blocks: a rope of short texts takes ten times its bytes and more. */
class Pieces {
  readonly #separator: string
  #recent: string[] = []
  #blocks: string[] = []

  constructor(separator: string) {
    this.#separator = separator
  }

  get isEmpty(): boolean {
    return this.#recent.length === 0 && this.#blocks.length === 0
  }

  add(piece: string): void {
    if (this.#recent.push(piece) < piecesInBlock) return
    this.#blocks.push(this.#recent.join(this.#separator))
    this.#recent = []
  }

  /** The whole; nothing is left behind. */
  take(): string {
    const whole = [...this.#blocks, ...this.#recent].join(this.#separator)
    this.#recent = []
    this.#blocks = []
    return whole
  }
}

const piecesInBlock = 1024

/** A decoder's own handling of a BOM depends on where the bytes are cut. */
const makeDecoder = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true })
/** For reads that end with a whole character: without `stream` a decoder has no state between calls. */
const wholeDecoder = makeDecoder()

const lastAscii = 0x7f
const space = 32
const byteOrderMark = 0xfeff
const defaultMaxEventBytes = 32 * 1024 * 1024

function tooLong(allowed: number): LimitError {
  return new LimitError(
    'maxEventBytes',
    allowed,
    `More than ${allowed} bytes came without the end of a server-sent event; if this server may send so many, raise \`limits.maxEventBytes\``,
  )
}
