// Two worker processes on a real Postgres. One of them dies, or Postgres, or all.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ApprovalRequest, type Decision, memoryLog, type RunEvent } from '@toolloop/core'
import { type ClientRunnable, type EngineClient, EngineError, type InputFor } from '@toolloop/engine'
import { fileLog } from '@toolloop/store'
import { checkTranscript } from '@toolloop/testing'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { client } from './index.ts'
import { agentsOf } from './test/agents.ts'
import { WorkerProcess } from './test/worker-process.ts'

const runs = Number(process.env['TOOLLOOP_ENGINE_RUNS'] ?? 50)
const minute = 60_000
const folder = mkdtempSync(join(tmpdir(), 'toolloop-dbos-'))
const effects = join(folder, 'effects')
const { explorer, patient, review, spread, payer, walker } = agentsOf({ effects, delay: 3 })

let postgres: Postgres
let runner: EngineClient

const worker = (EXECUTOR: string): Promise<WorkerProcess> =>
  WorkerProcess.start({ DATABASE: postgres.url, EFFECTS: effects, EXECUTOR })
const effectsOf = (name: string): string[] =>
  readFileSync(effects, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${name} `))

/** What a person does: looks whether an interrupted call has had its effect, and lets it run otherwise. */
function decided(requests: readonly ApprovalRequest[]): Record<string, Decision> {
  return Object.fromEntries(
    requests.map(({ id, name, run, path, step, callId }) => {
      const key = [run, ...(path ? [path] : []), step, callId].join('/')
      const isDone = effectsOf(name).includes(`${name} ${key}`)
      return [id, isDone ? { result: `did ${name}` } : { approve: true }]
    }),
  )
}

/** Runs to the end: answers what the run asks. */
async function settled<One extends ClientRunnable>(runnable: One, input: InputFor<One>, runId: string) {
  let result = (await runner.run(runnable, input, { runId })) as Outcome
  while (result.status === 'approval') {
    await runner.decide(runId, decided(result.requests ?? []))
    result = (await runner.result(runnable, runId)) as Outcome
  }
  return result
}

interface Outcome {
  readonly status: string
  readonly output?: unknown
  readonly requests?: readonly ApprovalRequest[]
  readonly messages?: Parameters<typeof checkTranscript>[0]
}

async function query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
  const connection = new Client({ connectionString: postgres.url })
  await connection.connect()
  try {
    return (await connection.query<Row>(text, [...values])).rows
  } finally {
    await connection.end()
  }
}

/** Resolves when as many effects were counted. */
async function reached(count: number): Promise<void> {
  while (effectsOf('note').length < count) await sleep(10)
}

describe.skipIf(postgresMissing !== undefined)(`runs on DBOS ${postgresMissing ?? ''}`, () => {
  beforeAll(async () => {
    postgres = await startPostgres()
    runner = client(postgres.url)
  }, minute)
  beforeEach(() => writeFileSync(effects, ''))
  afterEach(() => WorkerProcess.killAll())
  afterAll(async () => {
    await runner.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }, minute)

  const cases: readonly [string, (busier: WorkerProcess) => Promise<void>][] = [
    ['one of two workers', (busier) => busier.end('SIGKILL')],
    ['Postgres', () => postgres.kill().then(() => postgres.restart())],
  ]
  it.each(cases)(
    `completes ${2 * runs} runs, each effect once, when %s is killed`,
    async (name, kill) => {
      const [one, two] = await Promise.all([worker('one'), worker('two')])
      const files = ['a.ts', 'b.ts', 'c.ts']
      const all = Array.from({ length: runs }, (_, index) => [
        settled(explorer, 'go', `${name} explorer ${index}`),
        settled(review, files, `${name} review ${index}`),
      ]).flat()
      const expected = runs * (2 + 2 * files.length)
      await reached(expected * (0.1 + Math.random() * 0.6))
      const pending = await query<{ id: string; executor: string }>(
        `SELECT workflow_uuid AS id, executor_id AS executor FROM dbos.workflow_status WHERE status = 'PENDING'`,
        [],
      )
      const ownedBy = Map.groupBy(pending, ({ executor }) => executor)
      const [executor, owned] = [...ownedBy].toSorted(([, a], [, b]) => b.length - a.length)[0]!
      const killed = Date.now()
      await kill(executor === 'one' ? one : two)
      const back = Date.now() - killed
      const results = await Promise.all(all)

      expect(results.map(({ status }) => status)).toEqual(results.map(() => 'done'))
      expect(results.map(({ messages }) => messages && checkTranscript(messages))).toEqual(results.map(() => undefined))
      const done = effectsOf('note')
      expect(done.length).toBe(expected)
      expect(new Set(done).size).toBe(expected)
      const taken = await query<{ ms: string }>(
        `SELECT started_at_epoch_ms - $2 AS ms FROM dbos.workflow_status
         WHERE workflow_uuid = ANY($1) AND executor_id <> $3 ORDER BY 1`,
        [owned.map(({ id }) => id), killed, executor],
      )
      const times = taken.map(({ ms }) => Number(ms))
      console.log(
        times.length > 0
          ? `killed ${name}: the survivor took ${times.length} of ${owned.length} runs over after ${times[0]} to ${times.at(-1)} ms (lease 1500 ms)`
          : `killed ${name}: it was back after ${back} ms, and its workers kept their ${owned.length} runs`,
      )
    },
    300_000,
  )

  it(
    'runs the items of one map on both workers, each effect once, also when one is killed',
    async () => {
      const [one] = await Promise.all([worker('one'), worker('two')])
      const files = Array.from({ length: 12 }, (_, index) => `${index}.ts`)
      // Which worker takes an item is a race for the queue: it is run until both have had some.
      const pids = new Set<string | undefined>()
      let turns = 0
      while (pids.size < 2 && turns < 10) {
        const whole = await settled(spread, files, `spread ${turns++}`)
        const lines = whole.output as string[]
        expect(lines.map((line) => line.split(' ')[0])).toEqual(files) // in order
        for (const line of lines) pids.add(/ in (\d+):/.exec(line)?.[1])
        expect(effectsOf('note')).toHaveLength(turns * files.length)
      }
      expect(pids.size).toBe(2)

      const ending = settled(spread, files, 'spread killed')
      await reached(turns * files.length + 2)
      await one.end('SIGKILL')
      const killed = await ending
      expect(killed.status).toBe('done')
      expect((killed.output as string[]).map((line) => line.split(' ')[0])).toEqual(files)
      const done = effectsOf('note')
      expect(done).toHaveLength((turns + 1) * files.length)
      expect(new Set(done).size).toBe(done.length)
    },
    2 * minute,
  )

  it(
    'keeps a run that waits for a decision while every process restarts, and takes the decision once',
    async () => {
      const first = await worker('one')
      const waiting = await runner.run(payer, 'go', { runId: 'rent' })
      expect(waiting).toMatchObject({ status: 'approval' })
      await first.end('SIGKILL')
      await postgres.kill()
      await postgres.restart()
      expect(await runner.status('rent')).toMatchObject({
        agent: 'payer',
        status: 'paused',
        requests: [{ name: 'pay' }],
      })
      const decisions = Object.fromEntries(
        (await runner.status('rent')).requests.map(({ id }) => [id, { approve: true } as const]),
      )
      await Promise.all([runner.decide('rent', decisions), worker('two')])
      expect(await runner.result(payer, 'rent')).toMatchObject({ status: 'done', output: 'Paid.' })
      expect(effectsOf('pay')).toEqual(['pay rent/0/p'])
      await expect(runner.decide('rent', decisions)).rejects.toMatchObject({
        name: 'ApprovalError',
        problem: 'decided',
      })
    },
    minute,
  )

  it(
    'gives the transcript of a run in memory and on a file, with and without early dispatch',
    async () => {
      await worker('one')
      for (const one of [explorer, patient]) {
        const inMemory = await one.run('go', { log: memoryLog() })
        const onFile = await one.run('go', { log: fileLog(join(folder, `${one.name}.jsonl`)) })
        const onDbos = await runner.run(one, 'go')
        const views = [inMemory, onFile, onDbos].map(({ status, messages, usage }) => ({ status, messages, usage }))
        expect(views).toEqual([views[0], views[0], views[0]])
      }
    },
    minute,
  )

  it(
    'streams every fact once and in order, with progress, and joins a run that exists',
    async () => {
      await worker('one')
      const stream = runner.stream(explorer, 'go', { runId: 'streamed' })
      const events: RunEvent[] = []
      for await (const event of stream) events.push(event)
      const facts = events.filter((event) => 'seq' in event)
      expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index))
      expect(events.some(({ type }) => type === 'content.delta')).toBe(true)
      const again: RunEvent[] = []
      for await (const event of runner.attach(explorer, 'streamed')) again.push(event)
      expect(again).toEqual(facts)
      const joined = await runner.run(explorer, 'ignored', { runId: 'streamed' })
      expect(JSON.stringify(joined)).toBe(JSON.stringify(await stream.result))
    },
    minute,
  )

  it(
    'steers and aborts a run from outside',
    async () => {
      await worker('one')
      const started = async (runId: string): Promise<void> => {
        for await (const event of runner.stream(walker, 'go', { runId })) if (event.type === 'tool.done') return
      }
      await started('steered')
      await runner.steer('steered', 'stop')
      expect(await runner.result(walker, 'steered')).toMatchObject({ status: 'done', output: 'Stopped.' })
      await started('aborted')
      await runner.abort('aborted', 'enough')
      expect(await runner.result(walker, 'aborted')).toMatchObject({ status: 'aborted' })
      await expect(runner.steer('aborted', 'stop')).rejects.toMatchObject({ problem: 'ended' })
      await runner.run(payer, 'go', { runId: 'refused' })
      await runner.abort('refused', 'no')
      expect(await runner.result(payer, 'refused')).toMatchObject({ status: 'aborted' })
      expect(effectsOf('pay')).toEqual([])
    },
    minute,
  )

  it(
    'hands its runs over when it is stopped',
    async () => {
      const one = await worker('one')
      const result = runner.run(walker, 'go', { runId: 'moved' })
      await worker('two')
      await one.end('SIGTERM')
      await runner.steer('moved', 'stop')
      expect(await result).toMatchObject({ status: 'done' })
    },
    minute,
  )

  it(
    'names a run, an agent and a server that it does not find',
    async () => {
      await expect(runner.status('nowhere')).rejects.toMatchObject({ problem: 'unknown_run' })
      const stranger = walker.with({ name: 'stranger' })
      await expect(runner.run(stranger, 'go')).rejects.toThrow('No worker has ever served `stranger`')
      const lost = client('postgresql://postgres@127.0.0.1:1/none', { patience: 100 })
      await expect(lost.run(walker, 'go')).rejects.toThrow(EngineError)
      await expect(lost.status('nowhere')).rejects.toMatchObject({ problem: 'unreachable', retryable: true })
      await lost.close()
    },
    minute,
  )
})
