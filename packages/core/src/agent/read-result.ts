// The tool with which the model reads on in a result that was cut.
import { type StandardSchema, tool, ToolRetry } from '@toolloop/schema'
import { headOf } from './cut-text.ts'
import { type Bound, READ_RESULT, type ResultStore } from './max-result.ts'
import type { AnyTool } from './spec.ts'

interface Place {
  readonly handle: string
  readonly offset: number
}

/** Reads at most `tokens` of a result in the store. */
export function readResult(store: ResultStore, tokens: number, count: NonNullable<Bound['countTokens']>): AnyTool {
  return tool({
    name: READ_RESULT,
    description: 'Reads on in a tool result that was cut. The note in the result has the handle and the offset.',
    parameters: place,
    effects: 'none',
    loopKey: ({ handle, offset }: Place) => `${handle} ${offset}`,
    execute: async ({ handle, offset }: Place) => {
      const text = await store.get(handle)
      if (text === undefined) throw new ToolRetry(`There is no result with the handle ${JSON.stringify(handle)}.`)
      const from = Math.min(offset, text.length)
      const end = headOf(text, tokens, count, from)
      const rest = end < text.length ? ` Read on at offset ${end}.` : ' This is the end.'
      return `${text.slice(from, end)}\n[Characters ${from} to ${end} of ${text.length}.${rest}]`
    },
  })
}

/** `{ handle: string, offset: integer }`. Written by hand: this package runs without a schema library. */
const place: StandardSchema<Place> = {
  '~standard': {
    version: 1,
    vendor: 'toolloop',
    validate: (value) => {
      const { handle, offset } = (value ?? {}) as { readonly handle?: unknown; readonly offset?: unknown }
      const issues = [
        ...(typeof handle === 'string' ? [] : [{ path: ['handle'], message: 'expected a text' }]),
        ...(Number.isInteger(offset) && Number(offset) >= 0
          ? []
          : [{ path: ['offset'], message: 'expected a whole number of at least 0' }]),
      ]
      return issues.length > 0 ? { issues } : { value: { handle: handle as string, offset: offset as number } }
    },
    jsonSchema: {
      input: () => ({
        type: 'object',
        properties: {
          handle: { type: 'string', description: 'The handle of the result.' },
          offset: { type: 'integer', description: 'The first character to read, from 0.' },
        },
        required: ['handle', 'offset'],
        additionalProperties: false,
      }),
    },
  },
}
