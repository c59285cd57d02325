// Models that circle inside a tree of runs, over any number of processes.
import { tool } from '@toolloop/schema'
import { call, checkRequest, scriptedModel, text } from '@toolloop/testing'
import type { Message } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, memoryLog } from '../index.ts'

const options = { parameters: z.object({ of: z.string() }), effects: 'none', execute: () => 'pending' } as const
const tools = [
  ...['a', 'b', 'c'].map((name) => tool({ ...options, name })),
  tool({ ...options, name: 'poll', loopKey: false }),
]
const answers = (messages: readonly Message[]): number => messages.filter(({ role }) => role === 'assistant').length

/** A run with an agent inside that makes these calls in turn. */
function tree(round: readonly string[], maxSteps = 14) {
  const problems: unknown[] = []
  const inner = scriptedModel((request) => {
    const problem = checkRequest({ model: 'm', ...request })
    if (problem) problems.push(problem)
    return call(round[answers(request.messages) % round.length]!, { of: 'x' })
  })
  const child = agent({ name: 'child', model: inner, tools, maxSteps })
  const outer = scriptedModel(({ messages }) =>
    answers(messages) === 0 ? call('ask', { input: 'go' }) : text(JSON.stringify(messages.at(-1)!.content)),
  )
  const root = agent({ name: 'root', model: outer, tools: [child.asTool({ name: 'ask', description: 'Asks.' })] })
  return { root, problems }
}

describe.each([
  ['the same call', ['a'], 1, 5],
  ['two in turn', ['a', 'b'], 2, 6],
  ['three in turn', ['a', 'b', 'c'], 3, 9],
] as const)('an agent inside a run that repeats %s', (_title, round, period, stepsTaken) => {
  it('is warned, then ended, from every prefix, and the calling model reads which calls it repeated', async () => {
    const log = memoryLog()
    const { root, problems } = tree(round)
    const result = await root.stream('go', { log }).result
    const outcome = { status: 'limit', kind: 'cycle', period, calls: [...round] }
    expect(result).toMatchObject({
      status: 'done',
      output: JSON.stringify(`The agent \`child\` has no answer: it repeated the calls ${round.join(', ')}.`),
      children: [{ outcome, steps: stepsTaken }],
    })
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[])
      const again = length % 2 ? await root.run(undefined, { from }) : await root.stream(undefined, { from }).result
      expect(again, `fact ${length}`).toMatchObject({ status: 'done', children: [{ outcome, steps: stepsTaken }] })
      const warnings = from.facts.filter((fact) => fact.type === 'message.add' && fact.origin === 'cycle')
      expect(warnings.map(({ path }) => path === '')).toEqual([false])
    }
    expect(problems).toEqual([])
  })
})

it('leaves an agent alone that polls', async () => {
  const result = await tree(['poll'], 9).root.run('go')
  expect(result.children).toMatchObject([{ outcome: { status: 'limit', kind: 'steps' }, steps: 9 }])
})

it('ends a run that asks an agent the same again and again', async () => {
  const child = agent({ name: 'child', model: scriptedModel(() => text('I do not know.')) })
  const outer = scriptedModel(() => call('ask', { input: 'go' }))
  const ask = child.asTool({ name: 'ask', description: 'Asks.' })
  const result = await agent({ name: 'root', model: outer, tools: [ask] }).run('go')
  expect(result).toMatchObject({ status: 'limit', kind: 'cycle', period: 1, calls: ['ask'] })
})
