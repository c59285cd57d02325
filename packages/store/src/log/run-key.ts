import { UsageError } from '@toolloop/wire'

/** In bytes. File names have at most 255, and a lock's name is longer than its log's. */
const longest = 180

/**
 * Encodes a run's id as a name that is safe in every file system: no separator, no dot, no capital letter (some file
 * systems ignore case). Different ids have different names.
 */
export function keyOf(runId: string): string {
  if (typeof runId !== 'string' || runId === '')
    throw new UsageError(`A run's id is ${JSON.stringify(runId) ?? 'undefined'}; it must be a text that is not empty.`)
  let key = ''
  for (let at = 0; at < runId.length; at++) {
    const unit = runId.charCodeAt(at)
    const character = runId[at] as string
    if (/[a-z0-9_-]/.test(character)) key += character
    else key += unit < 256 ? `%${unit.toString(16).padStart(2, '0')}` : `%u${unit.toString(16).padStart(4, '0')}`
  }
  if (key.length > longest)
    throw new UsageError(
      `A run's id takes ${key.length} bytes when encoded as a name; at most ${longest} are allowed: ${JSON.stringify(runId.slice(0, 40))}…`,
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
