// Values of users, copied for the log.
import { jsonCopy } from '@toolloop/core/machine'
import { UsageError } from '@toolloop/wire'
import { StageError } from '../definition/result.ts'

/** A copy of plain JSON data. @throws StageError for a value that is not */
export function json(path: string, value: unknown): unknown {
  if (value === undefined) return undefined
  try {
    return jsonCopy(value, 'its output')
  } catch (cause) {
    throw new StageError(
      path,
      `The output cannot be recorded: ${problemOf(cause)}. Return plain JSON: text, numbers, booleans, null, arrays, objects.`,
      { cause },
    )
  }
}

/** The input of a pipeline. @throws UsageError for a value that is not plain JSON */
export function jsonInput(input: unknown): unknown {
  try {
    return input === undefined ? null : jsonCopy(input, 'input')
  } catch (cause) {
    throw new UsageError(
      `The input of a pipeline is recorded: ${problemOf(cause)}. Pass plain JSON, or an iterable whose items are.`,
      { cause },
    )
  }
}

const problemOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/(; messages hold plain JSON data)?\.$/, '')
