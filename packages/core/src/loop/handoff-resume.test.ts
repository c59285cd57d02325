// A run that is handed over and back, with an agent as a tool that hands over too. It goes on behind every fact of its log.
import { tool } from '@toolloop/schema'
import { call, calls, checkRequest, checkTranscript, type Reply, scriptedModel, text } from '@toolloop/testing'
import { type ChatModel, StreamError, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type Decision,
  type Fact,
  fork,
  handoff,
  memoryLog,
  outputOf,
  readRun,
  replay,
  type RunEvent,
  user,
} from '../index.ts'

const ran: string[] = []
const parameters = z.object({ id: z.string() })
const execute = ({ id }: { id: string }) => {
  ran.push(id)
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters, effects: 'none', execute })
const guarded = tool({ name: 'guarded', parameters, needsApproval: true, execute })
const toolOf = { read, guarded }

/** Answers by what the conversation has: the reply of the first call without a result, then the last reply. */
function modelOf(name: string, replies: readonly [awaited: string, reply: Reply][], last: Reply): ChatModel {
  return scriptedModel(
    (request) => {
      const problem = checkRequest({ model: 'm', ...request })
      if (problem) throw new Error(JSON.stringify(problem))
      const has = (id: string): boolean =>
        request.messages.some((message) => message.role === 'tool' && message.tool_call_id === id)
      return replies.find(([id]) => !has(id))?.[1] ?? last
    },
    { name, deltaSize: 1 },
  )
}
const use = (name: keyof typeof toolOf, id: string) => ({ name, args: { id }, id })
const to = (name: string, id: string, args: Readonly<Record<string, unknown>> = {}) => ({
  name: `transfer_to_${name}`,
  args,
  id,
})

const expert = agent({
  name: 'expert',
  model: modelOf('e', [['x1', calls([use('guarded', 'x1')])]], text('Known.')),
  tools: [guarded],
})
const clerk = agent({
  name: 'clerk',
  model: modelOf('c', [['k1', calls([use('read', 'k0'), to('expert', 'k1')])]], text('?')),
  tools: [read],
  handoffs: [expert],
})
const billing = agent({
  name: 'billing',
  model: modelOf(
    'b',
    [
      ['b1', calls([use('read', 'b0'), { name: 'ask', args: { input: 'How?' }, id: 'b1' }])],
      ['b2', calls([to('triage', 'b2')])],
    ],
    text('?'),
  ),
  tools: [read, clerk.asTool({ name: 'ask', description: 'The clerk.' })],
  handoffs: ['triage'],
})
const triage = agent({
  name: 'triage',
  model: modelOf(
    't',
    [['t1', calls([use('read', 't0'), to('billing', 't1', { why: 'a bill' }), use('guarded', 't2')])]],
    call('final_answer', { total: 4 }, { id: 'f' }),
  ),
  tools: [read, guarded],
  output: { schema: z.object({ total: z.number() }), mode: 'tool' },
  handoffs: [
    handoff(billing, {
      parameters: z.object({ why: z.string() }),
      filter: (messages, { args }) => [...messages.slice(0, 1), user(args.why)],
    }),
  ],
})
const approver = (): Decision => ({ approve: true })

async function wholeRun() {
  const log = memoryLog()
  const events: RunEvent[] = []
  const stream = triage.stream('Go.', { log, runId: 'r', approver })
  for await (const event of stream) events.push(event)
  return { facts: [...log.facts], result: await stream.result, events }
}
const whole = await wholeRun()
/** Whether a step with a sealed call has no message yet. */
const streams = (facts: readonly Fact[]): boolean =>
  facts.some(
    (one, at) =>
      one.type === 'call.sealed' &&
      !facts.slice(at).some(({ type, path }) => type === 'step.done' && path === one.path),
  )
const saved = (facts: readonly Fact[]) => memoryLog(JSON.parse(JSON.stringify(facts)) as Fact[])

describe('a run that is handed over and back', () => {
  it('ends with the first agent, and shows which agent makes each step', () => {
    expect(whole.result).toMatchObject({ status: 'done', agent: 'triage', output: { total: 4 } })
    const holders = whole.facts.filter(({ type }) => type === 'step.start' || type === 'handoff')
    expect(
      holders.map((one) =>
        one.type === 'handoff'
          ? `${one.path} ${one.from} → ${one.agent.name}`
          : one.type === 'step.start' && `${one.path} ${one.agent}`,
      ),
    ).toEqual([
      ' triage',
      ' triage → billing',
      ' billing',
      '1:b1 clerk',
      '1:b1 clerk → expert',
      '1:b1 expert',
      '1:b1 expert',
      ' billing',
      ' billing → triage',
      ' triage',
    ])
    expect(ran.toSorted()).toEqual(['b0', 'k0', 't0', 't2', 'x1'])
    const typed = whole.events.filter(({ type }) => type === 'output.delta' || type === 'output.done')
    expect(typed.map((one) => (one.type === 'output.delta' ? one.delta : '')).join('')).toBe('{"total":4}')
    expect(typed.at(-1)).toMatchObject({ type: 'output.done', output: { total: 4 }, step: 3 })
  })

  it.each(whole.facts.map((one, index) => [index + 1, `${one.path} ${one.type}`] as const))(
    'goes on with the agent that holds it behind fact %i (%s)',
    async (length) => {
      const prefix = whole.facts.slice(0, length)
      const finished = prefix.flatMap((one) => (one.type === 'tool.done' ? one.callId : []))
      ran.length = 0
      const log = saved(prefix)
      const result = await triage.run(undefined, {
        from: log,
        approver: ({ kind }) => (kind === 'interrupted' ? { result: 'ran' } : approver()),
      })
      expect(result).toMatchObject({ status: 'done', agent: 'triage', output: { total: 4 } })
      expect(checkTranscript(result.messages)).toBeUndefined()
      // What was not sealed when the process died is lost with its step: the model makes its calls anew.
      if (!streams(prefix)) {
        expect(ran.filter((id) => finished.includes(id))).toEqual([])
        expect(new Set(ran).size).toBe(ran.length)
      }
      expect((await readRun(log)).messages).toEqual(result.messages)
      expect(log.facts.filter((one) => one.type === 'handoff' && one.path === '')).toHaveLength(2)
      const inFlight = prefix.some(
        (one) => one.type === 'tool.start' && one.callId === 't2' && !finished.includes('t2'),
      )
      if (!streams(prefix) && !inFlight) expect(result.messages).toEqual(whole.result.messages)
      expect(await replay(saved(log.facts), triage)).toMatchObject({ output: { total: 4 }, holder: 'triage' })
    },
  )

  it('keeps its handoffs in a fork, and makes one again whose step is open again', async () => {
    const later = await fork(whole.facts, { before: 2, runId: 'f' })
    expect((await readRun(later)).holder).toBe('billing')
    expect(outputOf(await triage.run(undefined, { from: later, approver }))).toEqual({ total: 4 })
    const sooner = await fork(whole.facts, { before: 't0', runId: 'g' })
    expect((await readRun(sooner)).holder).toBe('triage')
    expect(sooner.facts.filter(({ type }) => type === 'handoff')).toEqual([])
    expect(outputOf(await triage.run(undefined, { from: sooner, approver }))).toEqual({ total: 4 })
  })
})

describe('requests for decisions', () => {
  it('beside a handoff pause the run before it is handed over; inside, they name the path of the agent that was handed over to', async () => {
    const log = memoryLog()
    const first = await triage.run('Go.', { log, runId: 'r' })
    expect(first).toMatchObject({ status: 'approval', agent: 'triage', requests: [{ name: 'guarded', callId: 't2' }] })
    const second = await triage.run(undefined, {
      from: saved(log.facts),
      decisions: { t2: { approve: false, reason: 'No.' } },
    })
    expect(second).toMatchObject({ status: 'approval', agent: 'billing', requests: [{ path: '1:b1', callId: 'x1' }] })
    if (second.status !== 'approval') return
    const log2 = saved(log.facts)
    await triage.run(undefined, { from: log2, decisions: { t2: { approve: true } } })
    const third = await triage.run(undefined, {
      from: saved(log2.facts),
      decisions: { [second.requests[0]!.id]: { approve: true, arguments: { id: 'edited' } } },
    })
    expect(outputOf(third)).toEqual({ total: 4 })
    expect(ran).toContain('edited')
  })
})

describe('a log whose agents have changed', () => {
  const at = (type: Fact['type'], path: string): number =>
    whole.facts.findIndex((one) => one.type === type && one.path === path)
  it.each<[string, readonly Fact[]]>([
    ['the holder', whole.facts.slice(0, at('handoff', '') + 1)],
    ['the agent that is about to hold it', whole.facts.slice(0, at('handoff', ''))],
  ])('cannot be resumed without %s, and is not touched', async (_what, facts) => {
    const log = saved(facts)
    const other = triage.with({ handoffs: [] })
    const resumed = other.run(undefined, { from: log, approver })
    await expect(resumed).rejects.toThrow(UsageError)
    await expect(resumed).rejects.toThrow(/handed over to the agent `billing`, which agent `triage` does not reach/)
    expect(log.facts).toEqual(facts)
  })

  it('cannot be resumed without the holder of a run inside it', async () => {
    const facts = whole.facts.slice(0, at('handoff', '1:b1') + 1)
    const log = saved(facts)
    const alone = clerk.with({ handoffs: [] })
    const other = triage.with({
      handoffs: [
        handoff(billing.with({ tools: [read, alone.asTool({ name: 'ask', description: 'The clerk.' })] }), {
          parameters: z.object({ why: z.string() }),
        }),
      ],
    })
    await expect(other.run(undefined, { from: log, approver })).rejects.toThrow(
      /the agent `expert`, which agent `clerk`/,
    )
    expect(log.facts).toEqual(facts)
  })

  it('reports drift of the agent that holds it, and of no other', async () => {
    const held = whole.facts.slice(
      0,
      whole.facts.findIndex(({ type, path }) => type === 'tool.done' && path === '1:b1') + 1,
    )
    const drifts = async (one: typeof triage): Promise<number> => {
      let count = 0
      const stream = one.stream(undefined, { from: saved(held), approver })
      for await (const event of stream) if (event.type === 'resume.drift' && event.path === '') count++
      return count
    }
    expect(await drifts(triage)).toBe(0)
    expect(await drifts(triage.with({ tools: [guarded] }) as never)).toBe(0)
    const changed = billing.with({ tools: [...billing.tools, guarded] })
    expect(
      await drifts(
        triage.with({ handoffs: [handoff(changed, { parameters: z.object({ why: z.string() }) })] }) as never,
      ),
    ).toBe(1)
  })
})

describe('a stream that dies at any place of the step that hands over', () => {
  const stepOf = (cut: number) => {
    let sent = 0
    const inner = modelOf('t', [['t1', calls([use('read', 't0'), to('billing', 't1')])]], text('?'))
    const model: ChatModel = {
      name: 'cutting',
      async *stream(request, options) {
        for await (const chunk of inner.stream!(request, options)) {
          if (sent++ === cut) throw new StreamError('It broke off.')
          yield chunk
        }
      },
    }
    const end = agent({ name: 'billing', model: scriptedModel(() => text('Billed.')) })
    return { one: agent({ name: 'triage', model, tools: [read], handoffs: [end] }), sent: () => sent }
  }
  it('is retried or kept, and the run is handed over once', async () => {
    const { one, sent } = stepOf(Infinity)
    await one.run('Go.')
    const chunks = sent()
    expect(chunks).toBeGreaterThan(8)
    for (let cut = 1; cut < chunks; cut++) {
      const log = memoryLog()
      const result = await stepOf(cut).one.run('Go.', { log })
      expect(result, `chunk ${cut}`).toMatchObject({ status: 'done', agent: 'billing', output: 'Billed.' })
      expect(checkTranscript(result.messages)).toBeUndefined()
      expect(log.facts.filter(({ type }) => type === 'handoff')).toHaveLength(1)
      await replay(saved(log.facts), one)
    }
  })
})
