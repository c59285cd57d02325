import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, cache } from '@toolloop/core'
import { scriptedModel, text } from '@toolloop/testing'
import type { Completion } from '@toolloop/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileCache, LogError } from '../index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toolloop-cache-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const answer = (id: string) => ({ id, choices: [] }) as unknown as Completion

test('an answer is used again by another process', async () => {
  const at = join(folder, 'made', 'by', 'it')
  const model = scriptedModel([text('hi')])
  for (let turn = 0; turn < 2; turn++) {
    const worker = agent({ name: 'x', model, middleware: [cache({ store: fileCache(at) })] })
    expect(await worker.run('go')).toMatchObject({ status: 'done', output: 'hi' })
  }
  expect(model.requests.length).toBe(1)
  expect(await readdir(at)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)])
})

test('different keys never share a value, whatever they contain', async () => {
  const store = fileCache(folder)
  const keys = ['a', 'A', '../a', 'a/b', '', 'ä'.repeat(1000)]
  for (const key of keys) await store.set(key, answer(key))
  for (const key of keys) expect((await store.get(key))?.id).toBe(key)
  expect(await store.get('other')).toBeUndefined()
  expect((await readdir(folder)).length).toBe(keys.length)
})

test('writers at the same time leave one whole answer and no draft', async () => {
  const stores = Array.from({ length: 8 }, () => fileCache(folder))
  await Promise.all(stores.map(async (store, at) => store.set('k', answer(`${at}`.repeat(10_000)))))
  expect((await fileCache(folder).get('k'))?.id).toMatch(/^(\d)\1{9999}$/)
  expect((await readdir(folder)).length).toBe(1)
})

test('a damaged file counts as no answer and is replaced', async () => {
  const store = fileCache(folder)
  await store.set('k', answer('1'))
  const [file = ''] = await readdir(folder)
  for (const damage of ['', '{"choices":[', 'null', '{}']) {
    await writeFile(join(folder, file), damage)
    expect(await store.get('k')).toBeUndefined()
  }
  await store.set('k', answer('2'))
  expect((await store.get('k'))?.id).toBe('2')
})

test('a folder that cannot be made is a LogError with its path', async () => {
  await writeFile(join(folder, 'file'), '')
  const store = fileCache(join(folder, 'file', 'below'))
  await expect(store.set('k', answer('1'))).rejects.toThrow(LogError)
  await expect(store.set('k', answer('1'))).rejects.toThrow(/The cached answer .*file/)
})
