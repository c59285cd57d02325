// Two worker processes on a real Postgres. One of them dies, or all, and Postgres with them.
import { join } from 'node:path'
import { memoryLog, type RunEvent } from '@toolloop/core'
import { EngineError } from '@toolloop/engine'
import { fileLog } from '@toolloop/store'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { settled } from '../../engine/src/test/surroundings.ts'
import { WorkerProcess } from '../../engine/src/test/worker-process.ts'
import { postgresMissing } from '../../../scripts/services/postgres.ts'
import { client } from './index.ts'
import { type OnDbos, onDbos } from './test/surroundings.ts'

const minute = 60_000

describe.skipIf(postgresMissing !== undefined)(`runs on DBOS ${postgresMissing ?? ''}`, () => {
  let around: OnDbos
  beforeAll(async () => {
    around = await onDbos()
  }, minute)
  afterAll(() => around[Symbol.asyncDispose](), minute)

  const effectsOf = (runId: string): string[] => around.effects().filter((key) => key.startsWith(runId))

  describe('with a worker', () => {
    beforeAll(async () => void (await around.worker('kept')), minute)
    afterAll(() => WorkerProcess.killAll())

    it(
      'gives the transcript of a run in memory and on a file, with and without early dispatch',
      async () => {
        const { agents, folder, runs } = around
        for (const one of [agents.clerk, agents.patient]) {
          const inMemory = await one.run('go', { log: memoryLog() })
          const onFile = await one.run('go', { log: fileLog(join(folder, `${one.name}.jsonl`)) })
          const served = await runs.run(one, 'go')
          const views = [inMemory, onFile, served].map(({ status, messages, usage }) => ({ status, messages, usage }))
          expect(views).toEqual([views[0], views[0], views[0]])
        }
      },
      minute,
    )

    it(
      'streams every fact once and in order, with progress, and joins a run that exists',
      async () => {
        const { runs } = around
        const { walker } = around.agents
        const stream = runs.stream(walker, 'walk', { runId: 'streamed' })
        const events: RunEvent[] = []
        let steering: Promise<void> | undefined
        for await (const event of stream) {
          events.push(event)
          // Progress is best effort: the run goes on until there was some.
          if (!('seq' in event)) steering ??= runs.steer('streamed', 'stop')
        }
        await steering
        const facts = events.filter((event) => 'seq' in event)
        expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index))
        expect(await stream.result).toMatchObject({ status: 'done', output: 'Stopped.' })
        const again: RunEvent[] = []
        for await (const event of runs.attach(walker, 'streamed')) again.push(event)
        expect(again).toEqual(facts)
        const joined = await runs.run(walker, 'ignored', { runId: 'streamed' })
        expect(JSON.stringify(joined)).toBe(JSON.stringify(await stream.result))
      },
      minute,
    )

    it(
      'steers and aborts a run from outside',
      async () => {
        const { runs } = around
        const { careful, walker } = around.agents
        const started = async (runId: string): Promise<void> => {
          for await (const event of runs.stream(walker, 'walk', { runId })) if (event.type === 'tool.done') return
        }
        await started('steered')
        await runs.steer('steered', 'stop')
        expect(await runs.result(walker, 'steered')).toMatchObject({ status: 'done', output: 'Stopped.' })
        await started('aborted')
        await runs.abort('aborted', 'enough')
        expect(await runs.result(walker, 'aborted')).toMatchObject({ status: 'aborted' })
        await expect(runs.steer('aborted', 'stop')).rejects.toMatchObject({ problem: 'ended' })
        await runs.run(careful, 'go', { runId: 'refused' })
        await runs.abort('refused', 'no')
        expect(await runs.result(careful, 'refused')).toMatchObject({ status: 'aborted' })
        expect(effectsOf('refused')).toEqual([])
      },
      minute,
    )

    it(
      'names a run, an agent and a server that it does not find',
      async () => {
        const { runs } = around
        const { walker } = around.agents
        await expect(runs.status('nowhere')).rejects.toMatchObject({ problem: 'unknown_run' })
        const stranger = walker.with({ name: 'stranger' })
        await expect(runs.run(stranger, 'go')).rejects.toThrow('No worker has ever served `stranger`')
        const lost = client('postgresql://postgres@127.0.0.1:1/none', { patience: 100 })
        await expect(lost.run(walker, 'walk')).rejects.toThrow(EngineError)
        await expect(lost.status('nowhere')).rejects.toMatchObject({ problem: 'unreachable', retryable: true })
        await lost.close()
      },
      minute,
    )
  })

  describe('with workers that end', () => {
    afterEach(() => WorkerProcess.killAll())

    it(
      'runs the items of one map on both workers, each effect once, also when one is killed',
      async () => {
        const [one] = await Promise.all([around.worker('one'), around.worker('two')])
        const { spread } = around.agents
        const files = Array.from({ length: 12 }, (_, index) => `${index}.ts`)
        // Which worker takes an item is a race for the queue: it is run until both have had some.
        const pids = new Set<string | undefined>()
        let turns = 0
        while (pids.size < 2 && turns < 10) {
          const whole = await settled(around, spread, files, `spread ${turns++}`)
          const lines = outputOf(whole)
          expect(lines.map((line) => line.split(' ')[0])).toEqual(files) // in order
          for (const line of lines) pids.add(/ in (\d+):/.exec(line)?.[1])
          expect(effectsOf('spread')).toHaveLength(turns * files.length)
        }
        expect(pids.size).toBe(2)

        const ending = settled(around, spread, files, 'killed')
        while (effectsOf('killed').length < 2) await sleep(10)
        await one.end('SIGKILL')
        expect(outputOf(await ending).map((line) => line.split(' ')[0])).toEqual(files)
        const done = effectsOf('killed')
        expect(done).toHaveLength(files.length)
        expect(new Set(done).size).toBe(done.length)
      },
      2 * minute,
    )

    it(
      'keeps a run that waits for a decision while every process restarts, and takes the decision once',
      async () => {
        const first = await around.worker('one')
        const { postgres, runs } = around
        const { careful } = around.agents
        const waiting = await runs.run(careful, 'go', { runId: 'rent' })
        expect(waiting).toMatchObject({ status: 'approval' })
        await first.end('SIGKILL')
        await postgres.kill()
        await postgres.restart()
        expect(await runs.status('rent')).toMatchObject({
          agent: 'careful',
          status: 'paused',
          requests: [{ name: 'act' }],
        })
        const decisions = Object.fromEntries(
          (await runs.status('rent')).requests.map(({ id }) => [id, { approve: true } as const]),
        )
        await Promise.all([runs.decide('rent', decisions), around.worker('two')])
        expect(await runs.result(careful, 'rent')).toMatchObject({ status: 'done', output: 'All is done.' })
        expect(effectsOf('rent')).toEqual(['rent/1/a1'])
        await expect(runs.decide('rent', decisions)).rejects.toMatchObject({
          name: 'ApprovalError',
          problem: 'decided',
        })
      },
      2 * minute,
    )

    it(
      'hands its runs over when it is stopped',
      async () => {
        const { runs } = around
        const { walker } = around.agents
        const one = await around.worker('one')
        const result = runs.run(walker, 'walk', { runId: 'moved' })
        await around.worker('two')
        await one.end('SIGTERM')
        await runs.steer('moved', 'stop')
        expect(await result).toMatchObject({ status: 'done' })
      },
      minute,
    )
  })
})

const outputOf = (result: { readonly status: string; readonly output?: unknown }): string[] => {
  expect(result.status).toBe('done')
  return result.output as string[]
}
