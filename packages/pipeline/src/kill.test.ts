// Processes that are killed at any moment of a pipeline, and others that go on. What happened is counted outside.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileLog } from '@toolloop/store'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** `KILLED_RUNS=100` for a longer search. */
const runs = Number(process.env['KILLED_RUNS'] ?? 3)
const kills = 4

let base: string
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'kill-'))))
afterAll(() => rm(base, { recursive: true }))

/** Starts a process. It is killed once it has printed so many facts. Returns its last line; `undefined` if it was killed. */
async function start(folder: string, killedAt = Infinity): Promise<string | undefined> {
  const program = join(import.meta.dirname, 'test/payments.ts')
  const child = spawn(process.execPath, ['--conditions=@toolloop/source', program, folder], { timeout: 100_000 })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
    if (out.split('\n').length > killedAt) child.kill('SIGKILL')
  })
  child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
  await new Promise((close) => child.on('close', close))
  expect(err).toBe('')
  return child.signalCode === 'SIGKILL' ? undefined : out.trimEnd().split('\n').at(-1)
}

const expected = [
  ...Array.from({ length: 12 }, (_, at) => `unsafe r/map[${at}]/pay`),
  ...[1, 2].map((round) => `unsafe r/parallel/again#${round}/pay`),
  ...[0, 1].map((step) => `unsafe r/parallel/clerk/clerk/${step}/b${step}`),
]

it(
  'loses nothing, repeats nothing that is unsafe, and gives the same result',
  async () => {
    let killed = 0
    for (let run = 0; run < runs; run++) {
      const folder = join(base, `${run}`)
      // A whole run has about 110 facts.
      for (let kill = 0; kill < kills; kill++) {
        const end = await start(folder, 1 + Math.floor(Math.random() * 45))
        if (end === undefined) killed++
      }
      const result = JSON.parse((await start(folder)) ?? 'null') as unknown
      expect(result).toMatchObject({ status: 'done', output: { clerk: 'Booked.', again: { by: 'max', output: 78 } } })
      const effects = (await readFile(join(folder, 'ledger.txt'), 'utf8')).trimEnd().split('\n')
      expect(effects.filter((line) => line.startsWith('unsafe')).toSorted()).toEqual(expected.toSorted())
      expect(new Set(effects.filter((line) => line.startsWith('idempotent'))).size).toBe(15)
      const facts = await fileLog(join(folder, 'payments.jsonl')).load()
      expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, at) => at))
      const done = facts.flatMap((fact) => (fact.type === 'stage.done' ? [fact.stage] : []))
      expect(new Set(done).size).toBe(done.length)
    }
    expect(killed).toBeGreaterThan(runs)
  },
  60_000 * runs,
)
