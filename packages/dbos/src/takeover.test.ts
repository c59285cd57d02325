// Runs of workers that die again and again, and of workers that leave.
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WorkerProcess } from '../../engine/src/test/worker-process.ts'
import { postgresMissing } from '../../../scripts/services/postgres.ts'
import { type OnDbos, onDbos } from './test/surroundings.ts'

const minute = 120_000

describe.skipIf(postgresMissing !== undefined)(`takeovers on DBOS ${postgresMissing ?? ''}`, () => {
  let around: OnDbos
  beforeAll(async () => {
    around = await onDbos()
  }, minute)
  afterEach(() => WorkerProcess.killAll())
  afterAll(() => around[Symbol.asyncDispose](), minute)

  async function hasBegun(runId: string): Promise<void> {
    while (((await around.runs.status(runId).catch(() => undefined))?.facts ?? 0) < 3) await sleep(10)
  }

  const cases = [
    ['other workers take it over', (turn: number) => `worker ${turn}`],
    ['its worker starts again under the same name', () => 'same'],
  ] as const
  it.each(cases)(
    'gives a run up that ends its workers again and again, when %s',
    async (name, executorOf) => {
      const { agents, effects, postgres, runs } = around
      const { clerk, poison } = agents
      const runId = `poison, ${name}`
      const crashes = (): number => effects().filter((key) => key.startsWith(runId)).length
      const worker = (turn: number): Promise<WorkerProcess> => around.worker(executorOf(turn), { LEASE: '500' })
      const first = await worker(0)
      const waiting = runs.run(poison, 'crash', { runId })
      waiting.catch(() => {})
      await first.ended()
      // It may die before it says that it serves.
      for (let turn = 1; turn < 3; turn++)
        await worker(turn).then(
          (one) => one.ended(),
          () => {},
        )
      const last = await worker(3)
      await expect(waiting).rejects.toMatchObject({ problem: 'failed' })
      await expect(waiting).rejects.toThrow('3 workers died with it')
      expect(crashes()).toBe(3)
      expect(await runs.status(runId)).toMatchObject({ status: 'failed', agent: 'poison' })
      await expect(runs.abort(runId)).rejects.toMatchObject({ problem: 'ended' })
      // The worker that gave it up serves others.
      expect(await runs.run(clerk, 'go')).toMatchObject({ status: 'done' })

      // A person who has mended the cause resumes it: it has all its takeovers again.
      const dbos = await DBOSClient.create({ systemDatabaseUrl: postgres.url })
      await dbos.resumeWorkflows([runId], { queueName: 'toolloop.poison' })
      await last.ended()
      expect(crashes()).toBe(4)
      expect(await runs.status(runId)).toMatchObject({ status: 'running' })
      await dbos.cancelWorkflow(runId)
      await dbos.destroy()
    },
    minute,
  )

  it(
    'lets the active runs of a worker that leaves end, and hands over those that do not in time',
    async () => {
      // Longer than a busy machine stalls: a worker that is slow for its lease loses its runs before it leaves.
      const LEASE = '5000'
      const { postgres, runs } = around
      const { walker } = around.agents
      const leaving = await around.worker('leaving', { DRAIN: '5000', LEASE })
      const short = runs.run(walker, 'walk', { runId: 'short' })
      const long = runs.run(walker, 'walk', { runId: 'long' })
      for (const runId of ['short', 'long']) await hasBegun(runId)
      await around.worker('staying', { LEASE })
      const left = leaving.end('SIGTERM')
      await runs.steer('short', 'stop')
      expect(await short).toMatchObject({ status: 'done', output: 'Stopped.' })
      await left
      await runs.steer('long', 'stop')
      expect(await long).toMatchObject({ status: 'done', output: 'Stopped.' })
      const dbos = await DBOSClient.create({ systemDatabaseUrl: postgres.url })
      const ended = await dbos.listWorkflows({ workflowIDs: ['short', 'long'] })
      await dbos.destroy()
      expect(Object.fromEntries(ended.map((one) => [one.workflowID, one.executorId]))).toEqual({
        short: 'leaving',
        long: 'staying',
      })
    },
    minute,
  )
})
