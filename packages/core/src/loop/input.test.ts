// A tool asks a person in the middle of a call: the run waits like for an approval, and goes on in any process.
import { InputRequired, tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { agent, type Decision, type Fact, memoryLog } from '../index.ts'

/** An agent whose tool asks `questions` times, and then pays once. */
function payer(questions = 1, state: unknown = { token: 't' }) {
  const effects: unknown[] = []
  const pay = tool({
    name: 'pay',
    parameters: z.object({ amount: z.number() }),
    retries: 2,
    execute: ({ amount }, { input }) => {
      const round = (input?.state as { round?: number } | undefined)?.round ?? 0
      if (round < questions)
        throw new InputRequired({ ask: `account ${round}?` }, { ...(state as object), round: round + 1 })
      effects.push([amount, input])
      return `paid to ${JSON.stringify(input?.answer)}`
    },
  })
  const model = scriptedModel([call('pay', { amount: 5 }, { id: 'c1' }), text('done')])
  return { effects, model, payer: agent({ name: 'payer', model, tools: [pay] }) }
}

/** The log as another process reads it. */
const stored = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]

describe('a tool that throws InputRequired', () => {
  it('pauses the run with its question, and reads the answer in another process', async () => {
    const first = payer()
    const log = memoryLog()
    const paused = await first.payer.run('go', { log })
    if (paused.status !== 'approval') throw new Error(paused.status)
    const [request] = paused.requests
    expect(request).toMatchObject({
      kind: 'input',
      callId: 'c1',
      input: { request: { ask: 'account 0?' }, state: { token: 't', round: 1 } },
    })
    expect(first.effects).toEqual([])

    const second = payer()
    const resumed = memoryLog(stored(log.facts))
    const model = scriptedModel([text('done')])
    const result = await second.payer
      .with({ model })
      .run(undefined, { from: resumed, decisions: { [request!.id]: { input: 'A1' } } })
    expect(result.status).toBe('done')
    expect(second.effects).toEqual([[5, { answer: 'A1', state: { token: 't', round: 1 } }]])
  })

  it('may ask more than once', async () => {
    const asking = payer(3)
    const asked: unknown[] = []
    const result = await asking.payer.run('go', {
      approver: (request) => (asked.push(request.input?.request), { input: asked.length }),
    })
    expect(result.status).toBe('done')
    expect(asked).toEqual([{ ask: 'account 0?' }, { ask: 'account 1?' }, { ask: 'account 2?' }])
    expect(asking.effects).toMatchObject([[5, { answer: 3 }]])
  })

  it('is answered on a stream that waits', async () => {
    const asking = payer(2)
    const stream = asking.payer.stream('go', { approvals: 'wait' })
    for await (const event of stream) {
      if (event.type !== 'approval.request') continue
      await expect(stream.approve(event.id)).rejects.toThrow('answer it with { input }')
      await expect(stream.input(event.id, 1n)).rejects.toThrow('input')
      await stream.input(event.id, { account: event.input?.request })
    }
    expect((await stream.result).status).toBe('done')
    expect(asking.effects).toEqual([
      [5, { answer: { account: { ask: 'account 1?' } }, state: { token: 't', round: 2 } }],
    ])
  })

  it('is the only kind that takes an input', async () => {
    const pay = tool({ name: 'pay', needsApproval: true, execute: () => 'paid' })
    const model = scriptedModel([call('pay', {}), text('done')])
    const stream = agent({ name: 'a', model, tools: [pay] }).stream('go', { approvals: 'wait' })
    for await (const event of stream) {
      if (event.type !== 'approval.request') continue
      await expect(stream.input(event.id, 'A1')).rejects.toThrow('it must be { approve: true, arguments? }')
      await stream.approve(event.id)
    }
    expect((await stream.result).status).toBe('done')
  })

  it.each<[Decision, string]>([
    [{ approve: false, reason: 'No.' }, 'No.'],
    [{ result: 'Use cash.' }, 'Use cash.'],
  ])('is not executed again for %j', async (decision, content) => {
    const asking = payer()
    const result = await asking.payer.run('go', { approver: () => decision })
    expect(result.steps[0]?.calls[0]).toMatchObject({ ok: false, content })
    expect(asking.effects).toEqual([])
  })

  it('takes no plain approval', async () => {
    const result = await payer().payer.run('go', { approver: () => ({ approve: true }) })
    expect(result.status === 'error' && result.error.message).toContain('asks for input: answer it with { input }')
  })

  it('with a question that JSON cannot hold is a failed call', async () => {
    const asking = payer(1, { big: 1n })
    const result = await asking.payer.run('go')
    expect(result.steps[0]?.calls[0]).toMatchObject({ ok: false, reason: 'failed' })
  })
})
