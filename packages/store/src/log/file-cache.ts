// Answers of models in a folder, one file each: a store of the middleware `cache`.
import type { CacheStore } from '@toolloop/core'
import type { Completion } from '@toolloop/wire'
import { TextFolder } from './text-folder.ts'

/**
 * Keeps answers in a folder, also for other processes. The first answer makes the folder; its files are readable by their
 * owner only. A file that is no answer counts as none. Nothing is ever deleted: delete files, or the folder, at any time.
 */
export function fileCache(folder: string): CacheStore {
  const texts = new TextFolder(folder, 'json', 'The cached answer')
  return Object.freeze<CacheStore>({
    async get(key) {
      const text = await texts.get(key)
      return text === undefined ? undefined : answerIn(text)
    },
    set: (key, answer) => texts.set(key, JSON.stringify(answer)),
  })
}

function answerIn(text: string): Completion | undefined {
  try {
    const value = JSON.parse(text) as Partial<Completion> | null
    return Array.isArray(value?.choices) ? (value as Completion) : undefined
  } catch {
    return undefined
  }
}
