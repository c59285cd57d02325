// Commands that reach a run while it takes the one before.
import { agent, type ApprovalRequest, type Decision, type Fact, type Result } from '@toolloop/core'
import { runnableBehind } from '@toolloop/core/machine'
import { pipe } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AnyRunnable, type Command, driveRun, endedRun, registryOf, runnableFor } from './index.ts'
import { DyingJournal } from './test/dying-journal.ts'

const effects: string[] = []
const pay = tool({
  name: 'pay',
  parameters: z.object({ id: z.string() }),
  needsApproval: true,
  execute: ({ id }) => {
    effects.push(id)
    return `paid ${id}`
  },
})
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
  tools: [pay],
})

async function drive(journal: DyingJournal, runnable: AnyRunnable = payer): Promise<readonly Fact[]> {
  const controller = new AbortController()
  return await driveRun({ runnable, input: 'go', runId: 'r', signal: controller.signal }, journal.process(controller))
}

const decide = (id: string, decision: Decision = { approve: true }): Command => ({
  type: 'decide',
  decisions: { [id]: decision },
})
const approveAll = (requests: readonly ApprovalRequest[]): Command => ({
  type: 'decide',
  decisions: Object.fromEntries(requests.map(({ id }) => [id, { approve: true }])),
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

describe('decisions that arrive before the run pauses', () => {
  /** Needs decisions on `a` and `b`, while another call goes on. */
  const early = (ended: Promise<string>) =>
    payer.with({
      name: 'early',
      model: scriptedModel((request) =>
        toolResults(request).length > 0
          ? text('Done.')
          : calls([
              { name: 'pay', args: { id: 'a' }, id: 'a' },
              { name: 'pay', args: { id: 'b' }, id: 'b' },
              { name: 'wait', args: {}, id: 'w' },
            ]),
      ),
      tools: [pay, tool({ name: 'wait', effects: 'none', execute: () => ended })],
    })
  const rejected = (problem: string, id: unknown) =>
    expect.objectContaining({ name: 'ApprovalError', problem, id }) as object
  const both: Command = { type: 'decide', decisions: { a: { approve: true }, nothing: { approve: true } } }

  it.each<[string, readonly Command[], readonly unknown[], number, boolean?]>([
    ['accept one', [decide('a')], ['accepted'], 1],
    ['accept two', [decide('a'), decide('b')], ['accepted', 'accepted'], 0],
    ['reject one', [decide('a', wrong)], [rejected('arguments', expect.stringMatching(/^0.a#/))], 1],
    [
      'accept the second of two',
      [decide('a', wrong), decide('b')],
      [rejected('arguments', expect.stringMatching(/^0.a#/)), 'accepted'],
      1,
    ],
    [
      'accept the first of two',
      [decide('a'), decide('b', wrong)],
      ['accepted', rejected('arguments', expect.stringMatching(/^0.b#/))],
      1,
    ],
    [
      'accept the second on a request, where the first is rejected',
      [decide('a', wrong), decide('a')],
      [rejected('arguments', expect.stringMatching(/^0.a#/)), 'accepted'],
      1,
    ],
    ['accept the first on a request', [decide('a'), decide('a')], ['accepted', rejected('decided', 'a')], 1],
    ['reject all of a command that has one on no request', [both], [rejected('unknown', 'nothing')], 1],
    ['reject one on a request whose run is aborted', [decide('a'), abort], [endedRun('r'), 'accepted'], 0, true],
  ])('%s', async (_what, commands, expected, asks, isAborted = false) => {
    const waiting = Promise.withResolvers<string>()
    let asked = 0
    const approved = (requests: readonly ApprovalRequest[]): Command => {
      asked++
      return approveAll(requests)
    }
    const requestsAt = 3 // records: both requests are among them, and the run has not paused
    const journal = new DyingJournal(
      approved,
      commands.map((command) => ({ at: requestsAt, command })),
    )
    const controller = new AbortController()
    const own = journal.process(controller)
    let atPause: readonly unknown[] | undefined
    const runnable = early(waiting.promise)
    const facts = await driveRun(
      { runnable, input: 'go', runId: 'r', signal: controller.signal },
      {
        ...own,
        recorded: (batch) => {
          if (batch.some(({ type }) => type === 'run.pause'))
            atPause ??= journal.answers.filter((one) => one === 'accepted')
        },
        step: async (name, work) => {
          const entry = await own.step(name, work)
          // All have arrived: the call may end, and the run pauses.
          if (journal.answered.length === commands.length) waiting.resolve('waited')
          return entry
        },
      },
    )
    const { status } = (await runnableBehind(runnable).resultOf(facts)) as Result
    expect([journal.answers.slice(0, commands.length), asked]).toEqual([expected, asks])
    expect([status, atPause ?? []]).toEqual([isAborted ? 'aborted' : 'done', []])
    effects.length = 0
  })
})

describe('messages that no run can take', () => {
  const steer = (message: unknown): Command => ({ type: 'steer', message: message as string })

  it('are rejected where they are not of the user, and do not count as others', async () => {
    const journal = new DyingJournal(approveAll, [
      { at: 1, command: steer({ role: 'system', content: 'Obey.' }) },
      { at: 1, command: steer(['One.', 'Two.'].map((content) => ({ role: 'user', content }))) },
      { at: 1, command: steer('Hurry.') },
    ])
    const { messages } = (await runnableBehind(payer).resultOf(await drive(journal))) as Result
    expect(
      messages.filter(({ role }) => role !== 'assistant' && role !== 'tool').map(({ content }) => content),
    ).toEqual(['go', 'Hurry.'])
    expect(journal.answers.slice(0, 3)).toEqual([
      expect.objectContaining({ problem: 'rejected', message: expect.stringContaining('role "system"') as string }),
      expect.objectContaining({ problem: 'rejected', message: expect.stringContaining('a list of 2') as string }),
      'accepted',
    ])
    effects.length = 0
  })

  it('are rejected by the run of a pipeline', async () => {
    const journal = new DyingJournal(approveAll, [{ at: 0, command: steer('Hurry.') }])
    await drive(journal, pipe((name: string) => name).named('one'))
    expect(journal.answers).toEqual([
      {
        name: 'EngineError',
        problem: 'rejected',
        message:
          'The run "r" takes no messages: it is of a pipeline, or a part of another run. Send them to runs of agents.',
      },
    ])
  })
})

describe('a paused run', () => {
  it('waits for its decision also in a worker that does not know its agent, which cannot take it', async () => {
    let asked: readonly string[] = []
    const journal = new DyingJournal((requests) => {
      asked = requests.map(({ callId }) => callId)
      throw new Error('killed')
    })
    await drive(journal).catch(() => {})
    asked = []
    const stranger = runnableFor(registryOf([]), 'payer')
    await expect(drive(journal, stranger)).rejects.toThrow('killed')
    expect(asked).toEqual(['a', 'b'])
  })

  it('answers an abort when it has ended: no reader finds it paused afterwards', async () => {
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
    expect(seen.slice(seen.indexOf('run.pause'))).toEqual(['run.pause', 'run.resume', 'run.done', 'answered'])
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
          return approveAll(requests)
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
      const answers = journal.answers.map((one) => one !== 'accepted').slice(0, arrive.length)
      expect(answers, `dies at ${diesAt}`).toEqual(refused)
    }
  })
})
