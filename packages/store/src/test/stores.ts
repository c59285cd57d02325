import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileStore, type RunStore, sqliteStore } from '../index.ts'

export type Kind = 'file' | 'sqlite'
export const kinds: readonly Kind[] = ['file', 'sqlite']

export const openStore = (kind: Kind, folder: string): RunStore & { close?(): void } =>
  kind === 'file' ? fileStore(join(folder, 'runs')) : sqliteStore(join(folder, 'runs.sqlite'))

export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}
