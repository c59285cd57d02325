// The rule by which fields outside the API grow: everything that servers add to a delta.
import type { Bounds } from '../limits/bounds.ts'
import { utf8Length } from '../limits/bounds.ts'
import { copyJson, getOwn, isEmpty, isObject, isOmitted, setOwn, sizeOf } from './value.ts'
import type { JsonObject } from './value.ts'

/** Fields that hold names: a later value replaces the earlier one. Other strings are concatenated. */
const names: ReadonlySet<string> = new Set(
  'id type name role format signature model provider channel status recipient object'.split(' '),
)
const isName = (key: string): boolean => names.has(key) || key.endsWith('_id') || key.endsWith('_type')

/**
 * Adds one field of a delta: strings grow, objects merge key by key, arrays merge by their items' `index` or append.
 * `null` and a text that equals the field change nothing: servers repeat such fields in every
 * chunk. @see growField
 */
export function mergeField(target: JsonObject, key: string, value: unknown, bounds: Bounds, depth = 1): void {
  const before = getOwn(target, key)
  if (isOmitted(value) || value === null || (value === '' && before !== undefined)) return
  if (typeof value === 'string' && value === before) return
  if (isObject(before) && isObject(value)) {
    bounds.depth(depth, 'A field of the answer')
    for (const [name, item] of Object.entries(value)) mergeField(before, name, item, bounds, depth + 1)
  } else if (Array.isArray(before) && Array.isArray(value)) mergeItems(before, value, bounds, depth)
  else {
    const added = copyJson(value, bounds, depth)
    const grows = typeof before === 'string' && typeof added === 'string' && !isName(key)
    countField(key, grows ? '' : before, added, bounds)
    setOwn(target, key, grows ? before + added : added)
  }
}

/** Appends to a text that arrives in pieces: here a piece that equals the text so far is appended too. */
export function growField(target: JsonObject, key: string, value: unknown, bounds: Bounds): void {
  const before = getOwn(target, key)
  if (typeof before !== 'string' || typeof value !== 'string') return mergeField(target, key, value, bounds)
  countField(key, '', value, bounds)
  setOwn(target, key, before + value)
}

/** Replaces a field, unless the new value is empty. For the fields of chunks and choices beside the delta. */
export function replaceField(target: JsonObject, key: string, value: unknown, bounds: Bounds): void {
  // Most chunks repeat it. An inherited property never equals a value from the wire.
  if (target[key] === value) return
  const before = getOwn(target, key)
  if (isOmitted(value) || (isEmpty(value) && before !== undefined)) return
  const after = copyJson(value, bounds)
  countField(key, before, after, bounds)
  setOwn(target, key, after)
}

/** Counts the size of a field's current value, however often it is replaced, and of a new field's name. */
function countField(key: string, before: unknown, after: unknown, bounds: Bounds): void {
  bounds.content(sizeOf(after) + (before === undefined ? utf8Length(key) : -sizeOf(before)))
}

function mergeItems(items: unknown[], added: readonly unknown[], bounds: Bounds, depth: number): void {
  bounds.depth(depth, 'A field of the answer')
  for (const item of added) {
    const index = isObject(item) ? item['index'] : undefined
    if (typeof index === 'number') bounds.listItems(items.length)
    const same =
      typeof index === 'number' ? items.findLast((other) => isObject(other) && other['index'] === index) : undefined
    if (isObject(same) && isObject(item))
      for (const [key, value] of Object.entries(item)) mergeField(same, key, value, bounds, depth + 2)
    else {
      if (typeof index === 'number') bounds.listItems(items.length + 1)
      append(items, item, bounds, depth + 1)
    }
  }
}

/** Adds a copy of one item to a list. */
export function append(items: unknown[], item: unknown, bounds: Bounds, depth = 1): void {
  const copy = copyJson(item, bounds, depth)
  bounds.content(sizeOf(copy))
  items.push(copy)
}
