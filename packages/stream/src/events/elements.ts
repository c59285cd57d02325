// The items of an array that is still arriving.
import type { ArgumentsDelta, ContentDelta, StreamEvent } from './event.ts'
import type { JsonPath } from '../json/path.ts'
import { valueAt } from '../json/path.ts'
import { asWire } from '../json/value.ts'

export interface ElementsOptions {
  /** The choice whose content is read. @default 0 */
  readonly choice?: number
  /** Read the arguments of the tool call at this position instead of the content. */
  readonly toolCall?: number
}

/**
 * Yields each item of the array at `path`, once, as soon as nothing more can be added to it. The values are not
 * validated. An item inside which the answer broke off is not yielded.
 *
 *     for await (const row of elements<Row>(accumulate(chunks), ['rows'])) table.add(row)
 */
export async function* elements<Item = unknown>(
  events: AsyncIterable<StreamEvent>,
  path: JsonPath = [],
  options: ElementsOptions = {},
): AsyncGenerator<Item, void> {
  let seen = 0
  for await (const event of events) {
    if (!isMeant(event, options)) continue
    const array = valueAt(event.parsed, path)
    while (Array.isArray(array) && seen < array.length && event.isComplete([...path, seen])) yield asWire(array[seen++])
  }
}

function isMeant(event: StreamEvent, options: ElementsOptions): event is ContentDelta | ArgumentsDelta {
  if (!('choice' in event) || event.choice !== (options.choice ?? 0)) return false
  if (options.toolCall === undefined) return event.type === 'content.delta'
  return event.type === 'tool_calls.function.arguments.delta' && event.index === options.toolCall
}
