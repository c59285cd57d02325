// Somebody decides: while the run waits, or in another process. What is decided is decided once.
import { tool } from '@toolloop/schema'
import { calls, checkTranscript, type Reply, scriptedModel, text } from '@toolloop/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type ApprovalRequest,
  type Decision,
  type Fact,
  memoryLog,
  outputOf,
  type Result,
  type RunLog,
} from '../index.ts'

const ran: string[] = []
beforeEach(() => void (ran.length = 0))
const pay = tool({
  name: 'pay',
  parameters: z.object({ amount: z.number().positive() }),
  needsApproval: true,
  execute: ({ amount }, { call }) => {
    ran.push(`pay ${amount} ${call.type === 'function' ? call.function.arguments : ''}`)
    return `paid ${amount}`
  },
})
const look = tool({
  name: 'look',
  effects: 'none',
  parameters: z.object({}),
  execute: () => (ran.push('look'), 'seen'),
})
const person = tool({ name: 'person', parameters: z.object({ question: z.string() }) })

const payment = (amount: unknown = 250): Reply =>
  calls([
    { name: 'pay', args: { amount }, id: 'p1' },
    { name: 'look', args: {}, id: 'l1' },
  ])
const cashier = (...script: readonly Reply[]) =>
  agent({ name: 'cashier', model: scriptedModel([...script, text('Done.')]), tools: [pay, look, person] })

const toldOf = (result: Result, id = 'p1'): unknown =>
  result.messages.find((message) => message.role === 'tool' && message.tool_call_id === id)?.content
const requestOf = (result: Result): ApprovalRequest => {
  if (result.status !== 'approval') throw new Error(result.status)
  return result.requests[0]!
}
const decisionsIn = (facts: readonly Fact[]) => facts.flatMap((fact) => (fact.type === 'approval.decision' ? fact : []))

interface Decided {
  readonly decision: Decision
  readonly ran: readonly string[]
  readonly told: string
}
const decided: readonly Decided[] = [
  { decision: { approve: true }, ran: ['look', 'pay 250 {"amount":250}'], told: 'paid 250' },
  { decision: { approve: false }, ran: ['look'], told: 'Declined by the user.' },
  { decision: { approve: false, reason: 'Too much.' }, ran: ['look'], told: 'Too much.' },
  { decision: { result: 'Paid by hand.' }, ran: ['look'], told: 'Paid by hand.' },
  ...[{ amount: 100 }, '{"amount":100}'].map((edited) => ({
    decision: { approve: true, arguments: edited } as const,
    ran: ['look', 'pay 100 {"amount":100}'],
    told: 'Run with these arguments instead: {"amount":100}\npaid 100',
  })),
]

describe.each(decided)('the decision $decision', ({ decision, ran: expected, told }) => {
  const expectRun = (result: Result, facts: readonly Fact[]): void => {
    expect(outputOf(result)).toBe('Done.')
    expect(ran).toEqual(expected)
    expect(toldOf(result)).toBe(told)
    expect(result.messages[1]).toMatchObject({ tool_calls: [{ function: { arguments: '{"amount":250}' } }, {}] })
    expect(checkTranscript(result.messages)).toBeUndefined()
    const recorded = 'arguments' in decision ? { approve: true, arguments: '{"amount":100}' } : decision
    const request = facts.find((fact) => fact.type === 'approval.request')
    expect(decisionsIn(facts)).toMatchObject([{ callId: 'p1', id: request?.id, decision: recorded }])
  }

  it.each(['its request', 'its call'])('is given by the id of %s to a run that goes on', async (by) => {
    const log = memoryLog()
    const one = cashier(payment())
    const { id, callId } = requestOf(await one.run('go', { log }))
    const decisions = { [by === 'its call' ? callId : id]: decision }
    expectRun(await one.run(undefined, { from: log, decisions }), log.facts)
    expect(log.facts.filter(({ type }) => type === 'run.resume')).toHaveLength(1)
  })

  it('is given by an approver while the run waits', async () => {
    const log = memoryLog()
    const seen: ApprovalRequest[] = []
    const approver = async (request: ApprovalRequest): Promise<Decision> => {
      seen.push(request)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return decision
    }
    expectRun(await cashier(payment()).run('go', { log, approver }), log.facts)
    expect(seen).toMatchObject([{ name: 'pay', arguments: '{"amount":250}', kind: 'approval' }])
  })

  it('is given to the stream from inside its iteration', async () => {
    const log = memoryLog()
    const stream = cashier(payment()).stream('go', { log, approvals: 'wait' })
    for await (const event of stream) {
      if (event.type !== 'approval.request') continue
      if ('result' in decision) await stream.answer(event.id, decision.result)
      else if ('input' in decision) continue
      else if (decision.approve) await stream.approve(event.id, decision)
      else await stream.reject(event.id, decision.reason)
    }
    expectRun(await stream.result, log.facts)
    expect(log.facts.some((fact) => fact.type === 'run.pause' || fact.type === 'run.resume')).toBe(false)
  })
})

describe('a request', () => {
  it('appears as soon as its call is sealed, and what it decides runs behind the finish', async () => {
    const stream = cashier(payment()).stream('go', { approvals: 'wait' })
    const types: string[] = []
    for await (const event of stream) {
      if ('seq' in event) types.push('callId' in event ? `${event.type} ${event.callId}` : event.type)
      if (event.type === 'approval.request') await stream.approve(event.id)
    }
    const at = (type: string): number => types.indexOf(type)
    expect(at('approval.request p1')).toBeGreaterThan(0)
    expect(at('approval.request p1')).toBeLessThan(at('step.done'))
    expect(at('tool.start p1')).toBeGreaterThan(at('step.done'))
  })

  it('that a function finds needless is none, and the call waits for the finish all the same', async () => {
    const asking = tool({ name: 'asking', parameters: z.object({}), needsApproval: () => false, execute: () => 'ran' })
    const model = scriptedModel([
      calls([
        { name: 'asking', args: {} },
        { name: 'look', args: {} },
      ]),
      text('Done.'),
    ])
    const log = memoryLog()
    const stream = agent({ name: 'a', model, tools: [asking, look] }).stream('go', { log })
    expect(outputOf(await stream.result)).toBe('Done.')
    const types = log.facts.map((fact) => ('name' in fact ? `${fact.type} ${fact.name}` : fact.type))
    expect(types.indexOf('tool.start asking')).toBeGreaterThan(types.indexOf('step.done'))
    expect(types.some((type) => type.startsWith('approval'))).toBe(false)
  })

  it('is taken back where a filter withholds the answer', async () => {
    const script = calls([{ name: 'pay', args: { amount: 1 } }], { finishReason: 'content_filter' })
    const result = await cashier(script).stream('go').result
    expect(result.status).toBe('filtered')
    expect(ran).toEqual([])
  })

  it('binds run, step, call, kind and arguments', async () => {
    const idOf = async (runId: string, amount: number): Promise<string> =>
      requestOf(await cashier(payment(amount)).run('go', { runId })).id
    const [id, same, otherRun, otherArguments] = await Promise.all([
      idOf('r', 1),
      idOf('r', 1),
      idOf('s', 1),
      idOf('r', 2),
    ])
    expect(id).toMatch(/^0\/p1#[0-9a-f]{16}$/)
    expect(same).toBe(id)
    expect(new Set([id, otherRun, otherArguments]).size).toBe(3)
  })

  it('is another one when the call that was approved was interrupted', async () => {
    const log = memoryLog()
    const one = cashier(payment(), payment())
    const first = requestOf(await one.run('go', { log }))
    await one.run(undefined, { from: log, decisions: { [first.id]: { approve: true, arguments: { amount: 7 } } } })
    const died = memoryLog(
      log.facts.slice(0, log.facts.findIndex((f) => f.type === 'tool.start' && f.callId === 'p1') + 1),
    )
    const second = requestOf(await one.run(undefined, { from: died }))
    expect(second).toMatchObject({ kind: 'interrupted', callId: 'p1' })
    expect(second.id).not.toBe(first.id)
    const stale = one.run(undefined, { from: died, decisions: { [first.id]: { approve: true } } })
    await expect(stale).rejects.toMatchObject({ name: 'ApprovalError', problem: 'decided' })
    const edit = one.run(undefined, {
      from: died,
      decisions: { [second.id]: { approve: true, arguments: { amount: 8 } } },
    })
    await expect(edit).rejects.toThrow(/of kind `interrupted`; `arguments` can be edited only/)
    ran.length = 0
    await one.run(undefined, { from: died, decisions: { [second.id]: { approve: true } } })
    expect(ran[0]).toBe('pay 7 {"amount":7}') // what somebody edited stays edited
  })
})

describe('a decision that cannot be taken', () => {
  it.each([
    ['unknown', () => 'p9', { approve: true }],
    ['unknown', () => '0/p9#0123456789abcdef', { approve: true }],
    ['stale', () => '0/p1#0123456789abcdef', { approve: true }],
    ['arguments', (id: string) => id, { approve: true, arguments: { amount: -1 } }],
    ['arguments', (id: string) => id, { approve: true, arguments: '{' }],
  ] as const)('(%s) is a typed error and changes nothing', async (problem, idOf, decision) => {
    const log = memoryLog()
    const one = cashier(payment())
    const { id } = requestOf(await one.run('go', { log }))
    const before = [...log.facts]
    const refused = one.run(undefined, { from: log, decisions: { [idOf(id)]: decision } })
    await expect(refused).rejects.toMatchObject({ name: 'ApprovalError', code: 'approval', problem, id: idOf(id) })
    expect(log.facts).toEqual(before)

    const stream = one.stream(undefined, { from: log, approvals: 'wait' })
    const problems: unknown[] = []
    const edit = 'arguments' in decision ? { arguments: decision.arguments } : {}
    for await (const event of stream) {
      if (event.type !== 'run.resume') continue
      await stream.approve(idOf(id), edit).catch((error) => problems.push(error.problem))
      await stream.approve(id)
    }
    expect(problems).toEqual([problem])
    expect(ran).toEqual(['look', 'pay 250 {"amount":250}'])
  })

  it('because it is the second one, is a typed error too', async () => {
    const log = memoryLog()
    const stream = cashier(payment()).stream('go', { log, approvals: 'wait' })
    const outcomes: string[] = []
    for await (const event of stream) {
      if (event.type === 'approval.request') {
        const both = await Promise.allSettled([stream.approve(event.id), stream.reject(event.id)])
        outcomes.push(...both.map((one) => (one.status === 'rejected' ? one.reason.problem : one.status)))
      }
      if (event.type === 'approval.decision')
        await stream.reject(event.id!).catch((error) => outcomes.push(error.problem))
    }
    expect(outcomes).toEqual(['fulfilled', 'decided', 'decided'])
    expect(decisionsIn(log.facts)).toHaveLength(1)
    const again = cashier().run(undefined, {
      from: log,
      decisions: { [decisionsIn(log.facts)[0]!.id!]: { approve: true } },
    })
    await expect(again).rejects.toMatchObject({ problem: 'decided' })
    expect(ran).toEqual(['look', 'pay 250 {"amount":250}'])
  })

  it('is one of two that were given at once: exactly one wins', async () => {
    for (const [mine, yours] of [
      [{ approve: true }, { approve: true }],
      [{ approve: true }, { approve: false }],
      [{ result: 'by hand' }, { approve: true, arguments: { amount: 1 } }],
    ] as const) {
      ran.length = 0
      const log = memoryLog()
      const { id } = requestOf(await cashier(payment()).run('go', { log }))
      ran.length = 0
      // Two processes: each has its own view of one log, which refuses what does not follow its last fact.
      const shared = [...log.facts]
      const view = (): RunLog => ({
        load: () => Promise.resolve([...shared]),
        append: async (facts) => {
          await Promise.resolve()
          if (facts[0]!.seq !== shared.length) throw new Error(`not the next: ${facts[0]!.seq}`)
          shared.push(...facts)
        },
      })
      const runs = await Promise.allSettled(
        [mine, yours].map((decision) => cashier().run(undefined, { from: view(), decisions: { [id]: decision } })),
      )
      const [won, lost] = [
        runs.filter((run) => run.status === 'fulfilled'),
        runs.filter((run) => run.status === 'rejected'),
      ]
      expect(won.map((run) => run.value.status)).toEqual(['done'])
      expect(lost.map((run) => run.reason)).toMatchObject([{ name: 'ApprovalError', problem: 'decided', id }])
      expect(decisionsIn(shared)).toHaveLength(1)
      expect(ran.length).toBeLessThanOrEqual(1)
    }
  })

  it('has no run that waits for it', async () => {
    const waiting = cashier(payment()).stream('go', { approvals: 'wait' })
    await expect(waiting.approve('p1')).rejects.toMatchObject({ problem: 'unknown' }) // nobody has read it yet
    const pausing = cashier(payment()).stream('go')
    await expect(pausing.approve('p1')).rejects.toThrow(/stream it with `approvals: 'wait'`/)
    await expect(cashier(payment()).run('go', { approvals: 'wait' })).rejects.toThrow(/give `run` an `approver`/)
    const both = { approvals: 'wait', approver: () => ({ approve: true }) } as const
    expect(() => cashier(payment()).stream('go', both)).toThrow(/Pass one of them/)
  })
})

describe('a run that waits for a person', () => {
  it('goes on waiting for what an earlier process asked', async () => {
    const log = memoryLog()
    await cashier(payment()).run('go', { log })
    const result = await cashier().run(undefined, { from: log, approver: () => ({ approve: true }) })
    expect(toldOf(result)).toBe('paid 250')
    expect(log.facts.filter((fact) => fact.type === 'approval.request')).toHaveLength(1)
  })

  it('ends when it is aborted, and its request waits in the log', async () => {
    const log = memoryLog()
    const signals: AbortSignal[] = []
    const approver = (_request: ApprovalRequest, { signal }: { signal: AbortSignal }): Promise<Decision> => {
      signals.push(signal)
      return new Promise(() => {})
    }
    const stream = cashier(payment()).stream('go', { log, approver })
    stream.on('approval.request', () => stream.abort('enough'))
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough' })
    for (const signal of signals) expect(signal.aborted).toBe(true)
    const result = await cashier().run(undefined, { from: log, approver: () => ({ approve: true }) })
    expect(toldOf(result)).toBe('paid 250')
  })

  it.each([
    ['throws', () => Promise.reject(new Error('nobody there')), /nobody there/],
    ['answers what is no decision', () => ({ approve: 'yes' }) as never, /must be \{ approve: true, arguments\? \}/],
    ['edits what does not fit', () => ({ approve: true, arguments: { amount: -1 } }) as const, /do not fit/],
  ])('ends as an error when its approver %s, and its request waits in the log', async (_title, approver, message) => {
    const log = memoryLog()
    const failed = await cashier(payment()).run('go', { log, approver })
    expect(failed).toMatchObject({ status: 'error', error: { message: expect.stringMatching(message) } })
    expect(ran).not.toContain('pay 250 {"amount":250}')
    const result = await cashier().run(undefined, { from: log, approver: () => ({ approve: true }) })
    expect(toldOf(result)).toBe('paid 250')
  })

  it('takes the result of a tool without `execute`', async () => {
    const script = calls([{ name: 'person', args: { question: 'Sure?' }, id: 'q1' }])
    const stream = cashier(script).stream('go', { approvals: 'wait' })
    for await (const event of stream) {
      if (event.type !== 'approval.request') continue
      expect(event.kind).toBe('external')
      await expect(stream.approve(event.id)).rejects.toThrow(/without `execute`/)
      await stream.answer(event.id, 'Yes.')
    }
    expect(toldOf(await stream.result, 'q1')).toBe('Yes.')
  })
})
