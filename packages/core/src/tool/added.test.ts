// Tools that appear while a run goes on.
import { tool } from '@toolloop/schema'
import { call, calls, checkTranscript, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AnyTool,
  type Fact,
  memoryLog,
  memoryResults,
  outputOf,
  type PrepareStep,
  replay,
  type RunEvent,
} from '../index.ts'

const parameters = z.object({ id: z.string() })
let ran: string[] = []
const named = (name: string, more: object = {}): AnyTool =>
  tool({
    name,
    parameters,
    effects: 'none',
    execute: ({ id }) => {
      ran.push(`${name} ${id}`)
      return `${name} ${id}`
    },
    ...more,
  })
const own = tool({ name: 'own', parameters, effects: 'none', execute: ({ id }) => `own ${id}` })
const late = named('late')

/** Calls its own tool first, then both, then answers. */
const scripted = () =>
  scriptedModel(({ messages }) => {
    const results = messages.filter(({ role }) => role === 'tool').length
    if (results === 0) return call('own', { id: 'a' }, { id: 'c1' })
    if (results === 1)
      return calls([
        { name: 'own', args: { id: 'b' }, id: 'c2' },
        { name: 'late', args: { id: 'c' }, id: 'c3' },
      ])
    return text('Done.')
  })
/** The added tools by step. */
const workerOf = (added: (step: number) => readonly AnyTool[], more: object = {}) =>
  agent({
    name: 'w',
    model: scripted(),
    tools: [own],
    prepareStep: ({ step }) => ({ addTools: added(step) }),
    ...more,
  })
const fromSecond = (step: number): readonly AnyTool[] => (step > 0 ? [late] : [])

describe('a tool that prepareStep adds', () => {
  it.each([
    [false, true],
    [true, true],
    [false, false],
    [true, false],
  ])(
    'is offered and called from its step on, under events of its own: watched %s, early %s',
    async (watched, earlyDispatch) => {
      ran = []
      const worker = workerOf(fromSecond, { earlyDispatch })
      const log = memoryLog()
      const seen: string[] = []
      let output: unknown
      const stream = worker.stream('go', { log })
      if (watched)
        for await (const event of stream) {
          if ('callId' in event && 'name' in event) seen.push(`${event.type} ${event.name}`)
          if (event.type === 'tool.done.dynamic' && event.ok) ({ output } = event)
        }
      const result = await stream.result
      expect(outputOf(result)).toBe('Done.')
      expect(ran).toEqual(['late c'])
      expect(result.request(0)!.tools!.length).toBe(1)
      expect(result.request(1)!.tools!.length).toBe(2)
      const types = log.facts.flatMap((fact) => ('name' in fact ? `${fact.type} ${fact.name}` : []))
      expect(types.filter((one) => one.includes('late'))).toEqual(['tool.start.dynamic late', 'tool.done.dynamic late'])
      expect(types.filter((one) => one.includes('own')).every((one) => !one.includes('dynamic'))).toBe(true)
      if (watched) expect([seen.includes('tool.done.dynamic late'), output]).toEqual([true, 'late c'])
      const [, second] = log.facts.filter((fact) => fact.type === 'step.start')
      expect(second).toMatchObject({
        tools: ['own', 'late'],
        added: [{ name: 'late', fingerprint: expect.any(String) }],
      })
      expect(result.prefix.breaks).toEqual([{ step: 1, place: 'tools', cause: 'added late' }])
      expect(checkTranscript(result.messages)).toBeUndefined()
      await replay(log, workerOf(fromSecond, { earlyDispatch }))
    },
  )

  it('that stays the same breaks the prefix once; one that goes breaks it again', async () => {
    const steady = await workerOf(() => [late]).run('go')
    expect(steady.prefix.breaks).toEqual([])
    const gone = await workerOf((step) => (step === 1 ? [late] : [])).run('go')
    expect(gone.prefix.breaks.map(({ step, cause }) => `${step} ${cause}`)).toEqual(['1 added late', '2 removed late'])
  })

  it('is known again after a resume from every prefix', async () => {
    const log = memoryLog()
    const worker = () => workerOf(fromSecond, { earlyDispatch: false }) // a crash in a stream would drop calls
    const whole = await worker().run('go', { log, runId: 'r' })
    for (let length = 1; length < log.facts.length; length++) {
      const prefix = JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[]
      const from = memoryLog(prefix)
      const done = prefix.some((fact) => fact.type === 'tool.done.dynamic')
      ran = []
      const result = await worker().run(undefined, { from })
      expect(result.messages).toEqual(whole.messages)
      expect(ran).toEqual(done ? [] : ['late c'])
      await replay(JSON.parse(JSON.stringify(from.facts)) as Fact[], worker())
    }
  })

  it('is asked for once by all calls of a resumed step', async () => {
    const both = scriptedModel(({ messages }) =>
      messages.some(({ role }) => role === 'tool')
        ? text('Done.')
        : calls([1, 2, 3].map((n) => ({ name: 'late', args: { id: `${n}` }, id: `c${n}` }))),
    )
    let asked = 0
    const worker = workerOf(() => [late], {
      model: both,
      earlyDispatch: false,
      prepareStep: async () => {
        asked++
        await Promise.resolve()
        return { addTools: [late] }
      },
    })
    const log = memoryLog()
    await worker.run('go', { log })
    const at = log.facts.findIndex(({ type }) => type === 'step.done')
    const from = memoryLog(JSON.parse(JSON.stringify(log.facts.slice(0, at + 1))) as Fact[])
    asked = 0
    ran = []
    expect(outputOf(await worker.run(undefined, { from }))).toBe('Done.')
    expect(ran).toEqual(['late 1', 'late 2', 'late 3'])
    expect(asked).toBe(2) // for the resumed step, and for the next one
  })

  /** A log that ends before the call of the added tool has started. */
  async function pending(): Promise<Fact[]> {
    const log = memoryLog()
    await workerOf(fromSecond, { earlyDispatch: false }).run('go', { log, runId: 'r' })
    const at = log.facts.findIndex((fact) => fact.type === 'step.done' && fact.step === 1)
    return JSON.parse(JSON.stringify(log.facts.slice(0, at + 1))) as Fact[]
  }

  it.each<[string, (step: number) => readonly AnyTool[]]>([
    ['is gone', () => []],
    [
      'cannot be asked for',
      () => {
        throw new Error('no network')
      },
    ],
  ])('and that %s after a resume gives the model an error to read', async (title, added) => {
    const asked = title === 'is gone' ? added : (step: number) => (step === 1 ? added(step) : [])
    const result = await workerOf(asked).run(undefined, { from: memoryLog(await pending()) })
    expect(outputOf(result)).toBe('Done.')
    expect(result.steps[1]!.calls.map(({ ok, reason, content, type }) => [ok, reason, content, type])).toEqual([
      [true, undefined, 'own b', 'tool.done'],
      [false, 'unknown_tool', 'The tool `late` is not available any more.', 'tool.done.dynamic'],
    ])
  })

  it('and that changed runs where its arguments fit, with a drift; else the model reads an error', async () => {
    const renamed = named('late', { description: 'Another one.' })
    const stream = workerOf(() => [renamed]).stream(undefined, { from: memoryLog(await pending()) })
    const events: RunEvent[] = []
    for await (const event of stream) events.push(event)
    expect(outputOf(await stream.result)).toBe('Done.')
    expect(events.filter(({ type }) => type === 'resume.drift').length).toBe(1)
    const other = named('late', { parameters: z.object({ other: z.number() }) })
    const result = await workerOf(() => [other]).run(undefined, { from: memoryLog(await pending()) })
    expect(result.steps[1]!.calls[1]).toMatchObject({ ok: false, reason: 'arguments' })
  })

  it('may need approval; edited arguments are checked when it runs', async () => {
    const careful = named('late', { effects: 'unsafe', needsApproval: true })
    const worker = workerOf((step) => (step > 0 ? [careful] : []))
    const log = memoryLog()
    const paused = await worker.run('go', { log })
    expect(paused).toMatchObject({ status: 'approval', requests: [{ name: 'late', dynamic: true }] })
    const saved = JSON.stringify(log.facts)
    const at = (): ReturnType<typeof memoryLog> => memoryLog(JSON.parse(saved) as Fact[])
    ran = []
    const fine = await worker.run(undefined, {
      from: at(),
      decisions: { c3: { approve: true, arguments: { id: 'z' } } },
    })
    expect([outputOf(fine), ran]).toEqual(['Done.', ['late z']])
    const bad = await worker.run(undefined, { from: at(), decisions: { c3: { approve: true, arguments: { x: 1 } } } })
    expect(bad.steps[1]!.calls[1]).toMatchObject({ ok: false, reason: 'arguments' })
  })

  it('may run an agent, whose requests are decided by their path after a resume', async () => {
    const pay = named('pay', { effects: 'unsafe', needsApproval: true })
    const clerk = agent({
      name: 'clerk',
      model: scriptedModel(({ messages }) =>
        messages.some(({ role }) => role === 'tool') ? text('Paid.') : call('pay', { id: 'p' }, { id: 'p1' }),
      ),
      tools: [pay],
    })
    const help = clerk.asTool({ name: 'late', description: 'Helps.', parameters: z.object({ id: z.string() }) })
    const log = memoryLog()
    const worker = workerOf((step) => (step > 0 ? [help] : []))
    const paused = await worker.run('go', { log })
    expect(paused).toMatchObject({ status: 'approval', requests: [{ name: 'pay', path: '1:c3' }] })
    const id = paused.status === 'approval' ? paused.requests[0]!.id : ''
    const saved = () => memoryLog(JSON.parse(JSON.stringify(log.facts)) as Fact[])
    for (const [decision, effect] of [
      [{ approve: true }, ['pay p']],
      [{ approve: true, arguments: { id: 'edited' } }, ['pay edited']],
      [{ approve: true, arguments: { other: 1 } }, []],
      [{ approve: false }, []],
    ] as const) {
      ran = []
      const result = await worker.run(undefined, { from: saved(), decisions: { [id]: decision } })
      expect(outputOf(result)).toBe('Done.')
      expect(ran).toEqual(effect)
    }
    const wrong = worker.run(undefined, { from: saved(), decisions: { [id]: { aprove: true } as never } })
    await expect(wrong).rejects.toThrow(/must be \{ approve: true/)
    const gone = worker.run(undefined, { from: saved(), decisions: { '1:c3/0/zz#1': { approve: true } } })
    await expect(gone).rejects.toMatchObject({ problem: 'unknown' })
  })

  it.each<[string, readonly unknown[], RegExp]>([
    [
      'has the name of another',
      [named('own')],
      /`prepareStep` of agent `w` adds a tool named `own`, but there is one of this name/,
    ],
    ['is there twice', [late, late], /adds a tool named `late`/],
    ['is no tool', [{ name: 'late' }], /`addTools` is .*; it must be an array of tools made by `tool`/],
  ])('and that %s ends the run as an error', async (_title, added, words) => {
    const result = await workerOf(() => added as readonly AnyTool[]).run('go')
    expect(result).toMatchObject({ status: 'error', error: { message: expect.stringMatching(words) } })
  })

  it('may be the only tool, beside narrowed ones, and is not offered where it is not enabled', async () => {
    const prepareStep = ({ step }: PrepareStep<unknown>) => ({
      tools: [],
      addTools: [named('late', { enabled: step === 0 })],
    })
    const model = scriptedModel([call('late', { id: 'x' }), text('Done.')])
    const result = await agent({ name: 'w', model, tools: [own], prepareStep }).run('go')
    expect(result.steps[0]!.calls[0]!.content).toBe('late x')
    expect(result.request(1)!.tools).toBeUndefined()
  })
})

it('`read_result`, which a store adds, has events of this kind', async () => {
  const long = tool({ name: 'long', execute: () => 'x'.repeat(100) })
  const worker = agent({
    name: 'w',
    model: scriptedModel([
      call('long', {}, { id: 'c1' }),
      call('read_result', { handle: 'r/0/c1', offset: 9 }),
      text('Done.'),
    ]),
    tools: [long],
    maxResult: { tokens: 3, store: memoryResults() },
  })
  const log = memoryLog()
  expect(outputOf(await worker.run('go', { log, runId: 'r' }))).toBe('Done.')
  expect(log.facts.flatMap((fact) => ('name' in fact ? `${fact.type} ${fact.name}` : []))).toEqual([
    'tool.start long',
    'tool.done long',
    'tool.start.dynamic read_result',
    'tool.done.dynamic read_result',
  ])
})
