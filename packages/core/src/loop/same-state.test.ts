// However a run is read, and however its model is asked, it comes to the same: there is one loop.
import { tool } from '@toolloop/schema'
import { checkTranscript, failure, reply, type Reply, scriptedModel, text } from '@toolloop/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, memoryLog, type Result } from '../index.ts'

const parameters = z.object({ id: z.number(), wait: z.number() })
/** Nothing, a job, what is due, a timer: tools end in every order. */
const pause = async (kind: number): Promise<void> => {
  if (kind === 1) await Promise.resolve()
  if (kind === 2) await new Promise((resolve) => setImmediate(resolve))
  if (kind === 3) await new Promise((resolve) => setTimeout(resolve, 1))
}
const tools = [
  tool({ name: 'read', parameters, effects: 'none', execute: ({ id, wait }) => pause(wait).then(() => `read ${id}`) }),
  tool({
    name: 'write',
    parameters,
    execute: async ({ id, wait }, { progress }) => {
      progress(id)
      await pause(wait)
      return { written: id }
    },
  }),
  tool({
    name: 'count',
    parameters,
    effects: 'idempotent',
    async *execute({ id, wait }) {
      for (let count = 0; count < id; count++) yield count
      await pause(wait)
      return id
    },
  }),
  tool({
    name: 'fail',
    parameters,
    effects: 'none',
    execute: async ({ wait }) => {
      await pause(wait)
      throw new Error('It is broken.')
    },
  }),
  tool({ name: 'ask', parameters, needsApproval: ({ id }) => id > 2, execute: () => 'allowed' }),
]

const aCall = fc.record({
  name: fc.constantFrom('read', 'write', 'count', 'fail', 'ask', 'missing'),
  args: fc.oneof(
    { weight: 8, arbitrary: fc.record({ id: fc.nat(4), wait: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.constantFrom('', '[]', '{"id":', '{"id":"x"}', '{}{}') },
  ),
})
const anAnswer: fc.Arbitrary<Reply> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        content: fc.constantFrom('', 'Let me see.', 'Né \u{1F642}'),
        reasoning: fc.constantFrom('', 'So.'),
        toolCalls: fc.array(aCall, { maxLength: 6 }),
        finishReason: fc.constantFrom('tool_calls' as const, 'stop' as const, 'length' as const),
        deltaSize: fc.integer({ min: 1, max: 40 }),
      })
      .map(({ reasoning, ...said }) => reply({ ...said, ...(reasoning && { reasoning }) })),
  },
  { weight: 1, arbitrary: fc.constantFrom(text('', { usage: null }), reply({ refusal: 'No.' }), failure(400)) },
)

/** A way to go through a run. */
type Way = (worker: ReturnType<typeof agentOf>, log: ReturnType<typeof memoryLog>) => Promise<Result>
const agentOf = (script: readonly Reply[], earlyDispatch: boolean) =>
  agent({ name: 'a', model: scriptedModel([...script, ...Array(3).fill(text('Done.'))]), tools, earlyDispatch })
const ways: readonly Way[] = [
  (worker, log) => worker.run('go', { runId: 'r', log }),
  (worker, log) => worker.with({ wire: 'plain' }).run('go', { runId: 'r', log }),
  (worker, log) => worker.with({ wire: 'stream' }).run('go', { runId: 'r', log }),
  (worker, log) => worker.stream('go', { runId: 'r', log }).result,
  (worker, log) => worker.with({ wire: 'plain' }).stream('go', { runId: 'r', log }).result,
  async (worker, log) => {
    const stream = worker.stream('go', { runId: 'r', log })
    for await (const event of stream) if (event.type === 'tool.start') await pause(3)
    return stream.result
  },
]

/** Without what a clock says, and without the order of what ran side by side. */
function factsOf(facts: readonly Fact[]): string[] {
  const timeless = facts.flatMap(({ at: _at, seq: _seq, ...fact }) =>
    fact.type === 'call.sealed' ? [] : [JSON.stringify({ ...fact, ms: 0 })],
  )
  return timeless.toSorted()
}

function stateOf(result: Result): unknown {
  const { runId, status, messages, usage, cost, partial, steps } = result
  return {
    runId,
    status,
    messages,
    usage,
    cost,
    partial,
    output: status === 'done' && result.output,
    error: status === 'error' && result.error.message,
    requests: status === 'approval' && result.requests.map((one) => one.callId),
    sent: steps.map(({ step }) => result.request(step)),
    steps: steps.map(({ startedAt: _startedAt, endedAt: _endedAt, calls, ...step }) => ({
      ...step,
      calls: calls.map(({ callId, ok, content, reason }) => ({ callId, ok, content, reason })),
    })),
  }
}

describe('a run that is awaited and one that is streamed', () => {
  it('come to the same state and the same facts, whatever is said and done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAnswer, { maxLength: 3 }), fc.boolean(), async (script, earlyDispatch) => {
        const outcomes = []
        for (const way of ways) {
          const log = memoryLog()
          const result = await way(agentOf(script, earlyDispatch), log)
          expect(checkTranscript(result.messages)).toBeUndefined()
          outcomes.push({ state: stateOf(result), facts: factsOf(log.facts) })
        }
        for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
