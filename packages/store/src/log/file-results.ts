// Whole tool results in a folder, one file each: a store of `maxResult`.
import type { ResultStore } from '@toolloop/core'
import { TextFolder } from './text-folder.ts'

/**
 * Keeps whole results in a folder, also for other processes and later runs. The first result makes the folder; its files
 * are readable by their owner only. Nothing is ever deleted: delete files, or the folder, at any time.
 */
export function fileResults(folder: string): ResultStore {
  const texts = new TextFolder(folder, 'txt', 'The tool result')
  return Object.freeze<ResultStore>({
    get: (handle) => texts.get(handle),
    set: (handle, text) => texts.set(handle, text),
  })
}
