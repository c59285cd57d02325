// JSON before anything is known of it.

/** A JSON object: neither `null` nor an array. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `undefined` where the text is no JSON. `any`: a script may say what no server should. */
export function parsed(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Does JSON end before it is closed? Text that is closed and still no JSON would be none the next time either. */
export function isTruncated(text: string): boolean {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '')
  return bare.includes('"') || bare.replaceAll(/[^[{]/g, '').length > bare.replaceAll(/[^\]}]/g, '').length
}
