// The conversation moves to another agent: what holds from the next step on, and what is recorded.
import { tool } from '@toolloop/schema'
import {
  call,
  calls,
  checkRequest,
  checkTranscript,
  type Reply,
  scriptedModel,
  text,
  toolResults,
} from '@toolloop/testing'
import { type Message, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, describe as describeRun, handoff, memoryLog, outputOf, readRun, replay, user } from '../index.ts'

/** A model that fails the test for a request that a strict server rejects. */
function answering(...replies: readonly Reply[]) {
  let at = 0
  return scriptedModel((request) => {
    const problem = checkRequest({ model: 'm', ...request })
    if (problem) throw new Error(JSON.stringify(problem))
    return replies[at++] ?? text('Nothing more.')
  })
}
const to = (name: string, args: Readonly<Record<string, unknown>> = {}, id = `to_${name}`) => ({
  name: `transfer_to_${name}`,
  args,
  id,
})
const Invoice = z.object({ total: z.number() })
const look = tool({ name: 'look', effects: 'none', execute: () => 'seen' })

describe('a handoff', () => {
  it("makes the other agent's instructions, tools, output and settings hold from the next step on", async () => {
    const billingModel = answering(call('look', {}, { id: 'l' }), text('{"total":3}'))
    const billing = agent({
      name: 'billing',
      model: billingModel,
      instructions: 'You bill.',
      tools: [look],
      output: { schema: Invoice, mode: 'native' },
      params: { temperature: 0 },
    })
    const model = answering(calls([to('billing')], { content: 'One moment.' }))
    const triage = agent({ name: 'triage', model, instructions: 'You route.', handoffs: [billing] })
    const log = memoryLog()
    const result = await triage.run('My bill?', { log })
    expect(result).toMatchObject({ status: 'done', agent: 'billing', output: { total: 3 } })
    if (result.status === 'done' && result.agent === 'billing') expect(result.output.total).toBe(3)
    expect(model.requests[0]).toMatchObject({
      messages: [{ role: 'system', content: 'You route.' }, { role: 'user' }],
      tools: [{ function: { name: 'transfer_to_billing', parameters: { type: 'object', properties: {} } } }],
    })
    expect(billingModel.requests[0]).toMatchObject({
      temperature: 0,
      response_format: { type: 'json_schema' },
      tools: [{ function: { name: 'look' } }],
      messages: [
        { role: 'system', content: 'You bill.' },
        { role: 'user', content: 'My bill?' },
        { role: 'assistant', content: 'One moment.', tool_calls: [{ id: 'to_billing' }] },
        { role: 'tool', tool_call_id: 'to_billing', content: 'Handed over to `billing`.' },
      ],
    })
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(log.facts.map(({ type }) => type)).toEqual([
      'run.start',
      'step.start',
      'step.done',
      'tool.done',
      'handoff',
      'step.start',
      'call.sealed',
      'tool.start',
      'tool.done',
      'step.done',
      'step.start',
      'step.done',
      'run.done',
    ])
    expect(log.facts.filter(({ type }) => type === 'step.start')).toMatchObject([
      { agent: 'triage' },
      { agent: 'billing' },
      { agent: 'billing' },
    ])
    expect(log.facts[3]).toMatchObject({ type: 'tool.done', ok: true, handoff: 'billing' })
    expect(log.facts[4]).toMatchObject({ step: 0, callId: 'to_billing', from: 'triage', agent: { name: 'billing' } })
    expect(await readRun(log)).toMatchObject({ agent: 'triage', holder: 'billing' })
    expect(await describeRun(log)).toContain('step 0  triage hands over to billing')
  })

  it('finishes the calls beside it first, and is never dispatched early', async () => {
    const order: string[] = []
    const billing = agent({ name: 'billing', model: answering(text('Billed.')) })
    const triage = agent({
      name: 'triage',
      model: answering(
        calls([to('billing'), { name: 'look', args: {}, id: 'l' }, { name: 'look', args: {}, id: 'm' }]),
      ),
      tools: [look],
      handoffs: [billing],
    })
    for await (const event of triage.stream('Go.')) {
      if (event.type === 'tool.done' || event.type === 'tool.start') order.push(`${event.type} ${event.callId}`)
      if (event.type === 'step.done' || event.type === 'handoff') order.push(event.type)
    }
    expect(order.indexOf('tool.start l')).toBeLessThan(order.indexOf('step.done'))
    expect(order.indexOf('tool.done to_billing')).toBeGreaterThan(order.indexOf('step.done'))
    expect(order.slice(-2)).toEqual(['handoff', 'step.done'])
    expect(order).toContain('tool.done m')
  })

  it.each<[string, z.ZodType, object[], string, string[]]>([
    [
      'the first of two',
      z.object({}),
      [to('billing'), to('refunds')],
      'billing',
      ['Handed over to `billing`.', 'Not done: only the first handoff of a step counts, which is to `billing`.'],
    ],
    [
      'the first valid one',
      z.object({ why: z.string() }),
      [to('billing'), to('refunds')],
      'refunds',
      ['Invalid', 'Handed over to `refunds`.'],
    ],
    [
      'the valid one with what it hands along',
      z.object({ why: z.string() }),
      [to('refunds', {}, 'r'), to('billing', { why: 'x' })],
      'refunds',
      ['Handed over to `refunds`.', 'Not done'],
    ],
  ])('counts as %s of a step; the other gets a tool message', async (_what, parameters, made, holder, words) => {
    const billing = agent({ name: 'billing', model: answering(text('Billed.')) })
    const refunds = agent({ name: 'refunds', model: answering(text('Refunded.')) })
    const triage = agent({
      name: 'triage',
      model: answering(calls(made as never)),
      handoffs: [handoff(billing, { parameters }), refunds],
    })
    const result = await triage.run('Go.')
    expect(result).toMatchObject({ status: 'done', agent: holder })
    const contents = result.steps[0]!.calls.map(({ content }) => content as string)
    for (const [at, word] of words.entries()) expect(contents[at]).toContain(word)
  })

  it('with invalid arguments becomes a tool message, and the run goes on with the same agent', async () => {
    const refunds = agent({ name: 'refunds', model: answering(text('Refunded.')) })
    const model = answering(calls([to('refunds')]), calls([to('refunds', { reason: 'late' }, 'again')]))
    const triage = agent({
      name: 'triage',
      model,
      handoffs: [handoff(refunds, { parameters: z.object({ reason: z.string() }), description: 'For money back.' })],
    })
    const result = await triage.run('Go.')
    expect(outputOf(result)).toBe('Refunded.')
    expect(model.requests[0]!.tools).toMatchObject([{ function: { description: 'For money back.' } }])
    expect(JSON.stringify(toolResults(model.requests[1]!)[0])).toMatch(/reason/)
    expect(result.steps[0]!.calls).toMatchObject([{ ok: false, reason: 'arguments' }])
    expect(result.steps.map(({ message }) => message.tool_calls?.length ?? 0)).toEqual([1, 1, 0])
  })

  it('is offered under its condition, which is evaluated in each step', async () => {
    const offers: (readonly string[])[] = []
    const app = { open: false }
    const opens = tool({
      name: 'open',
      execute: () => {
        app.open = true
      },
    })
    const refunds = agent({ name: 'refunds', model: answering(text('Refunded.')) })
    const triage = agent({
      name: 'triage',
      model: answering(call('open'), calls([to('refunds')])),
      tools: [opens],
      handoffs: [handoff(refunds, { when: (context: typeof app) => context.open })],
    })
    for await (const event of triage.stream('Go.', { context: app }))
      if (event.type === 'step.start') offers.push(event.tools)
    expect(offers).toEqual([['open'], ['open', 'transfer_to_refunds'], []])
  })

  it('shows the other agent what `filter` chose; the transcript stays whole, and the choice is recorded', async () => {
    const next = answering(call('look', {}, { id: 'l' }), text('Done.'))
    const refunds = agent({ name: 'refunds', model: next, instructions: 'You refund.', tools: [look] })
    const triage = agent({
      name: 'triage',
      model: answering(call('look', {}, { id: 'k' }), calls([to('refunds', { reason: 'late' })])),
      tools: [look],
      handoffs: [
        handoff(refunds, {
          parameters: z.object({ reason: z.string() }),
          filter: (messages, { args }) => [
            ...messages.filter(({ role }) => role === 'user'),
            user(`Reason: ${args.reason}`),
          ],
        }),
      ],
    })
    const log = memoryLog()
    const result = await triage.run('Go.', { log })
    const head = [
      { role: 'system', content: 'You refund.' },
      { role: 'user', content: 'Go.' },
      { role: 'user', content: 'Reason: late' },
    ]
    expect(next.requests[0]!.messages).toEqual(head)
    expect(next.requests[1]!.messages).toMatchObject([
      ...head,
      { role: 'assistant' },
      { role: 'tool', tool_call_id: 'l' },
    ])
    expect(result.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
    ])
    expect(log.facts.find(({ type }) => type === 'handoff')).toMatchObject({
      shown: [0, { role: 'user', content: 'Reason: late' }],
    })
    expect(result.request(3)).toEqual({ ...next.requests[1], signal: undefined })
    expect(result.prefix.breaks.map(({ step, place }) => `${step} ${place}`)).toEqual([
      '2 tools',
      '2 instructions',
      '2 history',
    ])
    expect(await replay(log, triage)).toMatchObject({ output: 'Done.', holder: 'refunds' })
  })

  it.each<[string, (messages: readonly Message[]) => readonly Message[], RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no filter today')
      },
      /no filter today/,
    ],
    ['returns nothing', () => [], /returned no messages/],
    [
      'changes the transcript',
      (messages) => (messages as Message[]).splice(0, 1),
      /read only|not extensible|delete property/,
    ],
    ['leaves a call without its result', (messages) => messages.slice(0, 2), /before the tool call|end before/],
  ])('ends the run as `error` when `filter` %s', async (_what, filter, words) => {
    const refunds = agent({ name: 'refunds', model: answering() })
    const triage = agent({
      name: 'triage',
      model: answering(calls([to('refunds')])),
      handoffs: [handoff(refunds, { filter })],
    })
    const result = await triage.run('Go.')
    expect(result).toMatchObject({ status: 'error', agent: 'triage', error: { message: expect.stringMatching(words) } })
  })
})

describe('a cycle of handoffs', () => {
  it("counts against the root's `maxSteps`", async () => {
    const billing = agent({
      name: 'billing',
      model: scriptedModel(() => calls([to('triage', {}, crypto.randomUUID())])),
      handoffs: ['triage'],
      maxSteps: 1,
      cycleGuard: false,
    })
    const triage = agent({
      name: 'triage',
      model: scriptedModel(() => calls([to('billing', {}, crypto.randomUUID())])),
      handoffs: [billing],
      maxSteps: 5,
      cycleGuard: false,
    })
    const result = await triage.run('Go.')
    expect(result).toMatchObject({ status: 'limit', kind: 'steps', allowed: 5, agent: 'billing' })
    expect(result.steps).toHaveLength(5)
  })

  it('is stopped by the cycle guard', async () => {
    const billing = agent({
      name: 'billing',
      model: scriptedModel(() => calls([to('triage', {}, crypto.randomUUID())])),
      handoffs: ['triage'],
    })
    const triage = agent({
      name: 'triage',
      model: scriptedModel(() => calls([to('billing', {}, crypto.randomUUID())])),
      handoffs: [billing],
    })
    expect(await triage.run('Go.')).toMatchObject({
      status: 'limit',
      kind: 'cycle',
      period: 2,
      calls: ['transfer_to_billing', 'transfer_to_triage'],
    })
  })

  it('comes back with the first agent, its output and its forced first call', async () => {
    const billing = agent({ name: 'billing', model: answering(calls([to('triage')])), handoffs: ['triage'] })
    const model = answering(calls([to('billing')]), text('{"total":1}'))
    const triage = agent({
      name: 'triage',
      model,
      handoffs: [billing],
      output: { schema: Invoice, mode: 'native' },
      toolChoice: 'required',
    })
    expect(outputOf(await triage.run('Go.'))).toEqual({ total: 1 })
    expect(model.requests.map(({ tool_choice }) => tool_choice)).toEqual(['required', 'required'])
  })
})

describe('definition', () => {
  const one = agent({ name: 'one', model: answering() })
  const options = { name: 'a', model: answering() }
  it.each<[string, () => unknown, RegExp]>([
    [
      'a tool of the same name',
      () => agent({ ...options, tools: [tool({ name: 'transfer_to_one', execute: () => 1 })], handoffs: [one] }),
      /two functions named `transfer_to_one`/,
    ],
    [
      'two agents of one name',
      () =>
        agent({
          ...options,
          handoffs: [one, agent({ name: 'two', model: answering(), handoffs: [one.with({ maxSteps: 1 })] })],
        }),
      /two agents named `one`/,
    ],
    [
      'an agent of its own name',
      () => agent({ ...options, handoffs: [agent({ ...options })] }),
      /two agents named `a`/,
    ],
    [
      'names that make one function',
      () => agent({ ...options, handoffs: ['b c', 'b_c'] }),
      /two functions named `transfer_to_b_c`/,
    ],
    ['what is no agent', () => agent({ ...options, handoffs: [{ name: 'x', run: () => 1 }] }), /one that `agent/],
    ['an unknown option', () => handoff(one, { whenever: true } as never), /no option `whenever`/],
  ])('rejects %s', (_what, make, words) => {
    expect(make).toThrow(UsageError)
    expect(make).toThrow(words)
  })

  it('rejects a name that nobody has, when it is run', async () => {
    await expect(agent({ ...options, handoffs: ['nobody'] }).run('x')).rejects.toThrow(/hands over to "nobody"/)
  })

  it('makes a valid function of any name', async () => {
    const model = answering(text('x'))
    await agent({ name: 'a', model, handoffs: [agent({ name: 'Ünï côde & more', model })] }).run('x')
    expect(model.requests[0]!.tools).toMatchObject([{ function: { name: 'transfer_to__n__c_de___more' } }])
  })
})
