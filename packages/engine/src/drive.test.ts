// A workflow whose process dies at any record of its journal, and goes on in another one.
import { agent, type ApprovalRequest, type Decision, type Fact, type Result } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { map, pipe } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { calls, checkTranscript, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AnyRunnable, type Command, driveRun, endedRun, type Rejection } from './index.ts'
import { type Arrival, DyingJournal } from './test/dying-journal.ts'

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

/** Approves calls, and gives the outcome of those that were interrupted. */
const decided = (requests: readonly ApprovalRequest[]): Command => ({
  type: 'decide',
  decisions: Object.fromEntries(
    requests.map(({ id, kind, arguments: given }): [string, Decision] => [
      id,
      kind === 'interrupted' ? { result: `did ${(JSON.parse(given) as { id: string }).id}` } : { approve: true },
    ]),
  ),
})
const journalOf = (...arrivals: Arrival[]): DyingJournal => new DyingJournal(decided, arrivals)

async function drive(
  journal: DyingJournal,
  runnable: AnyRunnable = payer,
  input: unknown = 'go',
): Promise<readonly Fact[]> {
  const controller = new AbortController()
  return await driveRun({ runnable, input, runId: 'r', signal: controller.signal }, journal.process(controller))
}

/** Dies at a record, and goes on in another process. */
async function driveTwice(journal: DyingJournal, diesAt: number, ...more: [AnyRunnable?, unknown?]) {
  journal.diesAt = diesAt
  const facts = await drive(journal, ...more).catch((error: unknown) => {
    expect(error).toMatchObject({ message: 'killed' })
  })
  journal.diesAt = Infinity
  return facts ?? (await drive(journal, ...more))
}

const effectsOf = (): string[] => effects.splice(0).toSorted()
/** A safe tool may run again; for an unsafe one that had started a person decides. */
function expectOnce(hint: string): void {
  const unsafe = effectsOf().filter((one) => !one.startsWith('a '))
  expect(unsafe, `effects: ${hint}`).toEqual([...new Set(unsafe)])
}
const resultOf = async (facts: readonly Fact[]): Promise<Result> =>
  (await runnableBehind(payer).resultOf(facts)) as Result
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

const requestIn = (record: object): ApprovalRequest | undefined =>
  'entry' in record
    ? (record.entry as { facts: Fact[] }).facts.find((one) => one.type === 'approval.request')
    : undefined

const whole = journalOf()
await drive(whole)
const count = whole.records.length
effectsOf()

describe('a run whose process dies at any record', () => {
  const cases: readonly [string, AnyRunnable, unknown, (result: never) => unknown][] = [
    [
      'an agent',
      payer,
      'go',
      ({ output, messages }: { output: string; messages: never }) => [output, checkTranscript(messages)],
    ],
    ['a pipeline', three, ['x', 'y', 'z'], ({ output }: { output: number }) => output],
  ]
  it.each(cases)('ends the same: %s', async (_name, runnable, input, read) => {
    const undisturbed = journalOf()
    const expected = await runnableBehind(runnable).resultOf(await drive(undisturbed, runnable, input))
    expect(expected).toMatchObject({ status: 'done' })
    expectOnce('undisturbed')
    for (const diesAt of upTo(undisturbed.records.length)) {
      const facts = await driveTwice(journalOf(), diesAt, runnable, input)
      const result = await runnableBehind(runnable).resultOf(facts)
      expect(read(result as never), `dies at ${diesAt}`).toEqual(read(expected as never))
      expectOnce(`dies at ${diesAt}`)
    }
  })

  it.each(upTo(count + 1))('accepts messages that arrive at record %i once, or rejects them', async (at) => {
    for (const diesAt of upTo(count + 3)) {
      const journal = journalOf(
        { at, command: { type: 'steer', message: 'Hurry.' } },
        { at, command: { type: 'followUp', message: 'And now?' } },
      )
      const { messages, status } = await resultOf(await driveTwice(journal, diesAt))
      const sent = messages.filter(({ role }) => role === 'user').map(({ content }) => content)
      const accepted = journal.answered.flatMap(({ command, answer }) =>
        'message' in command && answer === 'accepted' ? [command.message] : [],
      )
      const [first, ...more] = sent
      expect([status, first, more.length], `dies at ${diesAt}`).toEqual(['done', 'go', accepted.length])
      expect(new Set(more), `dies at ${diesAt}`).toEqual(new Set(accepted))
      for (const { command, answer } of journal.answered)
        if (answer !== 'accepted') expect([command, answer], `dies at ${diesAt}`).toEqual([command, endedRun('r')])
      expect(checkTranscript(messages)).toBeUndefined()
      expectOnce(`dies at ${diesAt}`)
    }
  })

  it.each(upTo(count + 1))('is aborted at record %i, also while it waits for decisions, or has ended', async (at) => {
    for (const diesAt of upTo(count + 2)) {
      const journal = journalOf({ at, command: { type: 'abort', reason: 'Enough.' } })
      const result = await resultOf(await driveTwice(journal, diesAt))
      const abort = journal.answered.find(({ command }) => command.type === 'abort')
      if (abort?.answer === 'accepted')
        expect(result, `dies at ${diesAt}`).toMatchObject({ status: 'aborted', reason: 'Enough.' })
      else expect([result.status, abort?.answer], `dies at ${diesAt}`).toEqual(['done', abort && endedRun('r')])
      expect(checkTranscript(result.messages)).toBeUndefined()
      expectOnce(`dies at ${diesAt}`)
    }
  })

  it('keeps a decision that arrives before the run pauses', async () => {
    const requested = whole.records.findIndex((one) => requestIn(one))
    const { id } = requestIn(whole.records[requested]!)!
    const early: Arrival = { at: requested + 1, command: { type: 'decide', decisions: { [id]: { approve: false } } } }
    let kept = 0
    for (const diesAt of upTo(count)) {
      const journal = journalOf(early)
      const { messages } = await resultOf(await driveTwice(journal, diesAt))
      expectOnce(`dies at ${diesAt}`)
      if (journal.answers[0] !== 'accepted') continue // a death before delayed the request
      kept++
      expect(JSON.stringify(messages), `dies at ${diesAt}`).not.toContain('did c')
    }
    expect(kept).toBeGreaterThan(count / 2)
  })
})

describe('a run driven by a journal', () => {
  it('gives the same batch to a step that is retried in the same process', async () => {
    const journal = journalOf()
    journal.retriesSteps = true
    const { messages, status } = await resultOf(await drive(journal))
    expect([status, messages]).toEqual(['done', (await resultOf(await drive(journalOf()))).messages])
    effectsOf()
  })

  it.each(upTo(count))('leaves its live run when another process records step %i first', async (at) => {
    const journal = journalOf()
    const { signal } = new AbortController()
    const slow = journal.process(new AbortController())
    let other: readonly Fact[] | undefined
    const facts = await driveRun(
      { runnable: payer, input: 'go', runId: 'r', signal },
      {
        ...slow,
        step: async (name, work) => {
          if (other || name !== `facts ${at}`) return await slow.step(name, work)
          const entry = await work()
          other = await drive(journal)
          return await slow.step(name, async () => entry)
        },
      },
    )
    expect(JSON.stringify(facts)).toBe(JSON.stringify(other ?? facts))
    expectOnce('two processes')
  })

  it.each<[string, (request: ApprovalRequest) => Record<string, Decision>, string]>([
    ['an unknown request', () => ({ nothing: { approve: true } }), 'unknown'],
    [
      'arguments that the tool rejects',
      ({ id, kind }) => ({ [kind === 'approval' ? id : 'none']: { approve: true, arguments: { id: 3 } } }),
      'arguments',
    ],
  ])('answers decisions that it refuses, and still waits: %s', async (_name, decisions, problem) => {
    let refused = 0
    for (const diesAt of upTo(count + 2)) {
      let waits = 0
      const journal = new DyingJournal((requests) =>
        waits++ === 0
          ? { type: 'decide', decisions: decisions(requests.find(({ kind }) => kind === 'approval') ?? requests[0]!) }
          : decided(requests),
      )
      const { status } = await resultOf(await driveTwice(journal, diesAt))
      expect(status, `dies at ${diesAt}`).toBe('done')
      // A death in the first step leaves only the calls that were complete: none of them waits.
      if (waits > 0) expect(journal.answers[0], `dies at ${diesAt}`).toMatchObject({ name: 'ApprovalError' })
      refused += (journal.answers[0] as Rejection | undefined)?.problem === problem ? 1 : 0
      expect(new Set(journal.answers.slice(1))).toEqual(new Set(waits > 1 ? ['accepted'] : []))
      expectOnce(`dies at ${diesAt}`)
    }
    expect(refused).toBeGreaterThan(count / 2)
  })

  it('replays a journal that is complete without running anything', async () => {
    const journal = journalOf()
    const facts = await drive(journal)
    effectsOf()
    journal.diesAt = count
    expect(await drive(journal)).toEqual(JSON.parse(JSON.stringify(facts)))
    expect(effects).toEqual([])
  })

  it('fails for an input that cannot start, and is not retried', async () => {
    await expect(drive(journalOf(), payer, [{ role: 'nobody' }])).rejects.toMatchObject({ name: 'UsageError' })
  })
})
