// A model that circles is warned, then stopped; one that polls, or changes its arguments, is neither.
import { tool } from '@toolloop/schema'
import { call, calls, checkRequest, type Reply, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, memoryLog, readRun, replay, type Result, RunError } from '../index.ts'

const parameters = z.object({ of: z.string(), page: z.number().optional() })
const execute = () => 'pending'
const options = { parameters, effects: 'none', execute } as const
const tools = [
  tool({ ...options, name: 'a' }),
  tool({ ...options, name: 'b' }),
  tool({ ...options, name: 'c' }),
  tool({ ...options, name: 'poll', loopKey: false }),
  tool({ ...options, name: 'keyed', loopKey: ({ of }) => of }),
  tool({
    ...options,
    name: 'broken_key',
    loopKey: () => {
      throw new Error('It is broken.')
    },
  }),
]

/** A step of a script: the names of its calls, with what they are called with. */
type Made = (index: number) => Reply
const one = (name: string, args: object | string = { of: 'x' }): Reply => call(name, args as Record<string, unknown>)
const round = (...replies: readonly Reply[]): Made => {
  return (index) => replies[index % replies.length]!
}

/** Runs until `maxSteps`; checks every request. */
async function runOf(made: Made, overrides: object = {}, log = memoryLog()) {
  const problems: unknown[] = []
  const model = scriptedModel((request) => {
    const problem = checkRequest({ model: 'm', ...request })
    if (problem) problems.push(problem)
    return made(request.messages.filter((message) => message.role === 'assistant').length)
  })
  const worker = agent({ name: 'w', model, tools, maxSteps: 14, ...overrides })
  const result = await worker.run('go', { log })
  expect(problems).toEqual([])
  return { result, log, worker }
}

const warnings = (log: { readonly facts: readonly Fact[] }): number[] =>
  log.facts.flatMap((fact, at) =>
    fact.type === 'message.add' && fact.origin === 'cycle'
      ? log.facts.slice(0, at).filter(({ type }) => type === 'step.done').length
      : [],
  )

const ended: readonly [
  title: string,
  made: Made,
  ends: { period: number; calls: string[] },
  warned: number,
  steps: number,
][] = [
  ['A, A, A', round(one('a')), { period: 1, calls: ['a'] }, 3, 5],
  ['A, B, A, B', round(one('a'), one('b')), { period: 2, calls: ['a', 'b'] }, 4, 6],
  ['a period of three', round(one('a'), one('b'), one('c')), { period: 3, calls: ['a', 'b', 'c'] }, 6, 9],
  [
    'a period of three with one tool twice',
    round(one('a'), one('a'), one('b')),
    { period: 3, calls: ['a', 'a', 'b'] },
    6,
    9,
  ],
  [
    'parallel calls in changing order',
    (index) => {
      const pair = [
        { name: 'a', args: { of: 'x' } },
        { name: 'b', args: { of: 'y' } },
      ]
      return calls(index % 2 === 0 ? pair : pair.toReversed())
    },
    { period: 1, calls: ['a', 'b'] },
    3,
    5,
  ],
  [
    'arguments in changing order and spacing',
    (index) => one('a', index % 2 === 0 ? '{"of":"x","page":1}' : '{ "page": 1, "of": "x" }'),
    { period: 1, calls: ['a'] },
    3,
    5,
  ],
  ['arguments that are no JSON', round(one('a', '{"of":')), { period: 1, calls: ['a'] }, 3, 5],
  ['a tool that does not exist', round(one('missing')), { period: 1, calls: ['missing'] }, 3, 5],
  [
    'a key that stays the same while the arguments change',
    (index) => one('keyed', { of: 'x', page: index }),
    { period: 1, calls: ['keyed'] },
    3,
    5,
  ],
  ['a key function that throws', round(one('broken_key')), { period: 1, calls: ['broken_key'] }, 3, 5],
  [
    'a counted call beside one that polls',
    round(
      calls([
        { name: 'a', args: { of: 'x' } },
        { name: 'poll', args: { of: 'x' } },
      ]),
    ),
    { period: 1, calls: ['a', 'poll'] },
    3,
    5,
  ],
]

const letters = 'abcdefghijklmnopqrstuvwxyz'
const goesOn: readonly [title: string, made: Made][] = [
  ['a tool that is polled', round(one('poll'))],
  ['changed arguments', (index) => one('a', { of: 'x', page: index })],
  ['arguments with the same letters', (index) => one('a', { of: `${letters.slice(index)}${letters.slice(0, index)}` })],
  ['a key that changes', (index) => one('keyed', { of: `${index}` })],
  ['a counted call and a polled one in turn', round(one('a'), one('poll'))],
  ['a cycle of four', round(one('a'), one('b'), one('c'), one('a', { of: 'z' }))],
  ['two calls, then another', round(one('a'), one('a'), one('b', { of: 'y' }), one('c'))],
]

describe('a model that repeats itself', () => {
  it.each(ended)('is warned, then ended: %s', async (_title, made, ends, warned, steps) => {
    const { result, log } = await runOf(made)
    expect(result).toMatchObject({ status: 'limit', kind: 'cycle', ...ends })
    expect(result.steps.length).toBe(steps)
    expect(warnings(log)).toEqual([warned])
    const messages = result.messages.filter(({ role }) => role === 'user').map(({ content }) => content)
    expect(messages).toEqual([
      'go',
      expect.stringContaining(`with the same arguments: ${[...new Set(ends.calls)].join(', ')}.`),
    ])
  })

  it.each(goesOn)('is not ended: %s', async (_title, made) => {
    const { result, log } = await runOf(made)
    expect(result).toMatchObject({ status: 'limit', kind: 'steps', allowed: 14 })
    expect(warnings(log)).toEqual([])
  })

  it('may answer after the warning', async () => {
    const { result } = await runOf((index) => (index < 4 ? one('a') : text('Nothing new.')))
    expect(result).toMatchObject({ status: 'done', output: 'Nothing new.' })
  })

  it('is warned again about another cycle', async () => {
    const { result, log } = await runOf((index) => one(index < 4 ? 'a' : 'b'))
    expect(result).toMatchObject({ status: 'limit', kind: 'cycle', period: 1, calls: ['b'] })
    expect(warnings(log)).toEqual([3, 7])
  })

  it('is left alone without the guard', async () => {
    const { result, log } = await runOf(round(one('a')), { cycleGuard: false })
    expect(result).toMatchObject({ status: 'limit', kind: 'steps' })
    expect(warnings(log)).toEqual([])
  })

  it('starts anew when the run is resumed', async () => {
    const { log, worker } = await runOf(round(one('a')))
    const result = await worker.run(undefined, { from: log })
    expect(result).toMatchObject({ status: 'limit', kind: 'cycle' })
    expect(warnings(log)).toEqual([3, 8])
  })

  it('is ended the same way from every prefix of its log, streamed and awaited', async () => {
    const made: Made = (index) =>
      calls([
        { name: 'a', args: { of: 'x' }, id: `a${index}` },
        { name: 'keyed', args: { of: 'y' }, id: `b${index}` },
      ])
    const { result, log, worker } = await runOf(made)
    const outcomeOf = ({ status, messages }: Result): unknown => ({ status, messages })
    const saved = JSON.stringify(log.facts)
    for (let length = 1; length < log.facts.length; length++) {
      const prefix = memoryLog((JSON.parse(saved) as Fact[]).slice(0, length))
      const again =
        length % 2
          ? await worker.run(undefined, { from: prefix })
          : await worker.stream(undefined, { from: prefix }).result
      const from = prefix.facts.slice(0, length)
      const isStreaming =
        from.findLastIndex(({ type }) => type === 'call.sealed') >
        from.findLastIndex(({ type }) => type === 'step.done')
      if (!isStreaming) expect(outcomeOf(again)).toEqual(outcomeOf(result))
      expect(again).toMatchObject({ status: 'limit', kind: 'cycle' })
      expect((await readRun(prefix)).status).toBe('limit')
    }
    await replay(log, worker)
  })

  it('has an error that names the calls and the remedy', async () => {
    const { result } = await runOf(round(one('a')))
    expect(new RunError(result).message).toBe(
      'The run has no output: it ended as `limit`: the model repeated the same calls (a); a tool that is meant to be polled needs `loopKey: false`.',
    )
  })
})
