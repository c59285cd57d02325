// Decisions about stages: what is accepted, what is rejected, and that a mistake never opens a gate.
import { ApprovalError, type Decision, type Fact, memoryLog, readRun } from '@toolloop/core'
import { UsageError } from '@toolloop/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { gate, map, parallel, race, stage } from './index.ts'

const letters = map(gate((text: string) => `sent ${text}`))
const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]

let log: ReturnType<typeof memoryLog>
let ids: string[]
beforeEach(async () => {
  log = memoryLog()
  const paused = await letters.run(['a', 'a', '7'], { log })
  ids = paused.status === 'approval' ? paused.requests.map(({ id }) => id) : []
})

const decide = (decisions: Record<string, unknown>) =>
  letters.run(undefined, { from: memoryLog(saved(log.facts)), decisions: decisions as Record<string, Decision> })

describe('a gate in a map', () => {
  it('asks once for each item, also for equal ones', () => {
    expect(new Set(ids).size).toBe(3)
  })

  it.each([
    [{ approve: true }, 'sent a'],
    [{ approve: true, arguments: undefined }, 'sent a'],
    [{ approve: true, arguments: 'Dear Bob' }, 'sent Dear Bob'],
    [{ approve: true, arguments: '"b"' }, 'sent b'],
    [{ approve: true, arguments: ['x', 'y'] }, 'sent x,y'],
    [{ result: '{"by":"hand"}' }, { by: 'hand' }],
    [{ result: 'by hand' }, 'by hand'],
  ])('takes %j, from a decision and from an approver', async (decision, output) => {
    const others = { [ids[1]!]: { approve: true }, [ids[2]!]: { approve: true } }
    expect(await decide({ [ids[0]!]: decision, ...others })).toMatchObject({ output: [output, 'sent a', 'sent 7'] })
    const approver = ({ callId }: { callId: string }) =>
      callId === '[0]' ? (decision as Decision) : { approve: true as const }
    expect(await letters.run(['a', 'a', '7'], { approver })).toMatchObject({ output: [output, 'sent a', 'sent 7'] })
  })

  it.each([
    [{ aprove: true }],
    [{ approve: 'yes' }],
    [{ approve: true, result: '1' }],
    [{ approve: false, reason: 5 }],
    [{ result: 5 }],
    [{ input: 1 }],
    [null],
    ['yes'],
    [true],
    [{ approve: true, arguments: () => 1 }],
  ])('rejects %j before anything is logged', async (decision) => {
    await expect(decide({ [ids[0]!]: decision })).rejects.toThrow(UsageError)
    const run = letters.run(['a'], { approver: () => decision as never })
    expect(await run).toMatchObject({ status: 'error', error: { cause: { code: 'usage' } } })
  })

  it('names what is pending where a decision names nothing, a decided request, or one twice', async () => {
    await expect(decide({ nobody: { approve: true } })).rejects.toMatchObject({
      problem: 'unknown',
      message: expect.stringContaining(ids.join(', ')) as string,
    })
    await expect(decide({ [ids[0]!]: { approve: true }, '[0]': { approve: false } })).rejects.toMatchObject({
      problem: 'decided',
    })
    await letters.run(undefined, { from: log, decisions: { [ids[0]!]: { approve: true } } })
    const late = decide({ [ids[0]!]: { approve: true } })
    await expect(late).rejects.toThrow(ApprovalError)
    await expect(late).rejects.toMatchObject({
      problem: 'decided',
      message: expect.stringContaining(`pending: ${ids[1]}, ${ids[2]}`) as string,
    })
  })

  it('is stale where its branch has lost', async () => {
    const own = memoryLog()
    const quick = async (text: string): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return text
    }
    const one = race(
      gate((text: string) => text),
      quick,
    ).named('one')
    expect(await one.run('a', { log: own })).toMatchObject({ status: 'done' })
    await expect(one.run(undefined, { from: own, decisions: { gate: { approve: true } } })).rejects.toMatchObject({
      problem: 'stale',
    })
  })

  it('requests a new decision after its stage was aborted by a failure', async () => {
    const own = memoryLog()
    let isBroken = true
    const one = parallel({
      letter: gate((text: string) => `sent ${text}`),
      check: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (isBroken) throw new Error('broken')
      },
    })
    expect(await one.run('a', { log: own })).toMatchObject({ status: 'error', error: { path: 'check' } })
    expect((await readRun(own)).requests).toEqual([])
    isBroken = false
    const paused = await one.run(undefined, { from: own })
    const [request] = paused.status === 'approval' ? paused.requests : []
    expect(request).toMatchObject({ stage: 'letter' })
    expect((await readRun(own)).requests).toEqual([request])
    const decisions = { [request!.id]: { approve: true } } as const
    expect(await one.run(undefined, { from: own, decisions })).toMatchObject({ output: { letter: 'sent a' } })
  })
})

it('takes no edited input for a function that was interrupted', async () => {
  const own = memoryLog()
  let isBroken = true
  const pay = stage(() => (isBroken ? new Promise<never>(() => {}) : 'paid'), { name: 'pay', effects: 'unsafe' })
  const stream = pay.stream(1, { log: own })
  for await (const event of stream) if (event.type === 'stage.start') break
  isBroken = false
  const paused = await pay.run(undefined, { from: own })
  const id = paused.status === 'approval' ? paused.requests[0]!.id : ''
  const run = (decision: Decision) => pay.run(undefined, { from: own, decisions: { [id]: decision } })
  await expect(run({ approve: true, arguments: '2' })).rejects.toThrow(
    /can be edited only where the kind is `approval`/,
  )
  expect(await run({ approve: true })).toMatchObject({ output: 'paid' })
})
