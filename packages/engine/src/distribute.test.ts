// Items of a map and agents as tools that are workflows of their own, on an engine whose processes die at every step.
import { agent, type ApprovalRequest, type Decision, type Fact, memoryLog, type Result } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { map, pipe, type PipelineResult } from '@toolloop/pipeline'
import { tool, type ToolContext } from '@toolloop/schema'
import { calls, checkTranscript, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AnyRunnable, Start } from './index.ts'
import { type Kill, MemoryEngine } from './test/memory-engine.ts'

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const parameters = z.object({ id: z.string() })
const effects: string[] = []
const act = (name: string, options: object = {}) =>
  tool({
    name,
    parameters,
    ...options,
    execute: ({ id }, { idempotencyKey }: ToolContext) => {
      effects.push(`${name} ${id} ${idempotencyKey}`)
      return `did ${id}`
    },
  })
const taken = (): string[] => effects.splice(0).toSorted()

/** Reads, pays, and answers with what it was given. */
const payer = agent({
  name: 'payer',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    const input = JSON.stringify(request.messages.find(({ role }) => role === 'user')?.content)
    if (done === 0)
      return calls(
        [
          { name: 'read', args: { id: 'a' }, id: 'a' },
          { name: 'pay', args: { id: 'b' }, id: 'b' },
        ],
        { usage },
      )
    return text(`Paid ${input}.`, { usage })
  }),
  tools: [act('read', { effects: 'none' }), act('pay')],
})

/** Calls two payers at once, then a third. */
const boss = agent({
  name: 'boss',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    const ask = (id: string) => ({ name: 'ask', args: { input: id }, id })
    if (done === 0) return calls([ask('x'), ask('y')], { usage })
    return done === 2 ? calls([ask('z')], { usage }) : text('All paid.', { usage })
  }),
  tools: [payer.asTool({ name: 'ask', description: 'Pays.', distribute: true })],
})

/** `every`: which steps a process dies at. */
const cases: readonly (readonly [name: string, runnable: AnyRunnable, input: unknown, every: number])[] = [
  ['a map of agents', map(payer, { distribute: true }).named('each'), ['x', 'y'], 1],
  [
    'a map of pipelines',
    map(
      pipe(
        (name: string) => `pay ${name}`,
        payer,
        (answer: string) => {
          effects.push(`stage ${answer}`)
          return answer.length
        },
      ),
      { distribute: true },
    ).named('each'),
    ['x', 'y'],
    1,
  ],
  ['an agent that calls agents', boss, 'go', 1],
  [
    'parts in parts',
    pipe(
      map((name: string) => `go ${name}`, { distribute: true, concurrency: 1 }),
      map(boss, { distribute: true }),
      (answers: readonly string[]) => answers.length,
    ).named('teams'),
    ['x'],
    3,
  ],
]

/** Approves calls, and gives the outcome of those that were interrupted. */
const decided = (requests: readonly ApprovalRequest[]): Record<string, Decision> =>
  Object.fromEntries(
    requests.map(({ id, kind, arguments: given, name }) => [
      id,
      kind === 'interrupted'
        ? { result: `did ${(JSON.parse(given) as { id?: string }).id ?? name}` }
        : { approve: true as const },
    ]),
  )

const engineFor = (runnable: AnyRunnable, kill?: Kill): MemoryEngine =>
  new MemoryEngine([runnable], { decide: decided, ...(kill && { kill }) })
const startOf = (runnable: AnyRunnable, input: unknown): Start => ({ agent: runnableBehind(runnable).name, input })
const resultFor = async (
  runnable: AnyRunnable,
  facts: readonly Fact[],
): Promise<PipelineResult<unknown> | Result<unknown>> =>
  (await runnableBehind(runnable).resultOf(facts)) as PipelineResult<unknown>

/** A result without what depends on time. */
const timeless = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, one: unknown) =>
      ['seq', 'at', 'timing', 'ms', 'startedAt', 'endedAt', 'partial'].includes(key) ? undefined : one,
    ),
  )
/** The facts without what depends on time, in an order that does not, and without the marks of parts. */
const sorted = (facts: readonly Fact[]): unknown =>
  facts
    .filter(({ type }) => !type.startsWith('part.'))
    .map(({ seq: _seq, at: _at, ...one }) => JSON.stringify(timeless(one)))
    .toSorted()
/** What the parent must have copied from its parts: all but decisions, which it has recorded first, and their own roots. */
const copied = (facts: readonly Fact[], path: string): unknown =>
  facts
    .filter((one) => {
      const at = one.path || ('stage' in one ? (one.stage ?? '') : '')
      return at.startsWith(path) && one.type !== 'approval.decision'
    })
    .map(({ seq: _seq, at: _at, ...one }) => one)

describe('parts of a run as workflows of their own', () => {
  it.each(cases)('give for %s the log, the effects and the result of one process', async (_name, runnable, input) => {
    taken()
    const log = memoryLog()
    const alone = await (runnable as unknown as { run(input: unknown, options: object): Promise<unknown> }).run(input, {
      log,
      runId: 'r',
    })
    const once = taken()
    expect(once).not.toEqual([])
    const engine = engineFor(runnable)
    const facts = await engine.run('r', startOf(runnable, input))
    expect(sorted(facts)).toEqual(sorted(log.facts))
    expect(timeless(await resultFor(runnable, facts))).toEqual(timeless(alone))
    expect(taken()).toEqual(once)
  })
  it.each(cases)(
    'survive for %s the death of any process at any step',
    { timeout: 120_000 },
    async (_name, runnable, input, every) => {
      const whole = engineFor(runnable)
      const expected = await resultFor(runnable, await whole.run('r', startOf(runnable, input)))
      const once = taken()
      for (const who of ['one', 'all'] as const)
        for (let at = 0; at < whole.steps; at += every) {
          const engine = engineFor(runnable, { at, who })
          const facts = await engine.run('r', startOf(runnable, input))
          const result = await resultFor(runnable, facts)
          expect([result.status, 'output' in result && result.output], `${who} at ${at}`).toEqual([
            'done',
            'output' in expected && expected.output,
          ])
          if ('messages' in result) checkTranscript(result.messages)
          const did = taken()
          const unsafe = did.filter((one) => one.startsWith('pay '))
          expect(unsafe, `${who} at ${at}`).toEqual([...new Set(unsafe)])
          expect(once, `${who} at ${at}`).toEqual(expect.arrayContaining(did))
          for (const [id, { facts: own }] of engine.workflows) {
            const path = id.slice('r/'.length)
            if (id !== 'r') expect(copied(facts, path), `${who} at ${at}: ${id}`).toEqual(copied(own, path))
          }
        }
    },
  )
})
