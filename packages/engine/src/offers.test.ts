// What is recorded together, and what must be recorded before the run goes on.
import { agent, type AnyTool, type Fact } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { driveRun, type Entry } from './index.ts'

/** Each step calls all tools, until there are as many results as given. */
const caller = (tools: readonly AnyTool[], results: number, earlyDispatch = false) =>
  agent({
    name: 'caller',
    earlyDispatch,
    maxResult: 1_000_000,
    tools: [...tools],
    cycleGuard: false,
    model: scriptedModel((request) => {
      const done = toolResults(request).length
      return done === results
        ? text('Done.')
        : calls(tools.map(({ name }) => ({ name, args: {}, id: `${name}${done}` })))
    }),
  })

/** Drives a run. Its records, as they come. */
async function record(runnable: ReturnType<typeof caller>, records: Fact[][], input = 'go'): Promise<string[]> {
  const step = async (_name: string, work: () => Promise<Entry>): Promise<Entry> => {
    const entry = JSON.parse(JSON.stringify(await work())) as { facts: Fact[]; by: string }
    await new Promise((resolve) => setTimeout(resolve, 1))
    records.push(entry.facts)
    return entry
  }
  const { signal } = new AbortController()
  const command = async (): Promise<never> => await Promise.reject(new Error('It does not pause.'))
  await driveRun({ runnable, input, runId: 'r', signal }, { step, command })
  return records.map((facts) => facts.map(({ type }) => type).join(' '))
}

describe('records of a run', () => {
  const quick = tool({ name: 'quick', effects: 'none', execute: () => 'quick' })
  const slow = tool({
    name: 'slow',
    effects: 'none',
    execute: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return 'slow'
    },
  })
  const unsafe = tool({ name: 'unsafe', execute: () => 'unsafe' })
  it.each<[string, AnyTool[], string[]]>([
    [
      'a step with the calls that it made',
      [quick],
      ['run.start step.start', 'step.done tool.start tool.done step.start', 'step.done run.done'],
    ],
    [
      'a step, and later the result of a call that took its time',
      [slow],
      ['run.start step.start', 'step.done tool.start', 'tool.done step.start', 'step.done run.done'],
    ],
    [
      'a step up to the start of an unsafe call',
      [unsafe],
      ['run.start step.start', 'step.done tool.start', 'tool.done step.start', 'step.done run.done'],
    ],
    [
      'a result while another call goes on',
      [quick, slow],
      [
        'run.start step.start',
        'step.done tool.start tool.start tool.done',
        'tool.done step.start',
        'step.done run.done',
      ],
    ],
  ])('hold %s', async (_what, tools, expected) => {
    expect(await record(caller(tools, tools.length), [])).toEqual(expected)
  })

  it.each([true, false])('have the start of an unsafe call before it executes, early dispatch %s', async (early) => {
    const records: Fact[][] = []
    const seen: number[] = []
    const careful = tool({
      name: 'careful',
      execute: () => {
        seen.push(records.flat().filter((one) => one.type === 'tool.start' && one.name === 'careful').length)
        return 'done'
      },
    })
    await record(caller([quick, careful], 6, early), records)
    expect(seen).toEqual([1, 2, 3])
  })

  it('hold no more than an engine takes, however many large results come at once', async () => {
    const records: Fact[][] = []
    const begun = Promise.withResolvers<void>()
    let count = 0
    const large = tool({
      name: 'large',
      effects: 'idempotent',
      execute: async () => {
        if (++count === 8) begun.resolve()
        await begun.promise
        return 'x'.repeat(400_000)
      },
    })
    const types = await record(
      caller(
        Array.from({ length: 8 }, (_, at) => ({ ...large, name: `large${at}` })),
        8,
      ),
      records,
    )
    expect(types.slice(-6)).toEqual([
      'tool.done tool.done',
      'tool.done tool.done',
      'tool.done tool.done',
      'tool.done tool.done',
      'step.start',
      'step.done run.done',
    ])
    expect(records.flat().map(({ seq }) => seq)).toEqual(records.flat().map((_, at) => at))
    expect(Math.max(...records.map((facts) => JSON.stringify(facts).length))).toBeLessThan(1.1 * (1 << 20))
  })

  it('hold a large fact without those that follow', async () => {
    expect(await record(caller([quick], 1), [], 'x'.repeat(1 << 20))).toEqual([
      'run.start',
      'step.start',
      'step.done tool.start tool.done step.start',
      'step.done run.done',
    ])
  })
})
