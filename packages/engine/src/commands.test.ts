// Commands that reach a run while it takes the one before.
import { agent, type Decision, type Fact, type Result } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { tool } from '@toolloop/schema'
import { calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Command, driveRun } from './index.ts'
import { DyingJournal } from './test/dying-journal.ts'

const effects: string[] = []
const payer = agent({
  name: 'payer',
  model: scriptedModel((request) =>
    toolResults(request).length === 2
      ? text('Paid.')
      : calls([
          { name: 'pay', args: { id: 'a' }, id: 'a' },
          { name: 'pay', args: { id: 'b' }, id: 'b' },
        ]),
  ),
  tools: [
    tool({
      name: 'pay',
      parameters: z.object({ id: z.string() }),
      needsApproval: true,
      execute: ({ id }) => {
        effects.push(id)
        return `paid ${id}`
      },
    }),
  ],
})

async function drive(journal: DyingJournal): Promise<readonly Fact[]> {
  const controller = new AbortController()
  return await driveRun(
    { runnable: payer, input: 'go', runId: 'r', signal: controller.signal },
    journal.process(controller),
  )
}

const decide = (id: string, decision: Decision = { approve: true }): Command => ({
  type: 'decide',
  decisions: { [id]: decision },
})
const wrong: Decision = { approve: true, arguments: { id: 3 } }
const abort: Command = { type: 'abort', reason: 'Enough.' }

/** The number of records of the run until it pauses. */
async function recordsUntilPause(): Promise<number> {
  const journal = new DyingJournal(() => {
    throw new Error('paused')
  })
  await drive(journal).catch(() => {})
  return journal.records.length
}
const pausesAt = await recordsUntilPause()

describe('a paused run', () => {
  it('answers an abort when it has gone on: no reader finds it paused afterwards', async () => {
    const journal = new DyingJournal(() => abort)
    const controller = new AbortController()
    const own = journal.process(controller)
    const seen: string[] = []
    await driveRun(
      { runnable: payer, input: 'go', runId: 'r', signal: controller.signal },
      {
        ...own,
        recorded: (facts) => seen.push(...facts.map(({ type }) => type)),
        answered: () => seen.push('answered'),
      },
    )
    expect(seen.slice(seen.indexOf('run.pause'), -1)).toEqual(['run.pause', 'run.resume', 'answered'])
  })

  it.each<{
    name: string
    arrive: readonly Command[]
    asks: number
    paid: string
    refused: readonly boolean[]
    status?: string
  }>([
    { name: 'two decisions', arrive: [decide('a'), decide('b')], asks: 0, paid: 'a b', refused: [false, false] },
    {
      name: 'a decision that it refuses, and another one',
      arrive: [decide('a', wrong), decide('b')],
      asks: 1,
      paid: 'a b',
      refused: [true, false],
    },
    {
      name: 'a decision, and one that it refuses',
      arrive: [decide('a'), decide('nothing'), decide('b')],
      asks: 0,
      paid: 'a b',
      refused: [false, true, false],
    },
    {
      name: 'a decision that it refuses, and a message',
      arrive: [decide('a', wrong), { type: 'steer', message: 'Hurry.' }],
      asks: 1,
      paid: 'a b',
      refused: [true, false],
    },
    {
      name: 'the same decision twice',
      arrive: [decide('a'), decide('a'), decide('b')],
      asks: 0,
      paid: 'a b',
      refused: [false, true, false],
    },
    {
      name: 'a decision that it refuses, and the same one in order',
      arrive: [decide('a', wrong), decide('a'), decide('b')],
      asks: 0,
      paid: 'a b',
      refused: [true, false, false],
    },
    {
      name: 'a decision that it refuses, and an abort',
      arrive: [decide('a', wrong), abort],
      asks: 0,
      paid: '',
      refused: [true, false],
      status: 'aborted',
    },
  ])('takes commands that arrive together: $name', async ({ arrive, asks, paid, refused, status = 'done' }) => {
    for (let diesAt = pausesAt; diesAt < pausesAt + 12; diesAt++) {
      let asked = 0
      const journal = new DyingJournal(
        (requests) => {
          asked++
          return { type: 'decide', decisions: Object.fromEntries(requests.map(({ id }) => [id, { approve: true }])) }
        },
        arrive.map((command, index) => ({ at: pausesAt + index, command })),
      )
      journal.diesAt = diesAt
      const done = await drive(journal).catch(() => undefined)
      journal.diesAt = Infinity
      const facts = done ?? (await drive(journal))
      const result = (await runnableBehind(payer).resultOf(facts)) as Result
      expect(result.status, `dies at ${diesAt}`).toBe(status)
      const own = effects.splice(0)
      // A call that had started when its process died is a request.
      if (done) expect([own.toSorted().join(' '), asked], `dies at ${diesAt}`).toEqual([paid, asks])
      const answers = journal.answers.map((one) => one !== undefined).slice(0, arrive.length)
      expect(answers, `dies at ${diesAt}`).toEqual(refused)
    }
  })
})
