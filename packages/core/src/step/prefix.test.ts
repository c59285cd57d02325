// Each request extends the last one, byte for byte, but where something changed; and then it is said what.
import { tool } from '@toolloop/schema'
import { call, type ScriptedModel, scriptedModel, text } from '@toolloop/testing'
import type { ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type AnyTool, type Fact, memoryLog, readRun } from '../index.ts'

const look = tool({
  name: 'look',
  effects: 'none',
  parameters: z.object({ at: z.number() }),
  execute: ({ at }) => `at ${at}`,
})
const other = tool({ name: 'other', effects: 'none', execute: () => '' })

/** Looks until it has looked so often. */
const looker = (times: number, name?: string): ScriptedModel =>
  scriptedModel(
    ({ messages }) => {
      const done = messages.filter(({ role }) => role === 'tool').length
      return done < times ? call('look', { at: done }) : text('Done.')
    },
    name === undefined ? {} : { name },
  )

/** Is the text of one request the beginning of the next one's? Written without the code that is tested. */
function extend(requests: readonly ModelRequest[]): boolean[] {
  const written = requests.map(
    ({ messages, tools }) => [JSON.stringify(tools), JSON.stringify(messages).slice(0, -1)] as const,
  )
  return written.slice(1).map(([tools, said], at) => tools === written[at]![0] && said.startsWith(written[at]![1]))
}

interface Case {
  readonly title: string
  readonly options: object
  readonly breaks: readonly object[]
}
const at = 2
const cases: readonly Case[] = [
  { title: 'nothing', options: {}, breaks: [] },
  { title: 'functions that answer the same', options: { instructions: () => 'Look.', params: () => ({}) }, breaks: [] },
  {
    title: 'a tool that is enabled now and then by what does not change',
    options: { tools: [look, tool({ name: 'other', enabled: () => true, execute: () => '' })] },
    breaks: [],
  },
  {
    title: 'instructions',
    options: { prepareStep: ({ step }: { step: number }) => ({ instructions: step < at ? 'One.' : 'Two.' }) },
    breaks: [{ step: at, place: 'instructions', cause: 'The instructions changed.' }],
  },
  {
    title: 'tools, there and back',
    options: { prepareStep: ({ step }: { step: number }) => ({ tools: step === at ? ['look'] : ['look', 'other'] }) },
    breaks: [
      { step: at, place: 'tools', cause: 'removed other' },
      { step: at + 1, place: 'tools', cause: 'added other' },
    ],
  },
  {
    title: 'the model',
    options: { prepareStep: ({ step }: { step: number }) => (step < at ? {} : { model: looker(4, 'm2') }) },
    breaks: [{ step: at, place: 'model', cause: 'scripted, then m2' }],
  },
  {
    title: 'history that a hook cuts',
    options: {
      prepareStep: ({ step, state }: { step: number; state: { messages: readonly object[] } }) =>
        step < at ? {} : { messages: [state.messages[0], ...state.messages.slice(1)] },
    },
    breaks: [],
  },
  {
    title: 'history that a hook edits',
    options: {
      prepareStep: ({ step, state }: { step: number; state: { messages: readonly { content: unknown }[] } }) =>
        step < at
          ? {}
          : { messages: state.messages.map((message, n) => (n === 2 ? { ...message, content: '(long)' } : message)) },
    },
    breaks: [{ step: at, place: 'history', cause: 'messages[2] changed.' }],
  },
]

describe('the requests of a run', () => {
  it.each(cases)('break where this changes: $title', async ({ options, breaks }) => {
    const model = looker(4)
    const one = agent({ name: 'a', model, tools: [look, other], ...options })
    const log = memoryLog()
    const stream = one.stream('go', { log })
    const told: object[] = []
    for await (const event of stream)
      if (event.type === 'prefix.break') {
        const { type: _type, run, path, ...rest } = event
        expect({ run, path }).toEqual({ run: log.facts[0]?.run, path: '' })
        told.push(rest)
      }
    const result = await stream.result
    expect(told).toEqual(breaks)
    expect(result.prefix).toEqual({ requests: 5, breaks })
    expect((await readRun(log)).prefix).toEqual(result.prefix)
    // A hook's own model has seen the later requests.
    if (breaks.every((found) => !('place' in found) || found.place !== 'model')) {
      const places = breaks.map((found) => 'step' in found && found.step)
      expect(extend(model.requests)).toEqual([1, 2, 3, 4].map((step) => !places.includes(step)))
    }
  })

  it('of 100 steps, with another process and another tool list, break exactly where they were broken', async () => {
    const kept: Fact[][] = []
    const workerOf = (model: ScriptedModel, tools: readonly AnyTool[]) =>
      agent({ name: 'a', model, tools, maxSteps: 40, instructions: 'Look well.' })
    const requests: ModelRequest[] = []
    const stretch = async (tools: readonly AnyTool[], input?: string) => {
      const model = looker(99)
      const log = memoryLog(JSON.parse(JSON.stringify(kept.at(-1) ?? [])) as Fact[])
      const worker = workerOf(model, tools)
      const result = await worker.run(input, kept.length > 0 ? { from: log } : { log })
      kept.push([...log.facts])
      requests.push(...model.requests)
      return result
    }
    await stretch([look], 'go') // 40 steps, then the limit
    await stretch([look], 'Go on.') // another process, and steering
    const result = await stretch([look, other]) // another process, and another tool list
    expect(result.status).toBe('done')
    const broken = { step: 80, place: 'tools', cause: 'added other' }
    expect(result.prefix).toEqual({ requests: 100, breaks: [broken] })
    expect(extend(requests).flatMap((extended, index) => (extended ? [] : index + 1))).toEqual([80])
    const marked = kept.at(-1)!.flatMap((fact) => (fact.type === 'step.start' && fact.prefix ? fact.step : []))
    expect(marked).toEqual([0, 80]) // where nothing breaks, nothing is recorded
  })
})
