// An approval of a tool that may change: it holds for the tool that the person saw.
import { InputRequired, tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { agent, type ApprovalRequest, type Decision, type Fact, memoryLog, toolSearch } from '../index.ts'

/** A tool that needs approval, and is what `now` says. */
function changing(now: { is: string | undefined }, options: { readonly throws?: boolean } = {}) {
  const effects: string[] = []
  const act = tool({
    name: 'act',
    needsApproval: true,
    fingerprint: () => {
      if (options.throws) throw new Error('unknown')
      return now.is
    },
    execute: () => (effects.push(String(now.is)), 'acted'),
  })
  return { act, effects }
}
const actor = (tools: Parameters<typeof toolSearch>[0], first = call('act', {})) =>
  agent({ name: 'actor', model: scriptedModel([first, text('done')]), tools })
const stored = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]

describe('a tool with a fingerprint', () => {
  it.each([
    ['the same', 'v1', { status: 'done' }, ['v1']],
    ['another', 'v2', { status: 'approval' }, []],
    ['none any more', undefined, { status: 'approval' }, []],
  ])('is executed by an approval of another process if it is %s', async (_, is, ending, effects) => {
    const log = memoryLog()
    const paused = await actor([changing({ is: 'v1' }).act]).run('go', { log })
    if (paused.status !== 'approval') throw new Error(paused.status)
    expect(paused.requests).toMatchObject([{ kind: 'approval', fingerprint: 'v1' }])
    const second = changing({ is })
    const resumed = memoryLog(stored(log.facts))
    const decisions = { [paused.requests[0]!.id]: { approve: true } } as const
    const next = agent({ name: 'actor', model: scriptedModel([text('done')]), tools: [second.act] })
    const result = await next.run(undefined, { from: resumed, decisions })
    expect(result).toMatchObject(ending)
    expect(second.effects).toEqual(effects)
    if (result.status !== 'approval') return
    const [again] = result.requests
    expect([again?.id === paused.requests[0]!.id, again?.fingerprint]).toEqual([false, is])
    const stale = next.run(undefined, { from: memoryLog(stored(resumed.facts)), decisions })
    await expect(stale).rejects.toThrow(/decided|newer/)
    const last = await next.run(undefined, { from: resumed, decisions: { [again!.id]: { approve: true } } })
    expect([last.status, second.effects]).toEqual(['done', [String(is)]])
  })

  it('that changes while a person looks at the request is requested again', async () => {
    const now = { is: 'v1' }
    const { act, effects } = changing(now)
    const seen: (string | undefined)[] = []
    const approver = ({ fingerprint }: ApprovalRequest): Decision => {
      seen.push(fingerprint)
      now.is = 'v2'
      return { approve: true }
    }
    const result = await actor([act]).run('go', { approver })
    expect([result.status, seen, effects]).toEqual(['done', ['v1', 'v2'], ['v2']])
  })

  it('is rejected and answered whatever it is now', async () => {
    const now = { is: 'v1' }
    const { act, effects } = changing(now)
    const decide = (decision: Decision) => () => ((now.is += '+'), decision)
    for (const decision of [{ approve: false, reason: 'No.' }, { result: 'No.' }] satisfies Decision[])
      expect((await actor([act]).run('go', { approver: decide(decision) })).steps[0]?.calls[0]?.content).toBe('No.')
    expect(effects).toEqual([])
  })

  it('whose function throws has none', async () => {
    const { act, effects } = changing({ is: 'v1' }, { throws: true })
    const seen: ApprovalRequest[] = []
    const approver = (request: ApprovalRequest): Decision => (seen.push(request), { approve: true })
    expect((await actor([act]).run('go', { approver })).status).toBe('done')
    expect([seen.map((one) => 'fingerprint' in one), effects]).toEqual([[false], ['v1']])
  })

  it('that asks for input is approved again if it changed before the answer', async () => {
    const now = { is: 'v1' }
    const inputs: unknown[] = []
    const act = tool({
      name: 'act',
      fingerprint: () => now.is,
      execute: (_, { input }) => {
        if (!input) throw new InputRequired('which?')
        inputs.push(input.answer)
        return 'acted'
      },
    })
    const kinds: string[] = []
    const approver = ({ kind }: ApprovalRequest): Decision => {
      kinds.push(kind)
      if (kind === 'input' && kinds.length === 1) now.is = 'v2'
      return kind === 'input' ? { input: 'A' } : { approve: true }
    }
    expect((await actor([act]).run('go', { approver })).status).toBe('done')
    expect([kinds, inputs]).toEqual([['input', 'approval', 'input'], ['A']])
  })

  it('keeps it behind `call_tool`', async () => {
    const now = { is: 'v1' }
    const { act, effects } = changing(now)
    const seen: (string | undefined)[] = []
    const approver = ({ fingerprint }: ApprovalRequest): Decision => (
      seen.push(fingerprint),
      (now.is = 'v2'),
      { approve: true }
    )
    const first = call('call_tool', { name: 'act', arguments: '{}' })
    expect((await actor(toolSearch([act]), first).run('go', { approver })).status).toBe('done')
    expect([seen, effects]).toEqual([['v1', 'v2'], ['v2']])
  })
})
