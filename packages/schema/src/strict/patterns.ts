// Which patterns a definition can carry.
import type { Pattern, StringType } from '../shape/shape.ts'
import { strictFormats } from '../json-schema/strict-formats.ts'

const maxLength = 120

/** The one pattern a definition can carry: the user's, or that of a format the API does not know. */
export function patternOf({ patterns, keywords }: StringType): Pattern | undefined {
  const usable = patterns.filter(isPortable)
  return usable.find(({ ofFormat }) => !ofFormat) ?? (strictFormats.has(keywords['format']) ? undefined : usable[0])
}

/** The user's patterns other than `written`, in words. */
export function patternFacts({ patterns }: StringType, written: Pattern | undefined): string[] {
  return patterns
    .filter((pattern) => pattern !== written && !pattern.ofFormat && pattern.source.length <= maxLength)
    .map((pattern) => `Matches ${show(pattern)}`)
}

/** As code. */
export function show({ source, flags }: Pattern): string {
  return `/${source}/${flags.replaceAll(/[uv]/g, '')}`
}

/** Does every engine read this pattern in the same way? No lookaround, back-references, properties or flags. */
function isPortable({ source, flags, ofFormat }: Pattern): boolean {
  if (flags.replaceAll(/[uv]/g, '') !== '' || (ofFormat && source.length > maxLength)) return false
  return !/\(\?<?[=!]|\\[1-9]|\\k<|\\p\{/i.test(source)
}
