// Constraints that a definition describes in words, because it has no keyword for them.
import { keywordFacts } from '../shape/keywords.ts'
import { patternFacts, patternOf } from './patterns.ts'
import type { ArrayType, StringType, Type } from '../shape/shape.ts'
import { strictFormats } from '../json-schema/strict-formats.ts'

/** Constraints that no keyword of JSON Schema expresses. */
export function factsOf(type: Type): string[] {
  return 'facts' in type ? [...type.facts] : []
}

/** Constraints that strict mode, or with `fineTuned` a fine-tuned model, has no keywords for. */
export function wordsOf(type: Type, fineTuned: boolean): string[] {
  if (type.kind === 'string') return stringWords(type, fineTuned)
  if (type.kind === 'array' || type.kind === 'set') return arrayWords(type, fineTuned)
  if (!fineTuned) return factsOf(type)
  if (type.kind === 'number') return [...factsOf(type), ...keywordFacts(type.keywords)]
  if (type.kind === 'date') return [...keywordFacts({ format: 'date-time' }), ...factsOf(type)]
  return type.kind === 'bigint' ? ['An integer', ...factsOf(type)] : factsOf(type)
}

function stringWords(type: StringType, fineTuned: boolean): string[] {
  const { format, ...lengths } = type.keywords
  const isWritten = strictFormats.has(format) && !fineTuned
  const pattern = fineTuned ? undefined : patternOf(type)
  return [...factsOf(type), ...keywordFacts(isWritten ? lengths : type.keywords), ...patternFacts(type, pattern)]
}

function arrayWords(type: ArrayType, fineTuned: boolean): string[] {
  const { uniqueItems, ...sizes } = type.keywords
  const unique = type.kind === 'set' || uniqueItems === true ? { uniqueItems: true } : {}
  return [...factsOf(type), ...keywordFacts(fineTuned ? { ...sizes, ...unique } : unique)]
}
