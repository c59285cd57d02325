// The JSON of an answer that is still arriving, without what models and servers put around it: reasoning as text, and a
// Markdown fence. `responseFormat` reads the complete answer by the same rules.
import { type JsonPath, PartialJson } from '@toolloop/stream'

const openingTag = '<think>'
const closingTag = '</think>'
const fence = '```'

/** Takes the answer in pieces. Most answers are bare JSON: then nothing is parsed here. */
export class AnswerText {
  /** `text`: neither JSON of an object or a list nor a wrapper, such as a scalar, or reasoning without its opening tag. */
  #at: 'start' | 'bare' | 'text' | 'reasoning' | 'inside' = 'start'
  /** The reasoning has ended. */
  #isBehindTag = false
  /** What may belong to a tag or a fence, and is not complete. */
  #held = ''
  #json: PartialJson | undefined

  /** The JSON is in a fence or behind reasoning, so `parsed` is its value. */
  get isWrapped(): boolean {
    return this.#at === 'inside'
  }

  /** The value in the wrapper so far; `undefined` where it is no JSON. */
  get parsed(): unknown {
    return this.#json?.value
  }

  isComplete(path: JsonPath): boolean {
    return this.#json?.isComplete(path) ?? false
  }

  /** The JSON text of the next piece; `''` while it belongs to a wrapper. */
  push(piece: string): string {
    switch (this.#at) {
      case 'bare':
        return piece
      case 'inside':
        return this.#inside(piece)
      case 'text':
      case 'reasoning':
        return this.#untilTag(piece)
      case 'start':
        return this.#atStart(this.#held + piece)
    }
  }

  #atStart(text: string): string {
    const rest = text.trimStart()
    this.#held = text
    if (rest.startsWith(fence)) {
      const line = rest.indexOf('\n')
      return line < 0 ? '' : this.#enter(rest.slice(line + 1))
    }
    // An empty text is the beginning of both.
    if (fence.startsWith(rest) || (openingTag.startsWith(rest) && rest !== openingTag)) return ''
    if (this.#isBehindTag) return this.#enter(rest)
    this.#held = ''
    if (rest.startsWith('{') || rest.startsWith('[')) {
      this.#at = 'bare'
      return text
    }
    this.#at = rest.startsWith(openingTag) ? 'reasoning' : 'text'
    return this.#untilTag(text)
  }

  #enter(text: string): string {
    this.#at = 'inside'
    this.#json = new PartialJson({ maxBytes: Infinity })
    return this.#inside(text)
  }

  /** Behind the end of reasoning the answer begins. */
  #untilTag(piece: string): string {
    const text = this.#held + piece
    const end = text.indexOf(closingTag)
    if (end < 0) {
      this.#held = text.slice(1 - closingTag.length)
      return this.#at === 'text' ? piece : ''
    }
    this.#at = 'start'
    this.#isBehindTag = true
    return this.#atStart(text.slice(end + closingTag.length))
  }

  /** Up to the end of the value. Outside of strings JSON has no backtick. */
  #inside(piece: string): string {
    if (!this.#json || this.#json.complete) return this.#json ? '' : piece
    let json = ''
    for (const part of piece.split(/(?=`)/u)) {
      try {
        this.#json.push(part)
      } catch {
        this.#json = undefined
        return piece
      }
      json += part
      if (this.#json.complete) return json.trimEnd()
    }
    return json
  }
}
