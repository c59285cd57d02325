import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { agent, type Fact, outputOf } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fileLog, LogError, type TornLine } from '../index.ts'
import { newOwner } from './owner.ts'

const folder = mkdtempSync(join(tmpdir(), 'toolloop-file-log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const newPath = (): string => join(folder, `${count++}`, 'deep', 'run.jsonl')

const cashier = () =>
  agent({
    name: 'cashier',
    model: scriptedModel([call('pay', { amount: 250 }, { id: 'c1' }), text('Paid.')]),
    tools: [
      tool({
        name: 'pay',
        parameters: z.object({ amount: z.number() }),
        needsApproval: true,
        execute: () => 'paid',
      }),
    ],
  })

const note = (seq: number): Fact => ({
  seq,
  at: seq,
  run: 'r',
  path: '',
  type: 'message.add',
  origin: 'caller',
  message: { role: 'user', content: `${seq}` },
})

/** What was thrown, or what the promise was rejected with. */
async function failure(run: () => unknown): Promise<LogError> {
  try {
    await run()
  } catch (error) {
    return error as LogError
  }
  throw new Error('nothing was thrown')
}

describe('a run on a file', () => {
  test('pauses in one log and goes on in another; nothing but the file is left', async () => {
    const path = newPath()
    expect((await cashier().run('Pay 250.', { log: fileLog(path) })).status).toBe('approval')
    const paid = cashier().with({ model: scriptedModel([text('Paid.')]) })
    const result = await paid.run(undefined, { from: fileLog(path), decisions: { c1: { approve: true } } })
    expect(outputOf(result)).toBe('Paid.')
    expect(readdirSync(join(path, '..'))).toEqual(['run.jsonl'])
  })

  test('is readable by its owner only, and so are the folders that were made for it', async () => {
    const path = newPath()
    const log = fileLog(path)
    await log.append([note(0)])
    const modes = [path, `${path}.lock`, join(path, '..'), join(path, '../..')].map(
      (file) => statSync(file).mode & 0o777,
    )
    await log.close()
    expect(modes).toEqual([0o600, 0o600, 0o700, 0o700])
  })

  test('ends as an error with the code `log_storage` where the disk is full, and the file goes on later', async () => {
    const path = newPath()
    // A limit of the file's size stands for the disk: a write is done in part, the next one fails.
    const program = join(import.meta.dirname, '../test/full-disk.ts')
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      `ulimit -f 8; exec "$0" --conditions=@toolloop/source "$1" "$2"`,
      process.execPath,
      program,
      path,
    ])
    expect(JSON.parse(stdout)).toMatchObject({ status: 'error', error: { name: 'LogError', code: 'log_storage' } })
    const facts = await fileLog(path).load()
    expect(facts.map(({ type }) => type)).toEqual(['run.start', 'step.start', 'step.done', 'tool.start'])
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true)
  })

  test.skipIf(process.platform !== 'linux')(
    'rejects before anything was sent where not one fact can be written',
    async () => {
      const path = newPath()
      await fileLog(join(path, '../other')).append([note(0)])
      symlinkSync('/dev/full', path)
      const model = scriptedModel([text('Paid.')])
      const error = await failure(() => agent({ name: 'a', model }).run('Hi', { log: fileLog(path) }))
      expect(error).toMatchObject({ name: 'LogError', code: 'log_storage' })
      expect(error.message).toContain('ENOSPC')
      expect(model.requests).toEqual([])
    },
  )

  test('rejects where the folder cannot be made', async () => {
    const path = newPath()
    await fileLog(join(path, '../a')).append([note(0)])
    const error = await failure(() => fileLog(join(path, '../a/run.jsonl')).append([note(0)]))
    expect(error).toMatchObject({ code: 'log_storage' })
    expect(error.message).toMatch(/cannot be written: (EEXIST|ENOTDIR)/)
  })
})

describe('a torn line', () => {
  test.each([
    ['half a fact', '{"seq":1,"at":17'],
    ['a whole fact without its line break', JSON.stringify(note(1))],
    ['half a character', Buffer.from('{"seq":1,"x":"ä').subarray(0, 14)],
    ['a hole that a loss of power left', '\0\0\0\0'],
    ['a hole before the line break', '\0\0"}\n'],
  ])('is left out, reported, and cut off by the next append: %s', async (_, rest) => {
    const path = newPath()
    const log = fileLog(path)
    await log.append([note(0)])
    await log.close()
    const { size } = statSync(path)
    appendFileSync(path, rest)
    const torn: TornLine = { path, offset: size, bytes: Buffer.from(rest).length }
    const told: TornLine[] = []
    const next = fileLog(path, { onTorn: (line) => told.push(line) })
    expect(await next.load()).toEqual([note(0)])
    expect(next.torn).toEqual(torn)
    expect(told).toEqual([])
    await next.append([note(1)])
    await next.close()
    expect(told).toEqual([torn])
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(note(0))}\n${JSON.stringify(note(1))}\n`)
  })

  test('that a living writer has ended since is a conflict, and nothing is cut', async () => {
    const path = newPath()
    const log = fileLog(path)
    await log.append([note(0)])
    await log.close()
    const line = `${JSON.stringify(note(1))}\n`
    appendFileSync(path, line.slice(0, 9))
    const late = fileLog(path)
    await late.load()
    appendFileSync(path, line.slice(9))
    expect(await failure(() => late.append([note(1)]))).toMatchObject({ code: 'log_conflict' })
    expect(await fileLog(path).load()).toEqual([note(0), note(1)])
    expect(readdirSync(join(path, '..'))).toEqual(['run.jsonl'])
  })
})

describe('damage', () => {
  const lines = [0, 1, 2].map((seq) => JSON.stringify(note(seq)))
  test.each([
    ['a line that is not JSON', [lines[0], '{"seq":1', lines[2]], 'line 2 is not JSON'],
    ['a line that is missing', [lines[0], lines[2]], 'line 2 holds fact 2 instead of 1'],
    ['two facts that were glued', [lines[0], `${lines[1]}${lines[2]}`], 'line 2 is not JSON'],
    ['a torn line with a fact glued to it', [lines[0], `{"seq":1,"at${lines[1]}`, lines[2]], 'line 2 is not JSON'],
    ['an empty line', [lines[0], '', lines[1]], 'line 2 is not JSON'],
    ['null', ['null'], 'line 1 holds fact undefined instead of 0'],
    ['a line twice', [lines[0], lines[0], lines[1]], 'line 2 holds fact 0 instead of 1'],
    ['bytes that are not UTF-8', [lines[0], Buffer.from([...Buffer.from(lines[1]!), 0xff])], 'line 2 is not UTF-8'],
  ])('is an error that names the line, at load and at append: %s', async (_, content, message) => {
    const path = newPath()
    await fileLog(join(path, '../other')).append([note(0)])
    const data = Buffer.concat(content.flatMap((line) => [Buffer.from(line!), Buffer.from('\n')]))
    writeFileSync(path, data)
    for (const run of [() => fileLog(path).load(), () => fileLog(path).append([note(3)])]) {
      const error = await failure(run)
      expect(error).toBeInstanceOf(LogError)
      expect(error).toMatchObject({ code: 'log_damaged', retryable: false })
      expect(error.message).toContain(message)
    }
    expect(readFileSync(path)).toEqual(data)
  })
})

describe('one owner', () => {
  test('a second log of this process is refused by an error that names it, until the first is closed', async () => {
    const path = newPath()
    const first = fileLog(path)
    await first.append([note(0)])
    const error = await failure(() => fileLog(path).append([note(1)]))
    expect(error).toMatchObject({ code: 'log_owned', owner: { host: hostname(), pid: process.pid } })
    expect(error.message).toContain(`owned by this process (${process.pid})`)
    await first.append([note(1)])
    await first.close()
    await fileLog(path).append([note(2)])
  })

  const own = newOwner()
  let child: ReturnType<typeof spawn>
  beforeAll(() => {
    child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  })
  afterAll(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const dead = spawnSync(process.execPath, ['-e', '']).pid

  test.each([
    ['a process that is gone', () => ({ ...own, pid: dead }), true],
    ['an earlier process of the same id', () => ({ ...own, started: 'another boot/1' }), true],
    ['a process that lives', () => ({ ...own, pid: child.pid!, started: '' }), false],
    ['a process of another host', () => ({ ...own, host: 'elsewhere', pid: dead }), false],
  ] as const)('the lock of %s', async (_, owner, taken) => {
    const path = newPath()
    await fileLog(join(path, '../other')).append([note(0)])
    writeFileSync(`${path}.lock`, JSON.stringify(owner()))
    const log = fileLog(path)
    if (taken) {
      await log.append([note(0)])
      expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid, started: own.started })
      await log.close()
      expect(readdirSync(join(path, '..')).filter((name) => name.startsWith('run'))).toEqual(['run.jsonl'])
    } else {
      const { owner: named, message } = await failure(() => log.append([note(0)]))
      expect(named).toEqual(owner())
      expect(message).toContain(`process ${owner().pid} on ${owner().host}`)
    }
  })

  test('a lock that a loss of power emptied is taken over', async () => {
    const path = newPath()
    await fileLog(join(path, '../other')).append([note(0)])
    writeFileSync(`${path}.lock`, '')
    await fileLog(path).append([note(0)])
    expect(await fileLog(path).load()).toEqual([note(0)])
  })

  test('a taker that died in the middle of its turn is succeeded', async () => {
    const path = newPath()
    await fileLog(join(path, '../other')).append([note(0)])
    writeFileSync(`${path}.lock`, JSON.stringify({ ...own, pid: dead, id: 'first' }))
    writeFileSync(`${path}.lock.first`, JSON.stringify({ ...own, pid: dead, id: 'second' }))
    const log = fileLog(path)
    await log.append([note(0)])
    await log.close()
    expect(readdirSync(join(path, '..')).filter((name) => name.startsWith('run'))).toEqual(['run.jsonl'])
  })

  test('a log that another writer changed in spite of the lock is a conflict before the next effect', async () => {
    const path = newPath()
    const log = fileLog(path, { sync: 'every' })
    await log.append([note(0)])
    appendFileSync(path, `${JSON.stringify(note(1))}\n`)
    expect(await failure(() => log.append([note(1)]))).toMatchObject({ code: 'log_conflict' })
    expect(await fileLog(path).load()).toEqual([note(0), note(1)])
    truncateSync(path, 0)
    expect(await failure(() => log.append([note(1)]))).toMatchObject({ code: 'log_conflict' })
  })
})
