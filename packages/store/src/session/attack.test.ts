// What happens to a session whose files are damaged, deleted or cannot be written, and whose clock goes backwards.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import type { Clock } from '@toolloop/wire'
import { afterAll, describe, expect, test } from 'vitest'
import { folderSessions, memorySessions, sqliteSessions } from '../index.ts'

const root = mkdtempSync(join(tmpdir(), 'toolloop-attack-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
const newFolder = (): string => join(root, `${count++}`)

const counter = agent({
  name: 'counter',
  model: scriptedModel(({ messages }) => text(`${messages.filter(({ role }) => role === 'user').length}`)),
})

test('a last turn that is cut anywhere is unfinished or complete, and the session can be deleted', async () => {
  const folder = newFolder()
  const session = await folderSessions(folder, { sync: 'none' }).open('a')
  for (const input of ['one', 'two']) await session.run(counter, input)
  const file = join(folder, 'a%2f1.jsonl')
  const whole = readFileSync(file)
  const seen = new Set<string>()
  for (let bytes = whole.length; bytes >= 0; bytes -= 11) {
    writeFileSync(file, whole.subarray(0, bytes))
    const store = folderSessions(folder, { sync: 'none' })
    const { status, turns } = await store.open('a')
    const listed = (await store.list()).data.map((one) => [one.turns, one.status])
    expect(listed).toEqual([[turns.length, status]])
    seen.add(`${turns.length} ${status}`)
  }
  expect([...seen]).toEqual(['2 done', '2 interrupted', '1 done'])
  expect(await folderSessions(folder).delete('a')).toBe(true)
  expect((await folderSessions(folder).list()).data).toEqual([])
})

test('a session with a damaged turn rejects, names the file, is listed, and can be deleted', async () => {
  const folder = newFolder()
  const store = folderSessions(folder)
  const session = await store.open('a')
  for (const input of ['one', 'two', 'three']) await session.run(counter, input)
  writeFileSync(join(folder, 'a%2f1.jsonl'), 'nothing\n{}\n')
  const error = { code: 'log_damaged', message: expect.stringContaining('a%2f1.jsonl') as string }
  await expect(folderSessions(folder).open('a')).rejects.toMatchObject(error)
  expect((await folderSessions(folder).list()).data).toMatchObject([{ id: 'a', turns: 3 }])
  expect(await folderSessions(folder).delete('a')).toBe(true)
  expect(await folderSessions(folder).open('a')).toMatchObject({ status: 'new' })
})

test('a folder that is deleted under a running session ends its run as an error, and no turn is left', async () => {
  const folder = newFolder()
  const remove = tool({ name: 'remove', execute: () => rmSync(folder, { recursive: true }) })
  const remover = agent({ name: 'remover', model: scriptedModel([call('remove'), text('Gone.')]), tools: [remove] })
  const store = folderSessions(folder)
  const session = await store.open('a')
  const result = await session.run(remover, 'Remove it.')
  const again = await folderSessions(folder).open('a')
  expect([result, again]).toMatchObject([{ status: 'error', error: { code: 'log_storage' } }, { status: 'new' }])
  expect(await session.load()).toMatchObject({ status: 'new' })
  expect(await session.run(counter, 'one')).toMatchObject({ output: '1' })
})

describe.each([
  ['memorySessions', () => memorySessions()],
  ['folderSessions', () => folderSessions(newFolder())],
  ['sqliteSessions', () => sqliteSessions(join(root, `${count++}.sqlite`))],
] as const)('%s', (_, make) => {
  test('a clock that goes backwards changes neither the order of the turns nor what is listed', async () => {
    const store = make()
    let at = 1_700_000_000_000
    const clock = { now: () => (at -= 1000), setTimeout, clearTimeout } as unknown as Clock
    const session = await store.open('a')
    for (const input of ['one', 'two', 'three']) await session.run(counter, input, { clock })
    expect(session.turns.map(({ turn }) => turn)).toEqual([0, 1, 2])
    const { data } = await store.list()
    expect(data).toMatchObject([{ id: 'a', turns: 3, status: 'done' }])
    expect(await store.delete('a')).toBe(true)
    expect((await store.list()).data).toEqual([])
  })
})
