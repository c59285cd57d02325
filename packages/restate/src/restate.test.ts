// Runs on a real server with a worker in this process.
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, type ApprovalRequest, memoryLog, type RunEvent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { fileLog } from '@toolloop/store'
import { call, checkTranscript, scriptedModel, text, toolResults } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { restateMissing } from '../../../scripts/services/restate.ts'
import { client, serve, type Served } from './index.ts'
import { type OnRestate, onRestate } from './test/surroundings.ts'

const parameters = z.object({ id: z.string() })

/** A tool that waits until the test lets it go on. */
function gated() {
  const [entered, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const wait = tool({
    name: 'wait',
    parameters,
    execute: async () => {
      entered.resolve()
      await open.promise
      return 'waited'
    },
  })
  return { wait, entered: entered.promise, open: () => open.resolve() }
}
const waiting = scriptedModel((request) =>
  toolResults(request).length === 0 ? call('wait', { id: 'w' }, { id: 'w' }) : text('Waited.'),
)

describe.skipIf(restateMissing)(`runs on Restate${restateMissing ? ` (${restateMissing})` : ''}`, () => {
  const gates = [gated(), gated()] as const
  const steered = agent({ name: 'steered', model: waiting, tools: [gates[0].wait] })
  const aborted = agent({ name: 'aborted', model: waiting, tools: [gates[1].wait] })
  const whose = agent({
    name: 'whose',
    model: scriptedModel((request) => text(JSON.stringify(request.messages[0]?.content))),
    instructions: (context: { readonly user: string; readonly run: string }) => `${context.user} ${context.run}`,
  })
  // Reports until a reader has got one report: progress is best effort.
  const reported = Promise.withResolvers<void>()
  const report = tool({
    name: 'wait',
    parameters,
    execute: async (_input, { progress }) => {
      const timer = setInterval(() => progress('still there'), 20)
      await reported.promise
      clearInterval(timer)
      return 'waited'
    },
  })
  const reporting = agent({ name: 'reporting', model: waiting, tools: [report] })
  let around: OnRestate
  let served: Served
  /** What Restate's own tables hold. */
  const rowsOf = async (query: string): Promise<readonly Readonly<Record<string, string>>[]> => {
    const found = await fetch(`${around.restate.admin}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
    })
    return ((await found.json()) as { readonly rows: readonly Readonly<Record<string, string>>[] }).rows
  }
  beforeAll(async () => {
    around = await onRestate()
    const { clerk, patient, careful, review } = around.agents
    served = await serve([clerk, careful, review, patient, steered, aborted, whose, reporting], {
      port: 0,
      admin: around.restate.admin,
      context: async (json, runId) => ({ ...(json as object), run: runId }),
    })
  }, 60_000)
  afterAll(async () => {
    await served.stop()
    await around[Symbol.asyncDispose]()
  })

  it.each([true, false])('end with the transcript of memory and file logs, early dispatch %s', async (early) => {
    const { runs, agents } = around
    const clerk = early ? agents.clerk : agents.patient
    const runId = `same ${early}`
    const log = fileLog(join(mkdtempSync(join(tmpdir(), 'toolloop-')), 'run.jsonl'))
    const results = [
      await clerk.run('go', { log: memoryLog(), runId }),
      await clerk.run('go', { log, runId }),
      await runs.run(clerk, 'go', { runId }),
    ]
    for (const { messages, status } of results) {
      expect([status, messages]).toEqual(['done', results[0]!.messages])
      expect(checkTranscript(messages)).toBeUndefined()
    }
  })

  it('compose: a pipeline ends as in memory', async () => {
    const { runs, agents } = around
    const [here, there] = [await agents.review.run(['x', 'y']), await runs.run(agents.review, ['x', 'y'])]
    expect([there.status, Object.keys(there.stages)]).toEqual(['done', Object.keys(here.stages)])
    expect(there).toMatchObject({ output: ['published', 'published'] })
  })

  it('stream every fact once and in order, with progress between them, to each reader', async () => {
    const { runs } = around
    const events: RunEvent[] = []
    for await (const event of runs.stream(reporting, 'go', { runId: 'streamed' })) {
      events.push(event)
      if (event.type === 'tool.progress') reported.resolve()
    }
    const again = await readAll(runs.attach(reporting, 'streamed'))
    expect(again).toEqual(events.filter((one) => 'seq' in one))
    expect(again.map((one) => 'seq' in one && one.seq)).toEqual(again.map((_one, index) => index))
    const types = events.map(({ type }) => type)
    expect(types.indexOf('tool.progress')).toBeGreaterThan(types.indexOf('tool.start'))
    expect(types.lastIndexOf('tool.progress')).toBeLessThan(types.indexOf('tool.done'))
    for (const event of events) if (!('seq' in event)) expect(event).toMatchObject({ run: 'streamed', path: '' })
  })

  it('join the run that exists when they are started again', async () => {
    const { runs, agents, effects } = around
    const all = await Promise.all([1, 2, 3].map(() => runs.run(agents.clerk, 'go', { runId: 'joined' })))
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['done']))
    expect(effects().filter((key) => key.startsWith('joined'))).toEqual(['joined/1/a1'])
  })

  it('take messages once, and end as `aborted` at the client’s word', async () => {
    const { runs } = around
    const stream = runs.stream(steered, 'go', { runId: 'steered' })
    const result = stream.result
    await gates[0].entered
    await runs.steer('steered', 'Hurry.')
    const followed = runs.followUp('steered', 'And now?')
    const commands = "SELECT key FROM sys_promise WHERE service_key = 'steered' AND completed AND key LIKE 'command %'"
    await expect.poll(() => rowsOf(commands)).toHaveLength(2)
    gates[0].open()
    const { messages, status } = await result
    await followed
    expect([status, messages.filter(({ role }) => role === 'user').map(({ content }) => content)]).toEqual([
      'done',
      ['go', 'Hurry.', 'And now?'],
    ])
    expect(checkTranscript(messages)).toBeUndefined()

    const running = runs.run(aborted, 'go', { runId: 'aborted' })
    await gates[1].entered
    await runs.abort('aborted', 'Enough.')
    expect(await running).toMatchObject({ status: 'aborted', reason: 'Enough.' })
    await expect(runs.steer('aborted', 'Too late.')).rejects.toMatchObject({ problem: 'ended' })
  })

  it('pause for decisions, which are refused or taken', async () => {
    const { runs, agents, effects } = around
    const paused = await runs.run(agents.careful, 'go', { runId: 'paused' })
    const { requests } = paused as { readonly requests: readonly ApprovalRequest[] }
    const { id } = requests[0]!
    expect(await runs.status('paused')).toMatchObject({ agent: 'careful', status: 'paused', requests: [{ id }] })
    await expect(runs.decide('paused', { none: { approve: true } })).rejects.toMatchObject({
      problem: 'unknown',
      id: 'none',
    })
    const edited = { [id]: { approve: true, arguments: { id: 3 } } } as const
    await expect(runs.decide('paused', edited)).rejects.toMatchObject({ problem: 'arguments', id })
    expect(await runs.status('paused')).toMatchObject({ status: 'paused', requests: [{ id }] })
    await runs.decide('paused', { [id]: { approve: true, arguments: { id: 'other' } } })
    expect(await runs.result(agents.careful, 'paused')).toMatchObject({ status: 'done' })
    await expect(runs.decide('paused', { [id]: { approve: true } })).rejects.toMatchObject({ problem: 'decided' })
    expect(effects().filter((key) => key.startsWith('paused'))).toEqual(['paused/1/a1'])

    await runs.run(agents.careful, 'go', { runId: 'left' })
    await runs.abort('left')
    expect(await runs.result(agents.careful, 'left')).toMatchObject({ status: 'aborted' })
  })

  it('go on for a while in a worker that stops, and are not interrupted', async () => {
    const { restate } = around
    const { wait, entered, open } = gated()
    const patient = agent({ name: 'patient', model: waiting, tools: [wait] })
    const options = { admin: restate.admin, service: 'drained' }
    const first = await serve([patient], { ...options, port: 0 })
    const runs = client(restate.ingress, { service: 'drained' })
    const result = runs.run(patient, 'go', { runId: 'patient' })
    await entered
    const stopped = first.stop({ drain: 20_000 })
    // Restate has a new request for the worker, which must not break off the run that it has.
    expect(await runs.status('patient')).toMatchObject({ status: 'running' })
    open()
    await stopped
    const second = await serve([patient], { ...options, port: Number(new URL(first.url).port) })
    expect(await result).toMatchObject({ status: 'done', output: 'Waited.' })
    for await (const event of runs.attach(patient, 'patient')) expect(event.type).not.toBe('run.resume')
    await second.stop()
  })

  it('get their context from the worker', async () => {
    const result = await around.runs.run(whose, 'go', { runId: 'mine', context: { user: 'Ada' } })
    expect(result).toMatchObject({ output: '"Ada mine"' })
  })

  it('end as `failed` when they are killed at Restate', async () => {
    const { runs, restate } = around
    const sleeper = runs.run(steered.with({ name: 'aborted' }), 'go', { runId: 'killed' })
    sleeper.catch(() => {})
    while ((await runs.status('killed')).facts < 2);
    const [row] = await rowsOf(
      "SELECT id FROM sys_invocation WHERE target_service_key = 'killed' AND target_handler_name = 'run'",
    )
    await fetch(`${restate.admin}/invocations/${row!['id']}/cancel`, { method: 'PATCH' })
    await expect(sleeper).rejects.toMatchObject({ problem: 'failed' })
    expect(await runs.status('killed')).toMatchObject({ status: 'failed' })
  })

  it('have errors that name the run and the remedy', async () => {
    const { runs, agents, restate } = around
    await runs.run(agents.clerk, 'go', { runId: 'known' })
    await expect(runs.result(agents.clerk, 'nobody')).rejects.toThrow('No run has the id "nobody"')
    await expect(runs.result(agents.review, 'known')).rejects.toThrow('is of `clerk`, not of `review`')
    await expect(runs.run(agents.clerk.with({ name: 'ghost' }), 'go')).rejects.toThrow('named `ghost`')
    await expect(client(restate.ingress, { service: 'nothing' }).run(agents.clerk, 'go')).rejects.toThrow(
      'no service `nothing`',
    )
    const closed = await freePort()
    await expect(client(`http://127.0.0.1:${closed}`, { patience: 100 }).status('x')).rejects.toMatchObject({
      problem: 'unreachable',
    })
  })
})

describe('options', () => {
  it.each<[string, () => unknown, string]>([
    ['an address', () => client('localhost:8080'), '"localhost:8080"'],
    ['a name', () => client('http://127.0.0.1:1', { patienc: 3 } as never), '`patienc`'],
    ['a time', () => client('http://127.0.0.1:1', { patience: -1 }), '`patience` is -1'],
  ])('throw for %s that does not fit', (_what, make, message) => {
    expect(make).toThrow(message)
  })

  it('reject a worker whose options do not fit', async () => {
    await expect(serve([], { identityKeys: ['secret'] })).rejects.toThrow('publickeyv1_')
    await expect(serve([], { service: 'a b' })).rejects.toThrow('`service` is "a b"')
  })

  it('reject requests that are not Restate’s, where its keys are given', async () => {
    await using served = await serve([], {
      port: 0,
      identityKeys: ['publickeyv1_2G8dCQhArfvGpzPw5Vx2ALciR4xCLHfS5YaT93XjNxX9'],
    })
    const { connect } = await import('node:http2')
    const session = connect(served.url)
    for (const path of ['/discover', '/toolloop/progress/run']) {
      const stream = session.request({ ':path': path, accept: 'application/vnd.restate.endpointmanifest.v3+json' })
      const [headers] = (await once(stream, 'response')) as [{ readonly ':status': number }]
      expect(headers[':status']).toBe(401)
      stream.close()
    }
    session.destroy()
  })
})

async function readAll(stream: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, 'close')
  return port
}
