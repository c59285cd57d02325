// One tool call that is still arriving.
import { type CustomToolCall, finishOf, type ToolCall } from '@toolloop/wire'
import type { Bounds } from '../limits/bounds.ts'
import { asWire, copyJson, isJson } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'
import { LiveJson } from '../json/live.ts'
import { ObjectScan } from '../json/object-scan.ts'
import { Text } from '../json/text.ts'

/** One call and its state. */
export interface Call {
  readonly position: number
  /** The `index` that opened it, where the server sends one. */
  readonly wireIndex: number | undefined
  /** The id by which pieces refer to it. */
  wireId: string
  /** Did the server send an id for it? */
  hasOwnId: boolean
  /** The id in the completion. */
  id: string
  /** `''` until the server sends one; without one it is a function. */
  type: string
  name: string
  /** `function.arguments` or `custom.input`. */
  text: Text
  /** UTF-8 bytes of `text`; counted only once they could reach the limit. */
  bytes: number
  scan: ObjectScan
  json: LiveJson
  /** An empty object whose delta is held back, because real arguments may replace it. `''`: none. */
  held: string
  /** Fields outside the API, of the call and of its `function` or `custom`. */
  readonly unknown: JsonObject
  readonly unknownBody: JsonObject
  /** The arguments are one complete JSON object. */
  complete: boolean
  /** An event of it was emitted. */
  announced: boolean
  done: boolean
  /** The number of the last chunk that mentioned it, and of the last that added something. */
  seen: number
  touched: number
}

export function newCall(
  position: number,
  wireIndex: number | undefined,
  type: string,
  round: number,
  bounds: Bounds,
): Call {
  const body = new Text()
  return {
    position,
    wireIndex,
    wireId: '',
    hasOwnId: false,
    id: '',
    type,
    name: '',
    text: body,
    bytes: 0,
    scan: new ObjectScan(bounds),
    json: new LiveJson(body, bounds.maxDepth),
    held: '',
    unknown: {},
    unknownBody: {},
    complete: false,
    announced: false,
    done: false,
    seen: round,
    touched: round,
  }
}

/** Clears the arguments. Events of the old ones keep their view. */
export function restart(call: Call, bounds: Bounds): void {
  call.text = new Text()
  call.bytes = 0
  call.scan = new ObjectScan(bounds)
  call.json = new LiveJson(call.text, bounds.maxDepth)
  call.held = ''
  call.complete = false
}

/** Are the arguments so far an empty object? Some servers send one before the real arguments. */
export function isPlaceholder(call: Call): boolean {
  return call.complete && call.text.length <= 16 && /^\s*\{\s*\}\s*$/.test(call.text.toString())
}

/** The call as a message holds it. Unknown types are kept, with a function's fields. */
export function asToolCall(call: Call): ToolCall {
  const { id, name } = call
  const value = call.text.toString()
  const unknown = copyJson(call.unknown)
  const unknownBody = copyJson(call.unknownBody)
  if (call.type === 'custom')
    return { ...unknown, id, type: 'custom', custom: { ...unknownBody, name, input: value } } satisfies CustomToolCall
  return asWire({ ...unknown, id, type: call.type || 'function', function: { ...unknownBody, name, arguments: value } })
}

/** Must the call wait for the answer's end? Custom input and absent arguments have no end of their own. */
export function endsWithFinish(call: Call): boolean {
  return !call.done && call.name !== '' && (call.type === 'custom' || call.scan.state === 'none')
}

/** Did the answer end before the model had finished it? */
export function isCut(finishReason: string | null): boolean {
  const finish = finishOf(finishReason)
  return finish === 'truncated' || finish === 'filtered' || finish === 'failed'
}

/** Did the call break off? Only for an answer that has ended. */
export function isUnfinished(call: Call, finishReason: string | null): boolean {
  if (call.type === 'custom' || call.scan.state === 'none') return isCut(finishReason)
  if (call.scan.state === 'other') return isCut(finishReason) && !isJson(call.text.toString())
  return call.scan.state === 'open'
}
