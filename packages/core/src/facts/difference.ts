/** Where two values of JSON differ first: a path such as `$.content[0].text`, and what stands there. */
export interface Difference {
  readonly path: string
  readonly was: unknown
  readonly is: unknown
}

/** The first difference; keys in any order, a key without a value is none. */
export function difference(was: unknown, is: unknown, path = '$'): Difference | undefined {
  if (Object.is(was, is)) return undefined
  if (!isObject(was) || !isObject(is) || Array.isArray(was) !== Array.isArray(is)) return { path, was, is }
  const inList = Array.isArray(was)
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const found = difference(was[key], is[key], inList ? `${path}[${key}]` : `${path}.${key}`)
    if (found) return found
  }
  return undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
