// The folder can be looked at and not left.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Folder } from './folder.ts'

let base: string
let folder: Folder

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'folder-'))
  const root = join(base, 'root')
  await mkdir(join(root, 'sub/node_modules'), { recursive: true })
  await writeFile(join(base, 'secret.txt'), 'secret')
  await writeFile(join(base, 'root-of-another'), 'also secret')
  await writeFile(join(root, 'a.txt'), 'one\ntwo\nthree')
  await writeFile(join(root, 'sub/b.txt'), 'two again, and longer')
  await writeFile(join(root, 'sub/node_modules/c.txt'), 'x'.repeat(1000))
  await writeFile(join(root, 'binary'), Buffer.from([1, 0, 2]))
  await symlink(join(base, 'secret.txt'), join(root, 'link-out'))
  await symlink(base, join(root, 'folder-out'))
  await symlink(join(root, 'a.txt'), join(root, 'link-in'))
  folder = await Folder.open(root)
})
afterAll(() => rm(base, { recursive: true }))

describe('a folder', () => {
  it('lists entries by size, without links and installed packages', async () => {
    expect(await folder.list('.')).toEqual([
      { name: 'sub', kind: 'folder', bytes: 21 },
      { name: 'a.txt', kind: 'file', bytes: 13 },
      { name: 'binary', kind: 'file', bytes: 3 },
    ])
  })

  it('reads the first lines of a text file, also through a link that stays inside', async () => {
    expect(await folder.read('a.txt', 2)).toBe('one\ntwo')
    expect(await folder.read('link-in', 1)).toBe('one')
    await expect(folder.read('binary', 1)).rejects.toThrow('not text')
  })

  it('finds names and lines', async () => {
    expect(await folder.search('.', 'two', 10)).toEqual([
      { path: 'a.txt', line: 2, text: 'two' },
      { path: 'sub/b.txt', line: 1, text: 'two again, and longer' },
    ])
    expect(await folder.search('sub', 'b.txt', 10)).toEqual([{ path: 'sub/b.txt', line: 0, text: '(its name)' }])
    expect(await folder.search('.', 'two', 1)).toHaveLength(1)
  })

  it.each([
    '..',
    '../secret.txt',
    'sub/../../secret.txt',
    '/etc/passwd',
    'link-out',
    'folder-out',
    'folder-out/secret.txt',
    '../root-of-another',
    '../nothing',
    'sub/../..',
  ])('is not left by %s', async (path) => {
    for (const way of [() => folder.list(path), () => folder.read(path, 1), () => folder.search(path, 'secret', 5)])
      await expect(way()).rejects.toThrow(/outside|absolute/)
  })

  it('says what is missing', async () => {
    await expect(folder.read('nothing.txt', 1)).rejects.toThrow('There is no nothing.txt in the folder.')
    await expect(Folder.open(join(base, 'nowhere'))).rejects.toThrow('There is no folder at')
    await expect(Folder.open(join(base, 'secret.txt'))).rejects.toThrow('is a file, not a folder')
  })
})
