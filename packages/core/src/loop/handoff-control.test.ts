// What bounds, steers and guards a run holds through a handoff, too.
import { tool } from '@toolloop/schema'
import { call, calls, checkRequest, checkTranscript, type Reply, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AgentOptions,
  type AnyTool,
  calls as callsOf,
  type Fact,
  guardrail,
  handoff,
  logger,
  memoryLog,
  outputOf,
  replay,
  steps,
  user,
} from '../index.ts'

/** A model that fails the test for a request that a strict server rejects. */
function answering(...replies: readonly Reply[]) {
  let at = 0
  return scriptedModel((request) => {
    const problem = checkRequest({ model: 'm', ...request })
    if (problem) throw new Error(JSON.stringify(problem))
    return replies[at++] ?? text('Nothing more.')
  })
}
const transfer = { name: 'transfer_to_billing', args: {}, id: 't' }
const Invoice = z.object({ total: z.number() })
type Some = Partial<AgentOptions<readonly AnyTool[], string, unknown>>
const billingOf = (more: Some = {}, ...replies: readonly Reply[]) =>
  agent({ name: 'billing', model: answering(...(replies.length > 0 ? replies : [text('Billed.')])), ...more })
const triageOf = (billing: ReturnType<typeof billingOf>, more: Some = {}, ...replies: readonly Reply[]) =>
  agent({
    name: 'triage',
    model: answering(...(replies.length > 0 ? replies : [calls([transfer])])),
    handoffs: [billing],
    ...more,
  })

describe('a handoff beside `final_answer`', () => {
  const final = { name: 'final_answer', args: { total: 1 }, id: 'f' }
  const mode = { schema: Invoice, mode: 'tool' } as const
  it.each([
    ['the answer first', [final, transfer], 'triage', { total: 1 }, ['Accepted.', 'Not handed over: the answer was']],
    ['the handoff first', [transfer, final], 'billing', 'Billed.', ['Handed over', 'Not done: only the first handoff']],
    ['an invalid answer first', [{ ...final, args: {} }, transfer], 'billing', 'Billed.', ['total', 'Handed over']],
  ] as const)('counts or not by their order: %s', async (_what, made, holder, output, words) => {
    const log = memoryLog()
    const triage = agent({ name: 'triage', model: answering(calls(made)), output: mode, handoffs: [billingOf()] })
    const result = await triage.run('Go.', { log })
    expect(result).toMatchObject({ status: 'done', agent: holder, output })
    const contents = result.steps[0]!.calls.map(({ content }) => content as string)
    for (const [at, word] of words.entries()) expect(contents[at]).toContain(word)
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(await replay(log, triage)).toMatchObject({ output, holder })
  })

  it('gives the other agent retries of its own', async () => {
    const billing = agent({
      name: 'billing',
      model: answering(text('{}'), text('{"total":2}')),
      output: { schema: Invoice, mode: 'native', retries: 1 },
    })
    const triage = agent({
      name: 'triage',
      model: answering(call('final_answer', {}), calls([transfer])),
      output: { ...mode, retries: 1 },
      handoffs: [billing],
    })
    expect(outputOf(await triage.run('Go.'))).toEqual({ total: 2 })
  })
})

describe('limits', () => {
  it('evaluate `stopWhen` of the agent before for the step that hands over; a resume hands over', async () => {
    const log = memoryLog()
    const triage = triageOf(billingOf(), { stopWhen: callsOf('transfer_to_billing') })
    expect(await triage.run('Go.', { log })).toMatchObject({ status: 'stopped', agent: 'triage' })
    expect(await triage.run(undefined, { from: log })).toMatchObject({ status: 'done', agent: 'billing' })
  })

  it('evaluate `stopWhen` of the other agent from its first step on', async () => {
    const look = tool({ name: 'look', effects: 'none', execute: () => 'seen' })
    const billing = billingOf({ tools: [look], stopWhen: steps(1) }, call('look'), text('Billed.'))
    expect(await triageOf(billing).run('Go.')).toMatchObject({ status: 'stopped', agent: 'billing', steps: [{}, {}] })
  })

  it('take the calls and tokens of all agents from one budget; a handoff is no tool call', async () => {
    const look = tool({ name: 'look', effects: 'none', execute: () => 'seen' })
    const billing = billingOf({ tools: [look] }, call('look'), call('look'), text('Billed.'))
    const result = await triageOf(billing, { budget: { toolCalls: 1 } }).run('Go.')
    expect(result).toMatchObject({ status: 'budget', dimension: 'toolCalls', spent: 1, agent: 'billing' })
    const wrapped = await triageOf(billingOf({ tools: [look] }, call('look'), call('look'), text('In short.')), {
      budget: { toolCalls: 1, onExhausted: 'wrapUp' },
    }).run('Go.')
    expect(wrapped).toMatchObject({ status: 'budget', output: 'In short.', agent: 'billing' })
    const spent = await triageOf(billingOf(), { budget: { tokens: 1_000_000 } }).run('Go.')
    expect(spent.usage.reported?.total_tokens).toBe(
      spent.steps.reduce((sum, { usage }) => sum + (usage?.total_tokens ?? 0), 0),
    )
  })

  it('queue the calls of each agent by its own limit', async () => {
    let running = 0
    let most = 0
    const slow = tool({
      name: 'slow',
      execute: async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
      },
    })
    const three = calls([1, 2, 3].map((n) => ({ name: 'slow', args: {}, id: `s${n}` })))
    const billing = billingOf({ tools: [slow] }, three, text('Billed.'))
    await triageOf(
      billing,
      { tools: [slow], parallel: false },
      calls([{ name: 'slow', args: {}, id: 's0' }, transfer]),
    ).run('Go.')
    expect(most).toBe(3)
  })
})

describe('from outside', () => {
  it('an abort while an agent holds the run ends it; the resume goes on with that agent', async () => {
    let abort = (): void => {}
    let isStuck = true
    const stuck = tool({
      name: 'stuck',
      effects: 'idempotent',
      execute: () => (isStuck ? new Promise<never>(() => abort()) : 'done'),
    })
    const triage = triageOf(billingOf({ tools: [stuck] }, call('stuck', {}, { id: 's' }), text('Billed.')))
    const log = memoryLog()
    const stream = triage.stream('Go.', { log })
    abort = () => stream.abort('enough')
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough', agent: 'billing' })
    isStuck = false
    expect(await triage.run(undefined, { from: log })).toMatchObject({
      status: 'done',
      agent: 'billing',
      output: 'Billed.',
    })
  })

  it('an abort beside a handoff that is due leaves it to the resume', async () => {
    let abort = (): void => {}
    const stuck = tool({ name: 'stuck', effects: 'idempotent', execute: () => new Promise<never>(() => abort()) })
    const triage = triageOf(billingOf(), { tools: [stuck] }, calls([transfer, { name: 'stuck', args: {}, id: 's' }]))
    const log = memoryLog()
    const stream = triage.stream('Go.', { log })
    abort = () => setTimeout(() => stream.abort('enough'))
    const result = await stream.result
    expect(result).toMatchObject({ status: 'aborted', agent: 'triage' })
    expect(checkTranscript(result.messages)).toBeUndefined()
    const mended = triage.with({ tools: [tool({ name: 'stuck', effects: 'idempotent', execute: () => 'done' })] })
    expect(await mended.run(undefined, { from: log })).toMatchObject({ status: 'done', agent: 'billing' })
  })

  it('a steering message beside a handoff is read by the other agent, a follow-up goes on with it', async () => {
    const model = answering(text('Billed.'), text('And that.'))
    const billing = agent({ name: 'billing', model })
    const triage = agent({ name: 'triage', model: answering(calls([transfer])), handoffs: [billing] })
    const stream = triage.stream('Go.')
    const deliveries: unknown[] = []
    let isSent = false
    for await (const event of stream)
      if (event.type === 'step.done' && !isSent) {
        isSent = true
        void stream.steer('Be quick.').then((delivery) => deliveries.push(delivery))
        void stream.followUp('And then?').then((delivery) => deliveries.push(delivery))
      }
    const result = await stream.result
    expect(result).toMatchObject({ status: 'done', agent: 'billing', output: 'And that.' })
    expect(model.requests[0]!.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Go.'],
      ['assistant', null],
      ['tool', 'Handed over to `billing`.'],
      ['user', 'Be quick.'],
    ])
    expect(deliveries).toMatchObject([{ delivered: true, step: 1 }, { delivered: true }])
  })

  it('a message to a run that was handed over and is done is for the agent that held it', async () => {
    const billing = billingOf({}, text('Billed.'), text('Again.'))
    const triage = triageOf(billing)
    const log = memoryLog()
    await triage.run('Go.', { log })
    const next = await triage.run('And now?', { from: log })
    expect(next).toMatchObject({ status: 'done', agent: 'billing', output: 'Again.' })
    expect(next.steps).toHaveLength(3)
  })
})

describe('guardrails', () => {
  it('are those of the agent that holds the run: its input before its first request, its output only of its own', async () => {
    const seen: string[] = []
    const watch = (on: 'input' | 'output', who: string, name: string) =>
      guardrail({
        name,
        on,
        mode: 'parallel',
        check: ({ text: words }) => {
          seen.push(`${who} ${on}: ${words}`)
        },
      })
    const billing = billingOf({ guardrails: [watch('input', 'billing', 'in'), watch('output', 'billing', 'out')] })
    const triage = triageOf(
      billing,
      { guardrails: [watch('input', 'triage', 'in'), watch('output', 'triage', 'out')] },
      calls([transfer], { content: 'One moment.' }),
    )
    const log = memoryLog()
    expect(await triage.run('Go.', { log })).toMatchObject({ status: 'done', agent: 'billing' })
    expect(seen).toEqual([
      'triage input: Go.',
      'triage output: One moment.',
      'billing input: Go.',
      'billing output: Billed.',
    ])
    expect(await replay(log, triage)).toMatchObject({ output: 'Billed.' })
  })

  it('of the other agent that trips sends nothing to its model', async () => {
    const model = answering(text('Billed.'))
    const no = guardrail({ name: 'no', on: 'input', check: () => ({ trip: 'not here' }) })
    const billing = agent({ name: 'billing', model, guardrails: [no] })
    const result = await agent({ name: 'triage', model: answering(calls([transfer])), handoffs: [billing] }).run('Go.')
    expect(result).toMatchObject({ status: 'tripped', guardrail: 'no', agent: 'billing' })
    expect(model.requests).toHaveLength(0)
  })

  const seen: unknown[] = []
  const ofTransfer = (mode: 'blocking' | 'parallel', verdict: { trip: string } | { reject: string } | undefined) =>
    guardrail({
      name: 'transfers',
      on: 'toolCall',
      mode,
      tools: ['transfer_to_billing'],
      check: ({ name, args }) => {
        seen.push([name, args])
        return verdict
      },
    })
  it.each(['blocking', 'parallel'] as const)('see a handoff as a call: %s', async (mode) => {
    const transfers = [calls([transfer]), text('I answer myself.')]
    const run = async (verdict: Parameters<typeof ofTransfer>[1]) => {
      seen.length = 0
      const log = memoryLog()
      const triage = () => triageOf(billingOf(), { guardrails: [ofTransfer(mode, verdict)] }, ...transfers)
      const result = await triage().run('Go.', { log })
      expect(seen).toEqual([['transfer_to_billing', {}]])
      expect(checkTranscript(result.messages)).toBeUndefined()
      expect(await replay(log, triage())).toMatchObject({ status: result.status, messages: result.messages })
      const handedOver = log.facts.some(({ type }) => type === 'handoff')
      return { result, handedOver }
    }
    expect(await run(undefined)).toMatchObject({ handedOver: true, result: { agent: 'billing', output: 'Billed.' } })
    expect(await run({ reject: 'Answer yourself.' })).toMatchObject({
      handedOver: false,
      result: {
        status: 'done',
        agent: 'triage',
        output: 'I answer myself.',
        steps: [{ calls: [{ ok: false, reason: 'guardrail', content: 'Answer yourself.' }] }, {}],
      },
    })
    expect(await run({ trip: 'Not to billing.' })).toMatchObject({
      handedOver: false,
      result: { status: 'tripped', guardrail: 'transfers', reason: 'Not to billing.', agent: 'triage' },
    })
  })

  it('that passed a handoff do not check it again in a resumed run', async () => {
    const log = memoryLog()
    const triage = () => triageOf(billingOf(), { guardrails: [ofTransfer('blocking', undefined)] })
    await triage().run('Go.', { log })
    for (let length = 1; length < log.facts.length; length++) {
      const prefix = JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[]
      const isChecked = prefix.some(({ type }) => type === 'guardrail.done')
      seen.length = 0
      const result = await triage().run(undefined, { from: memoryLog(prefix) })
      expect(result, `prefix ${length}`).toMatchObject({ status: 'done', agent: 'billing' })
      expect(seen, `prefix ${length}`).toHaveLength(isChecked ? 0 : 1)
    }
  })
})

describe('a compaction', () => {
  it('of the other agent shortens what `filter` chose, in the log and in a resumed run', async () => {
    const model = answering(call('look', {}, { id: 'l' }), text('Billed.'), text('Again.'))
    const look = tool({ name: 'look', effects: 'none', execute: () => 'seen' })
    const billing = agent({
      name: 'billing',
      model,
      tools: [look],
      compact: ({ messages, step }) => (step === 3 ? [user('In short: a bill.'), ...messages.slice(-2)] : undefined),
    })
    const triage = agent({
      name: 'triage',
      model: answering(call('look', {}, { id: 'k' }), calls([transfer])),
      tools: [look],
      handoffs: [handoff(billing, { filter: (messages) => messages.filter(({ role }) => role === 'user') })],
    })
    const log = memoryLog()
    const read = () =>
      model.requests.map(({ messages }) => messages.map(({ role, content }) => `${role} ${JSON.stringify(content)}`))
    const result = await triage.run('Go.', { log })
    expect(result).toMatchObject({ status: 'done', output: 'Billed.' })
    expect(read()).toEqual([['user "Go."'], ['user "In short: a bill."', 'assistant null', 'tool "seen"']])
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
    await triage.run('And now?', { from: memoryLog(JSON.parse(JSON.stringify(log.facts)) as Fact[]) })
    expect(read()[2]).toEqual([
      'user "In short: a bill."',
      'assistant null',
      'tool "seen"',
      'assistant "Billed."',
      'user "And now?"',
    ])
    expect(await replay(log, triage)).toMatchObject({ output: 'Billed.' })
  })
})

describe('the logger', () => {
  it('shows who takes the run', async () => {
    const written: string[] = []
    const show = logger({ write: (part: string) => written.push(part) })
    for await (const event of triageOf(billingOf()).stream('Go.')) show(event)
    expect(written.join('')).toContain('  ⇒ billing\n')
  })
})
