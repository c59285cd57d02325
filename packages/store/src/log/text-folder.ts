// Texts in a folder, one file each, by a key of any form.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { storageError } from './log-error.ts'

/** The first text makes the folder; its files are readable by their owner only. */
export class TextFolder {
  readonly #root: string
  readonly #extension: string
  readonly #noun: string

  /** `noun` names a text in errors: `The cached answer`. */
  constructor(folder: string, extension: string, noun: string) {
    this.#root = resolve(folder)
    this.#extension = extension
    this.#noun = noun
  }

  #pathOf(key: string): string {
    return join(this.#root, `${createHash('sha256').update(key).digest('hex')}.${this.#extension}`)
  }

  async get(key: string): Promise<string | undefined> {
    const path = this.#pathOf(key)
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw storageError(`${this.#noun} ${path}`, error)
    }
  }

  /** Renames a whole file into place, so that no reader sees a half of it. */
  async set(key: string, text: string): Promise<void> {
    const path = this.#pathOf(key)
    const draft = `${path}.${randomUUID()}`
    try {
      await mkdir(this.#root, { recursive: true, mode: 0o700 })
      await writeFile(draft, text, { mode: 0o600 })
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {})
      throw storageError(`${this.#noun} ${path}`, error)
    }
  }
}
