// Annotations of a definition: title, description, and in words the constraints that no keyword expresses.
import type { JsonSchema } from '../contract/strict-options.ts'
import type { Note, Shape } from '../shape/shape.ts'

/** Inserts title and description after the type. The API accepts nothing beside `$ref`, so a reference is wrapped. */
export function annotate(schema: JsonSchema, note: Note | undefined, facts: readonly string[]): JsonSchema {
  const description = sentences([note?.description?.trim() ?? '', ...facts].filter((text) => text !== ''))
  const title = note?.title
  if (description === '' && title === undefined) return schema
  const { type, ...rest } = '$ref' in schema ? { anyOf: [schema], type: undefined } : schema
  return {
    ...(type !== undefined && { type }),
    ...(title !== undefined && { title }),
    ...(description !== '' && { description }),
    ...rest,
  }
}

/** Default, examples and deprecation, which strict mode has no keywords for. */
export function noteFacts({ fallback, note }: Shape): string[] {
  const value = fallback && jsonOf(fallback.value)
  const examples = (note?.examples ?? []).map(jsonOf).filter((text) => text !== undefined)
  return [
    ...(value === undefined ? [] : [`Default: ${value}`]),
    ...(examples.length === 0 ? [] : [`Examples: ${examples.join(', ')}`]),
    ...(note?.deprecated ? ['Deprecated'] : []),
  ]
}

/** The same as keywords, for a definition that is not strict. */
export function noteKeywords({ fallback, note }: Shape): JsonSchema {
  const value = fallback && jsonOf(fallback.value)
  const examples = (note?.examples ?? []).filter((example) => jsonOf(example) !== undefined)
  return {
    ...(value !== undefined && { default: JSON.parse(value) as unknown }),
    ...(examples.length > 0 && { examples }),
    ...(note?.deprecated && { deprecated: true }),
  }
}

function sentences(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0] ?? ''
  return texts.map((text) => (/[.!?:…]$/.test(text) ? text : `${text}.`)).join(' ')
}

const maxLength = 200

/** A value as short JSON; `undefined` if it has none, or a long one. */
function jsonOf(value: unknown): string | undefined {
  try {
    const text: string | undefined = JSON.stringify(value)
    return text !== undefined && text.length <= maxLength ? text : undefined
  } catch {
    return undefined
  }
}
