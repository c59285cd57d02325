// Answers of models in a folder, one file each: a store of the middleware `cache`.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { CacheStore } from '@toolloop/core'
import type { Completion } from '@toolloop/wire'
import { storageError } from './log-error.ts'

/**
 * Keeps answers in a folder, also for other processes. The first answer makes the folder; its files are readable by their
 * owner only. A file that is no answer counts as none. Nothing is ever deleted: delete files, or the folder, at any time.
 */
export function fileCache(folder: string): CacheStore {
  const root = resolve(folder)
  const pathOf = (key: string): string => join(root, `${createHash('sha256').update(key).digest('hex')}.json`)
  return Object.freeze<CacheStore>({
    async get(key) {
      const path = pathOf(key)
      try {
        return answerIn(await readFile(path, 'utf8'))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw storageError(`The cached answer ${path}`, error)
      }
    },
    /** Renames a whole file into place, so that no reader sees a half of it. */
    async set(key, answer) {
      const path = pathOf(key)
      const draft = `${path}.${randomUUID()}`
      try {
        await mkdir(root, { recursive: true, mode: 0o700 })
        await writeFile(draft, JSON.stringify(answer), { mode: 0o600 })
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {})
        throw storageError(`The cached answer ${path}`, error)
      }
    },
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
