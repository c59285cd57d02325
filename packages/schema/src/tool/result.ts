import { UsageError } from '@toolloop/wire'
import { excerpt } from '../value/excerpt.ts'

const mark: unique symbol = Symbol.for('toolloop.ToolResult')

/** A tool's result in two parts. Only `toolResult` makes one: a plain object with the same keys is plain data. */
export interface ToolResult<Model = unknown, Details = unknown> {
  readonly [mark]: true
  /** What the model reads. */
  readonly model: Model
  /** What the application keeps: on the event and in the log, never in the request. */
  readonly details: Details
}

/** Separates what the model reads from what the application keeps. @throws UsageError without a `model` */
export function toolResult<Model, Details>(parts: {
  readonly model: Model
  readonly details: Details
}): ToolResult<Model, Details> {
  if (typeof parts !== 'object' || parts === null || !('model' in parts))
    throw new UsageError(
      `toolResult() takes { model, details }: what the model reads, and what you keep; got ${excerpt(parts)}`,
    )
  const { model, details } = parts
  return Object.freeze({ model, details, [mark]: true as const })
}

/** Never throws, whatever the value is. */
export function isToolResult(value: unknown): value is ToolResult {
  try {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, mark)
  } catch {
    return false
  }
}
