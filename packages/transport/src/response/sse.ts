// Server-sent events: bytes in, events out (WHATWG HTML, "Server-sent events"; lenient where servers are).
import { LimitError } from '@toolloop/wire'

/** Called for each event: its `data` lines joined by LF, and its `event` field (`''` when it has none). */
export type SseListener = (data: string, event: string) => void

export interface SseOptions {
  /** The most bytes one event may take, with the comments and blank lines before it. @default 33_554_432 */
  readonly maxEventBytes?: number | undefined
}

/**
 * Cuts a body into events. Lines end at CRLF, LF or CR; a leading BOM is dropped; comments are skipped; an event whose
 * blank line never came is handed out by `end()`. A field line `error: …` is an event named `error`: some servers
 * write it in place of `data:`. Any cut of the bytes gives the same events; the work is linear in the bytes.
 */
export class SseDecoder {
  /** The first line that belongs to no event: what a server says that has forgotten the protocol. */
  stray = ''
  readonly #listener: SseListener
  readonly #maxEventBytes: number
  /** Made at the first read that may end in the middle of a character. */
  #decoder: TextDecoder | undefined
  #begun = false
  /** The line that has no end yet: its first piece, and further ones. */
  #line = ''
  readonly #pieces = new Pieces('')
  /** The first `data` line, and further ones. */
  #data: string | undefined
  readonly #lines = new Pieces('\n')
  #event = ''
  /** The event has fields, if no data yet. */
  #named = false
  /** Bytes since the last event that held data, to hold the bound. */
  #pending = 0
  #endedInCr = false

  constructor(listener: SseListener, options: SseOptions = {}) {
    this.#listener = listener
    this.#maxEventBytes = options.maxEventBytes ?? defaultMaxEventBytes
  }

  /** Takes the next bytes of the body; calls the listener for every event they complete. */
  push(bytes: Uint8Array): void {
    this.#pending += bytes.byteLength
    this.#read(this.#decode(bytes))
    if (this.#pending > this.#maxEventBytes) throw tooLong(this.#maxEventBytes)
  }

  /**
   * The body is over: hands out what has no blank line behind it. Tells whether it broke off in the middle of an event
   * that has nothing to hand out yet: in the name of its first field, or behind its `event:`.
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

  /** A BOM is no part of the first line. */
  #begin(text: string): string {
    this.#begun = text !== ''
    return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
  }

  /** CRLF and CR become LF, also where a cut parts the pair: the LF of a CRLF whose CR is gone by is dropped. */
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
    if (data === undefined) return // comments and blank lines count against the bound
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
/** For reads that end with a character: without `stream` a decoder keeps nothing between calls. */
const wholeDecoder = makeDecoder()

const lastAscii = 0x7f
const space = 32
const byteOrderMark = 0xfeff
const defaultMaxEventBytes = 32 * 1024 * 1024

function tooLong(allowed: number): LimitError {
  return new LimitError(
    'maxEventBytes',
    allowed,
    `More than ${allowed} bytes came without the end of a server-sent event; if that is right for this server, raise \`limits.maxEventBytes\``,
  )
}
