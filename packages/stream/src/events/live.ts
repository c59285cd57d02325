// Events whose `parsed` is computed when it is read. It is a getter of the prototype, so it is not enumerable.
import type { DeepPartial } from '../json/deep-partial.ts'
import type { ArgumentsDelta, ArgumentsDone, ContentDelta, ContentDone } from './event.ts'
import { asWire } from '../json/value.ts'
import type { LiveJson } from '../json/live.ts'
import type { JsonPath } from '../json/path.ts'

export class ContentDeltaEvent<Parsed> implements ContentDelta<Parsed> {
  readonly type = 'content.delta'
  readonly choice: number
  readonly delta: string
  readonly #json: LiveJson
  readonly #end: number

  constructor(choice: number, delta: string, json: LiveJson, end: number) {
    this.choice = choice
    this.delta = delta
    this.#json = json
    this.#end = end
  }

  get parsed(): DeepPartial<Parsed> | undefined {
    return asWire(this.#json.at(this.#end))
  }

  isComplete(path: JsonPath = []): boolean {
    return this.#json.isCompleteAt(this.#end, path)
  }
}

export class ContentDoneEvent<Parsed> implements ContentDone<Parsed> {
  readonly type = 'content.done'
  readonly choice: number
  readonly content: string

  constructor(choice: number, content: string) {
    this.choice = choice
    this.content = content
  }

  get parsed(): DeepPartial<Parsed> | undefined {
    return asWire(parseOrUndefined(this.content))
  }
}

export class ArgumentsDeltaEvent implements ArgumentsDelta {
  readonly type = 'tool_calls.function.arguments.delta'
  readonly choice: number
  readonly index: number
  readonly id: string
  readonly name: string
  readonly delta: string
  readonly #json: LiveJson
  readonly #end: number

  constructor(
    choice: number,
    call: { position: number; id: string; name: string; json: LiveJson },
    delta: string,
    end: number,
  ) {
    this.choice = choice
    this.index = call.position
    this.id = call.id
    this.name = call.name
    this.delta = delta
    this.#json = call.json
    this.#end = end
  }

  get parsed(): unknown {
    return this.#json.at(this.#end)
  }

  isComplete(path: JsonPath = []): boolean {
    return this.#json.isCompleteAt(this.#end, path)
  }
}

export class ArgumentsDoneEvent implements ArgumentsDone {
  readonly type = 'tool_calls.function.arguments.done'
  readonly choice: number
  readonly index: number
  readonly id: string
  readonly name: string
  readonly arguments: string
  /** See `ArgumentsDone`. */
  readonly complete: boolean

  constructor(
    choice: number,
    call: { position: number; id: string; name: string; text: { toString(): string } },
    complete: boolean,
  ) {
    this.choice = choice
    this.index = call.position
    this.id = call.id
    this.name = call.name
    this.arguments = call.text.toString()
    this.complete = complete
  }

  get parsed(): unknown {
    return parseOrUndefined(this.arguments)
  }
}

function parseOrUndefined(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
