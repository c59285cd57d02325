// Messages into a running run: delivered at every moment, or rejected with a reason.
import { tool } from '@toolloop/schema'
import { call, calls, checkRequest, checkTranscript, scriptedModel, text, virtualClock } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Delivery, type Fact, memoryLog, replay, steps } from '../index.ts'

const parameters = z.object({ id: z.string() })
const read = tool({ name: 'read', parameters, effects: 'none', execute: ({ id }) => `read ${id}` })
const write = tool({ name: 'write', parameters, execute: async ({ id }) => `wrote ${id}` })

const script = [
  calls([
    { name: 'read', args: { id: '1' }, id: 'r1' },
    { name: 'write', args: { id: '2' }, id: 'w2' },
  ]),
  call('write', { id: '3' }, { id: 'w3' }),
]

/** Answers by the number of steps so far; checks each request. */
function workerOf(overrides: object = {}) {
  const problems: unknown[] = []
  const requests: string[][] = []
  const model = scriptedModel((request) => {
    const problem = checkRequest({ model: 'm', ...request })
    if (problem) problems.push(problem)
    requests.push(request.messages.map(({ content }) => JSON.stringify(content)))
    const step = request.messages.filter(({ role }) => role === 'assistant').length
    return script[step] ?? text('Done.')
  })
  return { worker: agent({ name: 'w', model, tools: [read, write], ...overrides }), problems, requests }
}

async function eventCount(): Promise<number> {
  let count = 0
  for await (const event of workerOf().worker.stream('go')) count += event ? 1 : 0
  return count
}
const count = await eventCount()
const indices = Array.from({ length: count }, (_, index) => index)

describe('a message sent into a run', () => {
  it.each(indices)('sent at event %i is delivered, or gets the reason why not', async (index) => {
    const { worker, problems, requests } = workerOf()
    const log = memoryLog()
    const stream = worker.stream('go', { log, runId: 'r' })
    let delivery: Promise<Delivery> | undefined
    let settled = false
    let at = 0
    for await (const event of stream)
      if (event && at++ === index) {
        delivery = stream.steer('Hurry.')
        void delivery.then(() => (settled = true))
      }
    const result = await stream.result
    expect(settled).toBe(true)
    const told = await delivery!
    expect(problems).toEqual([])
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(result.status).toBe('done')
    const isLast = index === count - 1
    expect(told.delivered).toBe(!isLast)
    if (told.delivered) {
      const first = requests.findIndex((messages) => messages.includes('"Hurry."'))
      expect(told.step).toBe(first)
    } else expect(told.reason).toBe('The run ended as `done`.')
    expect(result.messages.filter(({ content }) => content === 'Hurry.').length).toBe(isLast ? 0 : 1)
    const replayed = await replay(JSON.parse(JSON.stringify(log.facts)) as Fact[], workerOf().worker)
    expect(replayed.messages).toEqual(result.messages)
  })

  it.each(indices)('is used where the run would end, sent as a follow-up at event %i', async (index) => {
    const { worker, requests } = workerOf()
    const log = memoryLog()
    const stream = worker.stream('go', { log })
    let first: Promise<Delivery> | undefined
    let second: Promise<Delivery> | undefined
    let at = 0
    for await (const event of stream)
      if (event && at++ === index) {
        first = stream.followUp('And now?')
        second = stream.followUp({ role: 'user', content: 'And then?' })
      }
    const result = await stream.result
    const isLast = index === count - 1
    const refused = { delivered: false, reason: 'The run ended as `done`.' }
    expect([await first, await second]).toEqual(
      isLast
        ? [refused, refused]
        : [
            { delivered: true, step: 3 },
            { delivered: true, step: 4 },
          ],
    )
    expect(requests.length).toBe(isLast ? 3 : 5)
    expect(result.messages.length).toBe(isLast ? 7 : 11)
    await replay(log, workerOf().worker)
  })

  it('is resumed from every prefix of the log', async () => {
    const { worker } = workerOf()
    const log = memoryLog()
    const stream = worker.stream('go', { log, runId: 'r' })
    for await (const event of stream)
      if (event.type === 'tool.start' && event.callId === 'w2') void stream.steer('Hurry.')
    const whole = await stream.result
    const at = log.facts.findIndex((fact) => fact.type === 'message.add')
    expect(at).toBeGreaterThan(0)
    for (let length = at + 1; length < log.facts.length; length++) {
      const prefix = (JSON.parse(JSON.stringify(log.facts)) as Fact[]).slice(0, length)
      const decided = { approver: () => ({ result: 'wrote 2' }) }
      const result = await workerOf().worker.run(undefined, { from: memoryLog(prefix), ...decided })
      expect(result.messages.map(({ role }) => role)).toEqual(whole.messages.map(({ role }) => role))
      expect(result.messages.filter(({ content }) => content === 'Hurry.').length).toBe(1)
    }
  })

  it('is delivered while a tool runs, a model is silent, or a person decides', async () => {
    const clock = virtualClock()
    const slow = tool({ name: 'slow', parameters, execute: () => clock.sleep(1000).then(() => 'slept') })
    const paid = tool({ name: 'pay', parameters, needsApproval: true, execute: () => 'paid' })
    const model = scriptedModel([call('slow', { id: '1' }), call('pay', { id: '2' }), text('Done.')])
    const stream = agent({ name: 'w', model, tools: [slow, paid] }).stream('go', { clock, approvals: 'wait' })
    const told: Delivery[] = []
    stream.on('tool.start', ({ name }) => {
      if (name === 'slow') void stream.steer('While it runs.').then((delivery) => told.push(delivery))
    })
    stream.on('approval.request', ({ id }) => {
      void stream.steer('While I think.').then(async (delivery) => {
        told.push(delivery)
        await stream.approve(id)
      })
    })
    const { result } = stream
    while (told.length === 0) await clock.advance(0)
    expect(clock.now()).toBe(0)
    await clock.advance(1000)
    expect((await result).status).toBe('done')
    expect(told).toEqual([
      { delivered: true, step: 1 },
      { delivered: true, step: 2 },
    ])
  })

  it('goes on after `stopped`, and not after a limit, an abort or an approval', async () => {
    const stopped = workerOf({ stopWhen: steps(1) }).worker.stream('go')
    const used = stopped.followUp('Go on.')
    const result = await stopped.result
    expect(await used).toEqual({ delivered: true, step: 1 })
    expect(result).toMatchObject({ status: 'stopped' })
    expect(result.steps.length).toBe(2)

    const limited = workerOf({ maxSteps: 1 }).worker.stream('go')
    const late = limited.followUp('Go on.')
    expect((await limited.result).status).toBe('limit')
    expect(await late).toEqual({ delivered: false, reason: 'The run ended as `limit`.' })

    const aborted = workerOf().worker.stream('go')
    const lost = aborted.followUp('Go on.')
    for await (const event of aborted) if (event.type === 'step.start') aborted.abort()
    expect(await lost).toEqual({ delivered: false, reason: 'The run ended as `aborted`.' })
    expect(await aborted.steer('Hello?')).toEqual({ delivered: false, reason: 'The run ended as `aborted`.' })
  })

  it('is sent before the run starts, and told when it cannot start', async () => {
    const early = workerOf()
    const stream = early.worker.stream('go')
    const delivery = stream.steer('Hurry.')
    await stream.result
    expect(await delivery).toEqual({ delivered: true, step: 1 })

    const broken = workerOf().worker.stream(undefined)
    const lost = broken.steer('Hurry.')
    await expect(broken.result).rejects.toThrow('nothing to run')
    expect(await lost).toEqual({ delivered: false, reason: 'The run could not be started.' })

    const untouched = workerOf().worker.stream('go')
    const never = untouched.steer('Hurry.')
    await untouched[Symbol.asyncDispose]()
    expect(await never).toEqual({ delivered: false, reason: 'The run was left before it started.' })
  })

  it('is read by the step after a slow hook', async () => {
    const { worker, requests, problems } = workerOf({
      prepareStep: async () => {
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
      },
    })
    const stream = worker.stream('go')
    void stream.started.then(() => stream.steer('Hurry.'))
    const result = await stream.result
    expect(problems).toEqual([])
    expect(requests.findIndex((messages) => messages.includes('"Hurry."'))).toBe(1)
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  it('must be a text or a user message', async () => {
    const stream = workerOf().worker.stream('go')
    await expect(stream.steer({ role: 'assistant', content: 'x' } as never)).rejects.toThrow(
      '`stream.steer` takes a text or a user message, not a message of role "assistant".',
    )
  })
})
