// One entry of `tool_calls`, as a server may write it.
import { integer, isObject, text } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'

export interface ToolCallEntry {
  /** Only where it is an integer. */
  readonly index: number | undefined
  readonly id: string
  readonly type: string
  readonly name: string
  /** `arguments` or `input`, as it came. */
  readonly text: unknown
  /** `function` or `custom`, whichever is not empty. */
  readonly body: JsonObject | undefined
  /** Does it have fields outside the API? */
  readonly hasUnknown: boolean
}

export const entryFields: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function', 'custom'])
export const bodyFields: ReadonlySet<string> = new Set(['name', 'arguments', 'input'])

/** Runs for every delta of every call: it reads each field once and allocates only its result. */
export function readEntry(entry: JsonObject): ToolCallEntry {
  let index: number | undefined
  let id = ''
  let type = ''
  let body: JsonObject | undefined
  let custom: JsonObject | undefined
  let hasUnknown = false
  for (const key in entry) {
    const value = entry[key]
    if (key === 'index') index = integer(value)
    else if (key === 'function') body = isObject(value) ? value : undefined
    else if (key === 'id') id = typeof value === 'number' ? String(value) : text(value)
    else if (key === 'type') type = text(value)
    else if (key === 'custom') custom = isObject(value) ? value : undefined
    else hasUnknown = true
  }
  // Some servers send both, one of them empty.
  if (custom !== undefined && (type === 'custom' || body === undefined)) {
    body = custom
    type ||= 'custom'
  }
  let name = ''
  let content: unknown
  for (const key in body) {
    const value = body[key]
    if (key === 'arguments') content ??= value
    else if (key === 'name') name = text(value)
    else if (key === 'input') content ??= value
    else hasUnknown = true
  }
  return { index, id, type, name, text: content, body, hasUnknown }
}
