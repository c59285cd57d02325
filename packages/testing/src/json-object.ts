// JSON values of unknown shape.

/** A JSON object: neither `null` nor an array. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Parses JSON; `undefined` where the text is not JSON. `any`, because a script may hold values of the wrong shape. */
export function parsed(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Does the text end inside a string, list or object? Only then can a retry help. */
export function isTruncated(text: string): boolean {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '')
  return bare.includes('"') || bare.replaceAll(/[^[{]/g, '').length > bare.replaceAll(/[^\]}]/g, '').length
}
