/** The first difference between two JSON values: a path such as `$.content[0].text`, and both values at that path. */
export interface Difference {
  readonly path: string
  readonly was: unknown
  readonly is: unknown
}

/** Finds the first difference. The order of keys does not count; a key whose value is `undefined` counts as absent. */
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
