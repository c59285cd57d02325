// Short forms of values and paths, for error messages.

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

/** Can this key follow a dot in a path? */
export function isName(key: string): boolean {
  return key.length <= 100 && /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key)
}

/** Describes a value in at most `maxLength` characters. */
export function excerpt(value: unknown, maxLength = 60): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return clip(JSON.stringify(value.slice(0, maxLength * 2)), maxLength)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value !== 'object') return `a ${typeof value}`
  return clip(`an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}`, maxLength)
}

/** At most `maxLength` characters, as well-formed Unicode. A cut falls between code points and ends with an ellipsis. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed()
  if (maxLength < 1) return ''
  const end = /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1
  return `${text.slice(0, end).toWellFormed()}…`
}
