// Read access to one folder, and to nothing outside it: the file access of the tools.
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'

export interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** Of a folder: all files in it. */
  readonly bytes: number
}

export interface Match {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** Generated files, which no answer about a folder needs. */
const skipped: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist', 'build', 'coverage', '.pnpm-store'])
const longestFile = 256 * 1024

export class Folder {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  static async open(path: string): Promise<Folder> {
    const root = await realpath(resolve(path)).catch(() => undefined)
    if (root === undefined) throw new Error(`There is no folder at ${path}.`)
    if (!(await stat(root)).isDirectory()) throw new Error(`${path} is a file, not a folder.`)
    return new Folder(root)
  }

  /** The entries of a folder, largest first. */
  async list(path: string): Promise<Entry[]> {
    const folder = await this.#inside(path)
    const entries: Entry[] = []
    for (const item of await readdir(folder, { withFileTypes: true })) {
      if (skipped.has(item.name) || item.isSymbolicLink()) continue
      const full = join(folder, item.name)
      if (item.isDirectory()) entries.push({ name: item.name, kind: 'folder', bytes: await sizeOf(full) })
      else if (item.isFile()) entries.push({ name: item.name, kind: 'file', bytes: (await lstat(full)).size })
    }
    return entries.toSorted((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name))
  }

  /** The first lines of a text file. */
  async read(path: string, lines: number): Promise<string> {
    const text = await readText(await this.#inside(path))
    return text.split('\n').slice(0, lines).join('\n')
  }

  /** Files below a folder whose name, or a line of whose text, contains the query. */
  async search(path: string, query: string, most: number): Promise<Match[]> {
    const start = await this.#inside(path)
    const found: Match[] = []
    for await (const file of filesBelow(start)) {
      if (found.length >= most) break
      const name = relative(this.root, file).split(sep).join('/')
      if (name.includes(query)) found.push({ path: name, line: 0, text: '(its name)' })
      else found.push(...(await linesWith(file, query)).slice(0, 3).map((match) => ({ path: name, ...match })))
    }
    return found.slice(0, most)
  }

  /** The real place of a path; links are followed first, so that none leads out. */
  async #inside(path: string): Promise<string> {
    if (isAbsolute(path)) throw new Error(`${path} is an absolute path; paths are relative to the folder.`)
    const real = await realpath(join(this.root, path)).catch(() => undefined)
    if (real === undefined && !resolve(this.root, path).startsWith(this.root + sep))
      throw new Error(`${path} lies outside the folder.`)
    if (real === undefined) throw new Error(`There is no ${path} in the folder.`)
    if (real !== this.root && !real.startsWith(this.root + sep)) throw new Error(`${path} lies outside the folder.`)
    return real
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const items = await readdir(folder, { withFileTypes: true })
  for (const item of items.toSorted((a, b) => a.name.localeCompare(b.name))) {
    if (skipped.has(item.name) || item.isSymbolicLink()) continue
    if (item.isDirectory()) yield* filesBelow(join(folder, item.name))
    else if (item.isFile()) yield join(folder, item.name)
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for await (const file of filesBelow(folder)) bytes += (await lstat(file)).size
  return bytes
}

async function readText(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, longestFile)), 0)
    const text = buffer.toString('utf8', 0, bytesRead)
    if (text.includes('\0')) throw new Error('The file is not text.')
    return text
  } finally {
    await handle.close()
  }
}

async function linesWith(file: string, query: string): Promise<{ line: number; text: string }[]> {
  const text = await readText(file).catch(() => '')
  if (!text.includes(query)) return []
  return text
    .split('\n')
    .flatMap((line, at) => (line.includes(query) ? [{ line: at + 1, text: line.trim().slice(0, 160) }] : []))
}
