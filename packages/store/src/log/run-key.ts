import { UsageError } from '@toolloop/wire'

/** In bytes. File names have at most 255, and a lock's name is longer than its log's. */
const longest = 180

/**
 * Encodes an id as a name that is safe in every file system: no separator, no dot, no capital letter (some file systems
 * ignore case). Different ids have different names. `reserved`: so many bytes are needed behind it.
 */
export function keyOf(id: string, noun: 'run' | 'session' = 'run', reserved: number = 0): string {
  if (typeof id !== 'string' || id === '')
    throw new UsageError(`A ${noun}'s id is ${JSON.stringify(id) ?? 'undefined'}; it must be a text that is not empty.`)
  let key = ''
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at)
    const character = id[at] as string
    if (/[a-z0-9_-]/.test(character)) key += character
    else key += unit < 256 ? `%${unit.toString(16).padStart(2, '0')}` : `%u${unit.toString(16).padStart(4, '0')}`
  }
  if (key.length > longest - reserved)
    throw new UsageError(
      `A ${noun}'s id takes ${key.length} bytes when encoded as a name; at most ${longest - reserved} are allowed: ${JSON.stringify(id.slice(0, 40))}…`,
    )
  return key
}

/** Decodes a name; `undefined` for a name that `keyOf` does not make. */
export function idOf(key: string): string | undefined {
  if (!/^(?:[a-z0-9_-]|%[0-9a-f]{2}|%u[0-9a-f]{4})+$/.test(key)) return undefined
  return key.replaceAll(/%u([0-9a-f]{4})|%([0-9a-f]{2})/g, (_, wide: string, narrow: string) =>
    String.fromCharCode(Number.parseInt(wide ?? narrow, 16)),
  )
}
