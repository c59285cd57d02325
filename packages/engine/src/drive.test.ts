// A workflow whose process dies behind every recorded step, and goes on in another one with the same journal.
import { agent, type ApprovalRequest, type Decision, type Fact, memoryLog } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { map, pipe } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { calls, checkTranscript, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AnyRunnable, Command, Entry } from './index.ts'
import { driveRun, registryOf } from './index.ts'

const effects: string[] = []
const parameters = z.object({ id: z.string() })
const act = (name: string, options: object = {}) =>
  tool({
    name,
    parameters,
    ...options,
    execute: ({ id }, { idempotencyKey }) => {
      effects.push(`${id} ${idempotencyKey}`)
      return `did ${id}`
    },
  })
const payer = agent({
  name: 'payer',
  model: scriptedModel((request) => {
    const done = toolResults(request).length
    if (done === 0)
      return calls([
        { name: 'read', args: { id: 'a' }, id: 'a' },
        { name: 'pay', args: { id: 'b' }, id: 'b' },
        { name: 'refund', args: { id: 'c' }, id: 'c' },
      ])
    return done === 3 ? calls([{ name: 'pay', args: { id: 'd' }, id: 'd' }]) : text('All paid.')
  }),
  tools: [act('read', { effects: 'none' }), act('pay'), act('refund', { needsApproval: true })],
})
const three = pipe(
  map((name: string) => `pay ${name}`),
  map(payer.with({ name: 'each', tools: [act('read'), act('pay'), act('refund')] })),
  (answers: readonly string[]) => answers.length,
).named('three')

/** The journal of one run, which outlives its processes. */
class Journal {
  readonly entries = new Map<string, Entry>()
  readonly commands: Command[] = []
  /** Throws instead of recording the step with this number: the process is dead before its journal knows. */
  diesAt = Infinity

  process(controller: AbortController) {
    let commands = 0
    return {
      step: async (name: string, work: () => Promise<Entry>): Promise<Entry> => {
        const known = this.entries.get(name)
        if (known) return structuredClone(known)
        const entry = JSON.parse(JSON.stringify(await work())) as Entry
        if (this.entries.size === this.diesAt) {
          controller.abort()
          throw new Error('killed')
        }
        this.entries.set(name, entry)
        return entry
      },
      command: async (requests: readonly ApprovalRequest[]): Promise<Command> => {
        if (commands === this.commands.length) this.commands.push({ type: 'decide', decisions: decided(requests) })
        return this.commands[commands++]!
      },
    }
  }
}

/** Approves calls, and gives the outcome of those that were interrupted. */
const decided = (requests: readonly ApprovalRequest[]): Record<string, Decision> =>
  Object.fromEntries(
    requests.map(({ id, kind, arguments: text }) => [
      id,
      kind === 'interrupted' ? { result: `did ${(JSON.parse(text) as { id: string }).id}` } : { approve: true },
    ]),
  )

async function process(journal: Journal, runnable: AnyRunnable, input: unknown): Promise<readonly Fact[]> {
  const controller = new AbortController()
  return await driveRun({ runnable, input, runId: 'r', signal: controller.signal }, journal.process(controller))
}

const cases: readonly [string, AnyRunnable, unknown, (result: never) => unknown][] = [
  [
    'an agent',
    payer,
    'go',
    ({ output, messages }: { output: string; messages: never }) => [output, checkTranscript(messages)],
  ],
  ['a pipeline', three, ['x', 'y', 'z'], ({ output }: { output: number }) => output],
]

describe('a run driven by a journal', () => {
  it.each(cases)('ends the same for %s when its process dies behind any step', async (_name, runnable, input, read) => {
    const whole = new Journal()
    const facts = await process(whole, runnable, input)
    const expected = await runnableBehind(runnable).resultOf(facts)
    expect(expected).toMatchObject({ status: 'done' })
    const effectsOf = (): string[] => effects.splice(0).sort()
    const once = effectsOf()
    expect(new Set(once).size).toBe(once.length)
    for (let diesAt = 0; diesAt < whole.entries.size; diesAt++) {
      const journal = new Journal()
      journal.diesAt = diesAt
      await expect(process(journal, runnable, input)).rejects.toThrow('killed')
      journal.diesAt = Infinity
      const result = await runnableBehind(runnable).resultOf(await process(journal, runnable, input))
      expect(read(result as never), `dies at ${diesAt}`).toEqual(read(expected as never))
      const did = effectsOf()
      // A safe tool may run again; for an unsafe one that had started a person decides.
      const unsafe = did.filter((one) => !one.startsWith('a '))
      expect(unsafe, `dies at ${diesAt}`).toEqual([...new Set(unsafe)])
    }
  })

  it('replays a journal that is complete without running anything', async () => {
    const journal = new Journal()
    const facts = await process(journal, payer, 'go')
    effects.splice(0)
    journal.diesAt = -1
    expect(await process(journal, payer, 'go')).toEqual(facts)
    expect(effects).toEqual([])
  })

  it('keeps a projection of its facts', async () => {
    const projection = memoryLog()
    const controller = new AbortController()
    const facts = await driveRun(
      { runnable: payer, input: 'go', runId: 'r', signal: controller.signal, projection },
      new Journal().process(controller),
    )
    expect(JSON.parse(JSON.stringify(projection.facts))).toEqual(facts)
  })

  it('fails for an input that cannot start, and is not retried', async () => {
    await expect(process(new Journal(), payer, [{ role: 'nobody' }])).rejects.toMatchObject({ name: 'UsageError' })
  })
})

it('rejects two runnables of one name', () => {
  expect(() => registryOf([payer, payer.with({ maxSteps: 3 })])).toThrow('named `payer`')
})
