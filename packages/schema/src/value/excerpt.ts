// Values and paths in a few characters, for messages.

/** `['user', 'tags', 2]` → `user.tags[2]` */
export function formatPath(keys: readonly PropertyKey[]): string {
  let path = ''
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`
    else if (typeof key === 'string' && isName(key)) path += path ? `.${key}` : key
    else path += `[${JSON.stringify(clip(String(key), 100))}]`
  }
  return path
}

/** Can this key stand behind a dot? */
export function isName(key: string): boolean {
  return key.length <= 100 && /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key)
}

/** A value in a few characters. */
export function excerpt(value: unknown, maxLength = 60): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return clip(JSON.stringify(value.slice(0, maxLength * 2)), maxLength)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value !== 'object') return `a ${typeof value}`
  return clip(`an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}`, maxLength)
}

/** At most `maxLength` characters, cut between code points, with an ellipsis where something is missing. Well-formed. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed()
  const end = /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1
  return `${text.slice(0, end).toWellFormed()}…`
}
