// The check of stores: ours keep every promise, and a store that breaks one fails the case of that name.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Fact, RunLog } from '@toolloop/core'
import { checkRunStore } from '@toolloop/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { type FileStore, fileStore, memoryStore, type RunStore, type SqliteStore, sqliteStore } from '../index.ts'
import { newOwner } from './owner.ts'
import { keyOf } from './run-key.ts'

const root = mkdtempSync(join(tmpdir(), 'toolloop-store-check-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
const dead = JSON.stringify({ ...newOwner(), pid: spawnSync(process.execPath, ['-e', '']).pid })

describe('memoryStore', () => {
  test.each(checkRunStore(() => memoryStore(), { reopen: (store) => store }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('fileStore', () => {
  const folders = new WeakMap<RunStore, string>()
  const open = (folder: string): FileStore => {
    const store = fileStore(folder, { sync: 'none' })
    folders.set(store, folder)
    return store
  }
  const cases = checkRunStore(() => open(join(root, `${count++}`)), {
    reopen: (store) => open(folders.get(store)!),
    abandon: (store, id) => writeFileSync(join(folders.get(store)!, `${keyOf(id)}.jsonl.lock`), dead),
  })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('sqliteStore', () => {
  const paths = new WeakMap<RunStore, string>()
  const open = (path: string): SqliteStore => {
    const store = sqliteStore(path, { sync: 'none' })
    paths.set(store, path)
    return store
  }
  const cases = checkRunStore(() => open(join(root, `${count++}.sqlite`)), {
    reopen: (store) => open(paths.get(store)!),
    abandon: (store, id) => {
      const database = new DatabaseSync(paths.get(store)!)
      database.prepare('UPDATE runs SET owner = ? WHERE run = ?').run(dead, keyOf(id))
      database.close()
    },
    close: (store) => store.close(),
  })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

/** A store with a defect. `below` keeps all promises. */
type Defect = (below: RunStore) => Partial<RunStore>

const withLog = (below: RunStore, change: (log: RunLog, id: string) => Partial<RunLog>): Partial<RunStore> => ({
  log: (id) => {
    const log = below.log(id)
    return { load: () => log.load(), append: (facts) => log.append(facts), ...change(log, id) }
  },
})

const defects: Readonly<Record<string, Defect>> = {
  'opening a log stores nothing': (below) =>
    withLog(below, (log) => ({
      load: async () => {
        await log.append([{ type: 'run.start', seq: 0 } as Fact])
        return log.load()
      },
    })),
  'runs are kept apart, whatever their ids are': (below) => ({
    log: (id) => below.log(id.toLowerCase()),
    summary: (id) => below.summary(id.toLowerCase()),
  }),
  'an odd id is refused or kept apart': (below) => ({
    log: (id) => below.log(id.trim() === '' ? id : id.trim()),
  }),
  'a summary has the agent, the times of the first and the last fact, and the number of facts': (below) => ({
    summary: async (id) => {
      const found = await below.summary(id)
      return found && { ...found, updatedAt: found.startedAt }
    },
  }),
  'the status follows from the last fact of the run, not of an inner run': (below) => ({
    summary: async (id) => {
      const found = await below.summary(id)
      const last = (await below.log(id).load()).at(-1)
      return found && last?.type === 'run.done' ? { ...found, status: last.outcome.status } : found
    },
  }),
  'the list holds the summaries, from the run that started last on': (below) => ({
    list: async (query) => ({ ...(await below.list(query)), data: (await below.list(query)).data.toReversed() }),
  }),
  'pages neither repeat nor leave out a run, also of the same time, while runs come': (below) => ({
    list: async ({ after = '0', limit = 100, ...query } = {}) => {
      const { data } = await below.list({ ...query, limit: 1000 })
      const page = data.slice(Number(after), Number(after) + limit)
      return Number(after) + limit < data.length ? { data: page, next: `${Number(after) + limit}` } : { data: page }
    },
  }),
  'the list filters by status and by agent, over pages': (below) => ({
    list: async ({ status, ...query } = {}) => {
      const { data, ...rest } = await below.list(query)
      return { data: data.filter((one) => status === undefined || one.status === status).slice(1), ...rest }
    },
  }),
  'a page that ends with the last run has no next page': (below) => ({
    list: async (query) => {
      const { data, next } = await below.list(query)
      const last = data.at(-1)
      return last && data.length === query?.limit
        ? { data, next: next ?? `${last.startedAt}:${keyOf(last.id)}` }
        : { data }
    },
  }),
  'delete removes a run whole, and no other; its id starts anew': (below) => ({
    delete: async (id) => {
      for (const one of (await below.list()).data) if (one.id.startsWith(`${id}/`)) await below.delete(one.id)
      return below.delete(id)
    },
  }),
  'a run that is owned is not deleted': (below) => {
    const deleted = new Set<string>()
    return {
      ...withLog(below, (log, id) => ({ load: () => (deleted.has(id) ? [] : log.load()) })),
      delete: async (id) => below.delete(id).catch(() => deleted.add(id).has(id)),
    }
  },
  'a log that was deleted takes no later fact, and is not made again by it': (below) =>
    withLog(below, (log) => ({
      append: async (facts) => {
        if (facts[0]!.seq === 0 || (await log.load()).length > 0) return log.append(facts)
        return log.append(facts.map((fact, seq) => ({ ...fact, seq })))
      },
    })),
  'a refusal has the code `log_owned` or `log_conflict`': (below) =>
    withLog(below, (log) => ({
      append: async (facts) => {
        try {
          await log.append(facts)
        } catch {
          throw new Error('UNIQUE constraint failed')
        }
      },
    })),
  'of several that start one run one wins': (below) =>
    withLog(below, (log) => ({
      append: async (facts) => {
        try {
          await log.append(facts)
        } catch (error) {
          if (facts[0]!.seq > 0) throw error
        }
      },
    })),
  'of one that deletes a run and one that continues it one wins': (below) => ({
    delete: async (id) => {
      try {
        return await below.delete(id)
      } catch {
        return true
      }
    },
  }),
  'of several that delete one run one is answered `true`': (below) => ({
    delete: async (id) => {
      const found = (await below.summary(id)) !== undefined
      await below.delete(id)
      return found
    },
  }),
  'a log of the store: a gap is refused, and nothing of it is kept': (below) =>
    withLog(below, (log) => ({
      append: async (facts) => {
        const next = (await log.load()).length
        return log.append(facts.map((fact, at) => ({ ...fact, seq: next + at })))
      },
    })),
}

describe('a store that breaks a promise', () => {
  test.each(Object.entries(defects))('fails the case: %s', async (name, defect) => {
    const make = (): RunStore => {
      const below = memoryStore()
      const whole: RunStore = {
        log: (id) => below.log(id),
        list: (query) => below.list(query),
        summary: (id) => below.summary(id),
        delete: (id) => below.delete(id),
      }
      return { ...whole, ...defect(below) }
    }
    const found = checkRunStore(make, { reopen: (store) => store }).find((one) => one.name === name)
    await expect(found!.run()).rejects.toThrow(/must|expects/)
  })

  test('fails the case of a dead process where its runs stay running', async () => {
    const cases = checkRunStore(() => memoryStore(), { abandon: () => {} })
    const found = cases.find(({ name }) => name.startsWith('a run whose process has died'))
    await expect(found!.run()).rejects.toThrow('status is "running"; it must be "interrupted"')
  })
})
