// What Zod 3 and Zod 4 hold alike.

/** The values of an enum. A numeric TypeScript enum holds its names too; they are no values. */
export function enumValues(entries: Readonly<Record<string, string | number>>): (string | number)[] {
  const numbers = Object.values(entries).filter((value) => typeof value === 'number')
  return Object.entries(entries)
    .filter(([key]) => !numbers.includes(Number(key)))
    .map(([, value]) => value)
}

/** What `.catch()` puts in place, unless it looks at the error to decide. */
export function catchValue(get: (context: unknown) => unknown): { fallback?: { value: unknown } } {
  try {
    return { fallback: { value: get({ error: { issues: [] }, issues: [], input: undefined, value: undefined }) } }
  } catch {
    return {}
  }
}

/** Bounds of dates and big integers, which JSON Schema has no keywords for. */
export function boundFact(lower: boolean, inclusive: boolean, value: number | bigint | Date): string {
  const words = lower ? (inclusive ? 'At least' : 'More than') : inclusive ? 'At most' : 'Less than'
  return `${words} ${value instanceof Date ? value.toISOString() : String(value)}`
}

export const anyRemedy = "z.string().describe('JSON').transform((text) => JSON.parse(text))"

/** What JSON cannot carry, and what to write instead. */
export const impossibleTypes: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  never: ['no value fits it', 'leave the property out'],
  nan: ['JSON has no NaN', 'z.number() or z.null()'],
  symbol: ['JSON has no symbols', 'z.string()'],
  function: ['JSON has no functions', 'let the model name what to do: z.enum([…])'],
  file: ['JSON has no files', "z.string().describe('The file in base64')"],
}
