// What a client gets when something is wrong, on a real server; and what is large.
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { agent, type ApprovalRequest, type RunEvent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, calls as callsOf, scriptedModel, text, toolResults } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { restateMissing, startRestate, type Restate } from '../../../scripts/services/restate.ts'
import { client, type EngineClient, serve, type Served } from './index.ts'

const steps = 210
const cycle: unknown[] = []
cycle.push(cycle)
const pay = tool({ name: 'pay', needsApproval: true, execute: () => 'paid' })
const payer = agent({
  name: 'payer',
  model: scriptedModel((request) => (toolResults(request).length === 0 ? call('pay', {}) : text('Paid.'))),
  tools: [pay],
})
const greeter = agent({ name: 'greeter', model: scriptedModel(() => text('Hello.')) })
const walker = agent({
  name: 'walker',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    return done === steps ? text('There.') : call('walk', {}, { id: `w${done}` })
  }),
  tools: [tool({ name: 'walk', effects: 'none', execute: () => 'one step' })],
  cycleGuard: false,
  maxSteps: steps + 1,
})
const gate = Promise.withResolvers<void>()
const entered = Promise.withResolvers<void>()
const waiter = agent({
  name: 'waiter',
  model: scriptedModel((request) => (toolResults(request).length === 0 ? call('wait', {}) : text('Waited.'))),
  tools: [
    tool({
      name: 'wait',
      effects: 'none',
      execute: async () => {
        entered.resolve()
        await gate.promise
        return 'waited'
      },
    }),
  ],
})
/** Unsafe calls, which a worker that cannot record their results must not repeat. */
const collector = agent({
  name: 'collector',
  model: scriptedModel((request) => {
    const { length } = toolResults(request)
    return length > 0
      ? text(`${length} results`)
      : callsOf(Array.from({ length: 34 }, () => ({ name: 'page', args: {} })))
  }),
  tools: [
    tool({
      name: 'page',
      execute: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        return 'x'.repeat(1_000_000)
      },
    }),
  ],
})

describe.skipIf(restateMissing)(`with Restate${restateMissing ? ` (${restateMissing})` : ''}`, () => {
  let restate: Restate
  let served: Served
  let runs: EngineClient
  beforeAll(async () => {
    restate = await startRestate()
    served = await serve([payer, greeter, walker, waiter, collector], { port: 0, admin: restate.admin })
    runs = client(restate.ingress)
  }, 60_000)
  afterAll(async () => {
    await served.stop()
    await restate.stop()
  })

  const calls: readonly [string, (to: EngineClient, runId: string) => Promise<unknown>][] = [
    ['result', (to, runId) => to.result(payer, runId)],
    ['status', (to, runId) => to.status(runId)],
    ['decide', (to, runId) => to.decide(runId, { x: { approve: true } })],
    ['steer', (to, runId) => to.steer(runId, 'Hurry.')],
    ['abort', (to, runId) => to.abort(runId)],
    ['attach', (to, runId) => all(to.attach(payer, runId))],
  ]

  it.each([['run', (to: EngineClient) => to.run(payer, 'go')] as const, ...calls])(
    '`%s` fails after its patience where nothing listens',
    async (_name, act) => {
      const closed = `http://127.0.0.1:${await freePort()}`
      await expect(act(client(closed, { patience: 100 }), 'r')).rejects.toMatchObject({
        name: 'EngineError',
        problem: 'unreachable',
        message: `Restate at ${closed} does not respond. Start it, or check the address.`,
      })
    },
  )

  it('fails where a server takes requests and never answers', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { readonly port: number }
    const url = `http://127.0.0.1:${port}`
    const silentOne = client(url, { patience: 100 })
    const message = expect.stringContaining(`Restate did not answer at ${url} within 100 ms.`) as string
    await expect(silentOne.run(greeter, 'go')).rejects.toMatchObject({ problem: 'unreachable', message })
    silent.close()
  })

  it.each(calls)('`%s` names a run that does not exist', async (_name, act) => {
    await expect(act(runs, 'nobody')).rejects.toMatchObject({
      problem: 'unknown_run',
      message: expect.stringContaining('No run has the id "nobody"') as string,
    })
  })

  it('names the worker’s service when no worker answers', async () => {
    const own = await serve([greeter], { port: 0, admin: restate.admin, service: 'lonely' })
    await own.stop()
    await expect(client(restate.ingress, { service: 'lonely', patience: 100 }).status('r')).rejects.toMatchObject({
      problem: 'unreachable',
      message: expect.stringContaining('No worker of the service `lonely` answered') as string,
    })
  })

  it('rejects an unknown agent, and one of another name than the run’s', async () => {
    await expect(runs.run(greeter.with({ name: 'ghost' }), 'go')).rejects.toThrow('named `ghost`')
    await runs.run(greeter, 'go', { runId: 'greeted' })
    await expect(runs.result(payer, 'greeted')).rejects.toMatchObject({ problem: 'other_agent' })
  })

  it('names the answer that does not fit, where the client’s agent has another output than the worker’s', async () => {
    await runs.run(greeter, 'go', { runId: 'typed' })
    const typed = agent({ name: 'greeter', model: scriptedModel(() => text('')), output: z.object({ n: z.number() }) })
    expect(await runs.result(typed, 'typed')).toMatchObject({ status: 'error', error: { name: 'OutputError' } })
  })

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a map', new Map([[1, 2]])],
    ['a cycle', cycle],
  ])('rejects a context with %s before anything is sent', async (_name, value) => {
    const nowhere = client('http://127.0.0.1:1', { patience: 1 })
    await expect(nowhere.run(greeter, 'go', { context: { value } })).rejects.toMatchObject({ name: 'UsageError' })
  })

  it('joins a run whose id is used again, with whatever input', async () => {
    const first = await runs.run(greeter, 'one', { runId: 'joined' })
    const second = await runs.run(greeter, 'two', { runId: 'joined' })
    expect(second.messages).toEqual(first.messages)
  })

  it.each(['cancel', 'kill'])('shows a run as failed after an operator’s %s at Restate', async (how) => {
    await runs.run(payer, 'go', { runId: how })
    const id = await invocationOf(how)
    await fetch(`${restate.admin}/invocations/${id}/${how}`, { method: 'PATCH' })
    await expect
      .poll(() => runs.status(how), { timeout: 10_000 })
      .toMatchObject({ status: 'failed', error: { message: expect.any(String) as string } })
    await expect(runs.result(payer, how)).rejects.toMatchObject({ problem: 'failed' })
    await expect(runs.steer(how, 'Hurry.')).rejects.toMatchObject({ problem: 'ended' })
  })

  it('goes on with the code of today where the run began with that of yesterday', async () => {
    const options = { admin: restate.admin, service: 'grown' }
    const own = client(restate.ingress, { service: 'grown' })
    const yesterday = await serve([payer], { ...options, port: 0 })
    const paused = await own.run(payer, 'go', { runId: 'old' })
    await yesterday.stop()
    const refund = tool({ name: 'refund', parameters: z.object({ id: z.string() }), execute: () => 'refunded' })
    const today = payer.with({ instructions: 'Pay, or refund.', tools: [pay, refund] })
    const worker = await serve([today], { ...options, port: Number(new URL(yesterday.url).port) })
    const { requests } = paused as { readonly requests: readonly ApprovalRequest[] }
    await own.decide('old', { [requests[0]!.id]: { approve: true } })
    expect(await own.result(today, 'old')).toMatchObject({ status: 'done', output: 'Paid.' })
    await worker.stop()
  })

  it(`keeps a run of ${steps} steps, whose readers get all of its facts`, async () => {
    const began = performance.now()
    const { status } = await runs.run(walker, 'go', { runId: 'long' })
    expect(status).toBe('done')
    const ran = performance.now()
    const facts = await all(runs.attach(walker, 'long'))
    expect(facts.map((one) => 'seq' in one && one.seq)).toEqual(Array.from(facts, (_one, at) => at))
    console.log(
      `${facts.length} facts in ${Math.round(ran - began)} ms, read in ${Math.round(performance.now() - ran)} ms`,
    )
  }, 60_000)

  it('takes a message of 5 MB', async () => {
    const long = 'x'.repeat(5_000_000)
    const { messages } = await runs.run(greeter, long, { runId: 'large' })
    expect(messages[0]).toEqual({ role: 'user', content: long })
  }, 30_000)

  it('rejects an input that is larger than Restate accepts', async () => {
    const small = createHttpServer((_request, response) => response.writeHead(413).end('length limit exceeded'))
    await once(small.listen(0, '127.0.0.1'), 'listening')
    const { port } = small.address() as { readonly port: number }
    await expect(client(`http://127.0.0.1:${port}`).run(greeter, 'go')).rejects.toMatchObject({
      problem: 'rejected',
      message: expect.stringContaining('by default 32 MB') as string,
    })
    small.close()
  })

  it('records 34 results of 1 MB that come at once, and reads them later', async () => {
    const result = await runs.run(collector, 'Collect.', { runId: 'pages' })
    expect(result).toMatchObject({ status: 'done', output: '34 results' })
    expect(await runs.status('pages')).toMatchObject({ status: 'ended', agent: 'collector' })
    expect(JSON.stringify(await runs.result(collector, 'pages'))).toBe(JSON.stringify(result))
  }, 120_000)

  it('serves 50 readers of one run', async () => {
    const result = runs.run(waiter, 'go', { runId: 'read by many' })
    await entered.promise
    const readers = Array.from({ length: 50 }, () => all(runs.attach(waiter, 'read by many')))
    gate.resolve()
    await result
    const [first, ...others] = await Promise.all(readers)
    expect(first!.at(-1)).toMatchObject({ type: 'run.done' })
    for (const one of others) expect(one).toEqual(first)
  }, 30_000)

  async function invocationOf(runId: string): Promise<string> {
    const query = `SELECT id FROM sys_invocation WHERE target_service_key = '${runId}' AND target_handler_name = 'run'`
    const found = await fetch(`${restate.admin}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { rows } = (await found.json()) as { readonly rows: readonly { readonly id: string }[] }
    return rows[0]!.id
  }
})

/** The facts. Deltas arrive as they may. */
async function all(stream: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of stream) if ('seq' in event) events.push(event)
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
