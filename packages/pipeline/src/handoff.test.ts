// An agent that hands over, as a stage: its run is resumed with the agent that held it, and the last agent's output goes on.
import { agent, type Fact, memoryLog, outputOf } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { pipe } from './index.ts'

const pay = tool({ name: 'pay', parameters: z.object({ to: z.string() }), needsApproval: true, execute: () => 'paid' })
const billing = agent({
  name: 'billing',
  model: scriptedModel((request) =>
    toolResults(request).some(({ name }) => name === 'pay')
      ? text('{"total":3}')
      : call('pay', { to: 'Ada' }, { id: 'p' }),
  ),
  tools: [pay],
  output: { schema: z.object({ total: z.number() }), mode: 'native' },
})
const triage = agent({
  name: 'triage',
  model: scriptedModel(() => call('transfer_to_billing', {}, { id: 't' })),
  handoffs: [billing],
})
const measured = pipe(triage, (answer: string | { total: number }) =>
  typeof answer === 'string' ? answer.length : answer.total,
).named('measured')
const saved = (facts: readonly Fact[]) => memoryLog(JSON.parse(JSON.stringify(facts)) as Fact[])

describe('a stage that hands over', () => {
  it('passes on the output of the agent that held its run, from every place of the log', async () => {
    const log = memoryLog()
    const paused = await measured.run('Go.', { log })
    expect(paused).toMatchObject({ status: 'approval', requests: [{ name: 'pay', callId: 'p' }] })
    if (paused.status !== 'approval') return
    const decisions = { [paused.requests[0]!.id]: { approve: true } } as const
    const result = await measured.run(undefined, { from: log, decisions })
    expect(outputOf(result)).toBe(3)
    expectTypeOf(outputOf(result)).toEqualTypeOf<number>()
    expect(log.facts.filter(({ type }) => type === 'handoff')).toHaveLength(1)
    for (let length = 1; length <= log.facts.length; length++) {
      const prefix = saved(log.facts.slice(0, length))
      const again = await measured.run(undefined, { from: prefix, approver: () => ({ approve: true }) })
      expect(again, `prefix ${length}`).toMatchObject({ status: 'done', output: 3 })
      expect(prefix.facts.filter(({ type }) => type === 'handoff')).toHaveLength(1)
    }
  })
})
