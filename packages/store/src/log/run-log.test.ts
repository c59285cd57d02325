// Every log keeps what a run relies on.
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryLog, type RunLog } from '@toolloop/core'
import { checkRunLog } from '@toolloop/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { type FileLog, fileLog, fileStore, memoryStore, sqliteStore, type Sync } from '../index.ts'

const folder = mkdtempSync(join(tmpdir(), 'toolloop-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const newPath = (): string => join(folder, `${count++}`, 'run.jsonl')

describe('memoryLog', () => {
  test.each(checkRunLog(() => memoryLog()))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe.each(['effects', 'every', 'none'] as const)('fileLog, sync %s', (sync) => {
  const cases = checkRunLog(() => fileLog(newPath(), { sync }), {
    reopen: (log) => fileLog(log.path, { sync }),
    tear: ({ path }, bytes) => truncateSync(path, statSync(path).size - bytes),
    fail: ({ path }) => {
      mkdirSync(`${path}.lock`)
      return () => rmdirSync(`${path}.lock`)
    },
    close: (log) => log.close(),
  })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('fileStore', () => {
  const store = fileStore(join(folder, 'runs'))
  const ids = new WeakMap<RunLog, string>()
  const open = (id: string): FileLog => {
    const log = store.log(id)
    ids.set(log, id)
    return log
  }
  const cases = checkRunLog(() => open(`Run ${count++}`), {
    reopen: (log) => open(ids.get(log)!),
    close: (log) => log.close(),
  })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('memoryStore', () => {
  const store = memoryStore()
  const ids = new WeakMap<RunLog, string>()
  const open = (id: string): RunLog => {
    const log = store.log(id)
    ids.set(log, id)
    return log
  }
  const cases = checkRunLog(() => open(`Run ${count++}`), { reopen: (log) => open(ids.get(log)!) })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe.each<Sync>(['effects', 'every', 'none'])('sqliteStore, sync %s', (sync) => {
  const path = join(folder, `${sync}.sqlite`)
  const stores = [sqliteStore(path, { sync }), sqliteStore(path, { sync })]
  afterAll(() => stores.forEach((store) => store.close()))
  const ids = new WeakMap<RunLog, string>()
  const open = (id: string): RunLog => {
    const log = stores[count++ % 2]!.log(id)
    ids.set(log, id)
    return log
  }
  const cases = checkRunLog(() => open(`Run ${count++}`), {
    reopen: (log) => open(ids.get(log)!),
    fail: () => {
      const other = new DatabaseSync(path)
      other.exec(`CREATE TRIGGER full BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'no room'); END`)
      return () => {
        other.exec('DROP TRIGGER full')
        other.close()
      }
    },
  })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
