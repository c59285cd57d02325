// A worker that stands still beyond its lease, while another one takes its runs over, and then goes on.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApprovalRequest, Decision, RunEvent } from '@toolloop/core'
import { checkTranscript } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client } from './index.ts'
import { agentsOf } from './test/agents.ts'
import { WorkerProcess } from './test/worker-process.ts'

const runs = 12
const folder = mkdtempSync(join(tmpdir(), 'toolloop-dbos-suspended-'))
const effects = join(folder, 'effects')
const { explorer } = agentsOf({ effects, delay: 30 })

describe.skipIf(postgresMissing !== undefined)(`a suspended worker ${postgresMissing ?? ''}`, () => {
  let postgres: Postgres
  beforeAll(async () => {
    writeFileSync(effects, '')
    postgres = await startPostgres()
  }, 60_000)
  afterAll(async () => {
    await WorkerProcess.killAll()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const notes = (): string[] =>
    readFileSync(effects, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('note '))
  const decided = (requests: readonly ApprovalRequest[]): Record<string, Decision> =>
    Object.fromEntries(
      requests.map(({ id, run, step, callId }) => {
        const isDone = notes().includes(`note ${run}/${step}/${callId}`)
        return [id, isDone ? { result: 'noted' } : { approve: true }]
      }),
    )

  it('records nothing more, and repeats no unsafe call', async () => {
    const settings = { DATABASE: postgres.url, EFFECTS: effects, DELAY: '30' }
    const slow = await WorkerProcess.start({ ...settings, EXECUTOR: 'slow' })
    const runner = client(postgres.url)
    const ids = Array.from({ length: runs }, (_, index) => `run ${index}`)
    const settled = async (runId: string) => {
      let result = await runner.run(explorer, 'go', { runId })
      while (result.status === 'approval') {
        await runner.decide(runId, decided(result.requests))
        result = await runner.result(explorer, runId)
      }
      return result
    }
    const all = ids.map(settled)
    while (notes().length < 3) await sleep(5)
    slow.suspend()
    await WorkerProcess.start({ ...settings, EXECUTOR: 'other' })
    while (notes().length < runs) await sleep(20)
    slow.resume()
    const results = await Promise.all(all)
    await sleep(500) // what the slow worker still does
    expect(results.map(({ status }) => status)).toEqual(ids.map(() => 'done'))
    for (const { messages } of results) expect(checkTranscript(messages)).toBeUndefined()
    expect(notes().toSorted()).toEqual([...new Set(notes())].toSorted())
    expect(notes()).toHaveLength(2 * runs)
    for (const runId of ids) {
      const facts: RunEvent[] = []
      for await (const event of runner.attach(explorer, runId)) facts.push(event)
      expect(facts.flatMap((one) => ('seq' in one ? [one.seq] : []))).toEqual(facts.map((_, index) => index))
    }
    await runner.close()
  }, 150_000)
})
