// The quickstart and the code review, as they are in `examples`, on two workers of which one is killed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOSClient, type WorkflowStatus } from '@dbos-inc/dbos-sdk'
import { checkTranscript, strictServer } from '@toolloop/testing'
import { expect, it } from 'vitest'
import { postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'
import { question } from '../../../examples/quickstart/src/explorer.ts'
import { client } from './index.ts'
import { contextOf, examplesOn, partIds, script } from './test/examples.ts'
import { WorkerProcess } from './test/worker-process.ts'

const count = Number(process.env['TOOLLOOP_ENGINE_RUNS'] ?? 50)

it.skipIf(postgresMissing !== undefined)(
  `completes ${count} runs of each, as on one machine, when the busier of two workers is killed ${postgresMissing ?? ''}`,
  async () => {
    await using stack = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'toolloop-dbos-examples-'))
    stack.defer(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'packages/sum'), { recursive: true })
    writeFileSync(join(folder, 'packages/sum/package.json'), '{ "name": "sum", "description": "It adds." }')
    const server = stack.use(await strictServer(script, { delay: 15 }))
    const { quickstart, review } = examplesOn(server.url)
    const context = await contextOf(folder)
    const alone = [await quickstart.run(question, { context }), await review.run(partIds, { context })]

    const postgres = await startPostgres()
    stack.defer(() => postgres.stop())
    stack.defer(() => WorkerProcess.killAll())
    const settings = { DATABASE: postgres.url, FOLDER: folder, MODEL: server.url }
    const start = (EXECUTOR: string): Promise<WorkerProcess> =>
      WorkerProcess.start({ ...settings, EXECUTOR }, 'examples-worker.ts')
    const workers = { one: await start('one'), two: await start('two') }
    const runs = client(postgres.url)
    stack.defer(() => runs.close())
    const dbos = await DBOSClient.create({ systemDatabaseUrl: postgres.url })
    stack.defer(() => dbos.destroy())

    const before = server.requests.length
    const ending = Array.from({ length: count }, (_, index) => [
      runs.run(quickstart, question, { runId: `quickstart ${index}` }),
      runs.run(review, partIds, { runId: `review ${index}` }),
    ]).flat()
    while (server.requests.length < before + count * 4) await sleep(5)
    const active = await dbos.listWorkflows({ status: 'PENDING', loadInput: false })
    const on = (name: string): WorkflowStatus[] => active.filter(({ executorId }) => executorId === name)
    const victim = on('one').length > on('two').length ? 'one' : 'two'
    await workers[victim].end('SIGKILL')
    const killedAt = Date.now()
    const left = (await dbos.listWorkflows({ status: 'PENDING', executorId: victim })).map((one) => one.workflowID)
    const results = await Promise.all(ending)

    expect(left.length).toBeGreaterThan(0)
    const taken = await dbos.listWorkflows({ workflowIDs: left, loadOutput: false })
    expect(taken.map(({ executorId }) => executorId)).toEqual(left.map(() => (victim === 'one' ? 'two' : 'one')))
    const outputOf = (result: (typeof alone)[number]): unknown =>
      result.status === 'done' ? result.output : result.status
    expect(results.map(outputOf)).toEqual(results.map((_, index) => outputOf(alone[index % 2]!)))
    for (const result of results) if ('messages' in result) expect(checkTranscript(result.messages)).toBeUndefined()
    const times = taken.map(({ dequeuedAt = 0 }) => dequeuedAt - killedAt).toSorted((a, b) => a - b)
    console.log(
      `the survivor took all ${left.length} runs of the killed worker over after ${times[0]} to ${times.at(-1)} ms (lease 1500 ms)`,
    )
  },
  300_000,
)
