import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, outputOf } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileResults, LogError } from '../index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toolloop-results-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a result is read on in by another process, or a later run', async () => {
  const at = join(folder, 'made', 'by', 'it')
  const long = tool({ name: 'long', execute: () => 'ä'.repeat(500) })
  const first = agent({
    name: 'x',
    model: scriptedModel([call('long', {}, { id: 'c1' }), text('Later.')]),
    tools: [long],
    maxResult: { tokens: 20, store: fileResults(at) },
  })
  const { messages } = await first.run('go', { runId: 'r' })
  const second = agent({
    name: 'x',
    model: scriptedModel([call('read_result', { handle: 'r/0/c1', offset: 480 }), text('Done.')]),
    tools: [long],
    maxResult: { tokens: 20, store: fileResults(at) },
  })
  const result = await second.run([...messages, { role: 'user', content: 'Read on.' }])
  expect(outputOf(result)).toBe('Done.')
  expect(result.steps[0]!.calls[0]!.content).toBe(`${'ä'.repeat(20)}\n[Characters 480 to 500 of 500. This is the end.]`)
  const [file] = await readdir(at)
  expect(file).toMatch(/^[0-9a-f]{64}\.txt$/)
  expect((await stat(join(at, file!))).mode & 0o077).toBe(0)
})

test('different handles never share a text, whatever they contain', async () => {
  const store = fileResults(folder)
  const handles = ['a', 'A', '../a', 'a/b', '', 'ä'.repeat(1000)]
  for (const handle of handles) await store.set(handle, `of ${handle}`)
  for (const handle of handles) expect(await store.get(handle)).toBe(`of ${handle}`)
  expect(await store.get('other')).toBeUndefined()
  expect((await readdir(folder)).length).toBe(handles.length)
})

test('a folder that cannot be written is an error that names it', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(fileResults(join(folder, 'file')).set('a', 'b')).rejects.toThrow(LogError)
})
