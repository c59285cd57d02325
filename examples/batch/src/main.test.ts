// The batch as a person starts it: whole, and killed at any moment.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fact } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { scriptedServer } from '@toolloop/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documentsIn, makeDocuments, scriptedExtractor } from './documents.ts'

const { INIT_CWD: _cwd, OPENAI_API_KEY: _key, ...env } = process.env
const count = 60
let base: string
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'batch-'))))
afterAll(() => rm(base, { recursive: true }))

/** Runs the program on a folder against a server. It is killed once the server has answered so many requests. */
async function start(
  folder: string,
  baseURL: string,
  killed?: Promise<void>,
): Promise<{ out: string; err: string; code: number | null }> {
  const child = spawn(
    process.execPath,
    ['--conditions=@toolloop/source', join(import.meta.dirname, 'main.ts'), folder],
    {
      env: {
        ...env,
        OPENAI_API_KEY: 'none',
        OPENAI_BASE_URL: baseURL,
        OPENAI_MODEL: 'scripted',
        BATCH_PER_SECOND: '1000',
      },
      timeout: 60_000,
    },
  )
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => void (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
  void killed?.then(() => child.kill('SIGKILL'))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { out, err, code }
}

const finished = (facts: readonly Fact[]): string[] =>
  facts.flatMap((fact) => (fact.type === 'stage.done' && fact.ok && fact.stage.includes('extract') ? [fact.stage] : []))

it('extracts each document once, also when it is killed twice', async () => {
  const folder = join(base, 'killed')
  await makeDocuments(folder, count)
  const files = await documentsIn(folder)
  const kills = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const asked = new Map<string, number>()
  let answered = 0
  await using server = await scriptedServer((request) => {
    const answer = scriptedExtractor(request)
    const [, name = ''] = /"number":"([^"]+)/.exec(JSON.stringify(answer).replaceAll('\\"', '"')) ?? []
    asked.set(name, (asked.get(name) ?? 0) + 1)
    answered++
    if (answered === 20) kills[0]!.resolve()
    if (answered === 45) kills[1]!.resolve()
    return answer
  })
  const log = fileLog(join(folder, 'batch.log.jsonl'))
  let before: string[] = []
  for (const kill of kills) {
    await start(folder, server.url, kill.promise)
    const now = finished(await log.load())
    expect(now.slice(0, before.length)).toEqual(before)
    before = now
  }
  const { err, code } = await start(folder, server.url)
  expect(code, err).toBe(0)
  const done = finished(await log.load())
  expect(new Set(done).size).toBe(count)
  expect(done).toHaveLength(count)
  // Only requests that were under way at a kill may have been sent again: 16 at once, two kills.
  expect(asked.size).toBe(count)
  expect([...asked.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(32)
  const rows = (await readFile(join(folder, 'invoices.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string })
  expect(rows.map(({ file }) => file)).toEqual(files)
}, 90_000)
