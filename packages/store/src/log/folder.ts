import { close, fsync, mkdirSync, open } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

/** Makes the folder of a file. Returns every folder that may have a new entry. */
export function makeFolder(file: string): string[] {
  const folder = dirname(file)
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 })
  const changed = [folder]
  if (first !== undefined) for (let at = folder; at.length >= first.length; at = dirname(at)) changed.push(dirname(at))
  return changed
}

/** Syncs a folder: a new file survives a loss of power only when its folder's entry does. (Windows has no such call.) */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const fd = await promisify(open)(folder, 'r')
  try {
    await promisify(fsync)(fd)
  } finally {
    await promisify(close)(fd)
  }
}
