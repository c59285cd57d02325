// Values that Zod 3 and Zod 4 have in common.

/** The values of an enum. A numeric TypeScript enum holds its names too; those are no values. */
export function enumValues(entries: Readonly<Record<string, string | number>>): (string | number)[] {
  const numbers = Object.values(entries).filter((value) => typeof value === 'number')
  return Object.entries(entries)
    .filter(([key]) => !numbers.includes(Number(key)))
    .map(([, value]) => value)
}

/**
 * The value of `.default()` or `.catch()`, unless it changes: a definition must be the same in every process, or prompt
 * caches miss.
 */
export function stableValue(get: () => unknown): { fallback?: { value: unknown } } {
  try {
    const [value, again] = [get(), get()]
    return JSON.stringify(value) === JSON.stringify(again) && !isNow(value) ? { fallback: { value } } : {}
  } catch {
    return {}
  }
}

const aMinute = 60_000

/** Is this the present time, as a date, a string, or a number of seconds or milliseconds? */
function isNow(value: unknown): boolean {
  const time = typeof value === 'string' ? Date.parse(value) : Number(value)
  return Math.abs(time - Date.now()) < aMinute || Math.abs(time * 1000 - Date.now()) < aMinute
}

/** The argument of a `.catch()` function when no error was caught. */
export const nothingCaught: unknown = { error: { issues: [] }, issues: [], input: undefined, value: undefined }

/** Bounds of dates and big integers, which JSON Schema has no keywords for. */
export function boundFact(lower: boolean, inclusive: boolean, value: number | bigint | Date): string {
  const words = lower ? (inclusive ? 'At least' : 'More than') : inclusive ? 'At most' : 'Less than'
  return `${words} ${value instanceof Date ? value.toISOString() : String(value)}`
}

export const anyRemedy = "z.string().describe('JSON').transform((text) => JSON.parse(text))"

/** Types that JSON cannot represent, and what to write instead. */
export const impossibleTypes: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  never: ['no value fits it', 'leave the property out'],
  nan: ['JSON has no NaN', 'z.number() or z.null()'],
  symbol: ['JSON has no symbols', 'z.string()'],
  function: ['JSON has no functions', 'let the model name what to do: z.enum([…])'],
  file: ['JSON has no files', "z.string().describe('The file in base64')"],
}
