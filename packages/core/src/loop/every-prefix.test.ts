// One run with all that can happen to it; its process dies behind every fact, and another one goes on from the JSON.
import { tool } from '@toolloop/schema'
import { calls, checkRequest, checkTranscript, type Reply, scriptedModel, text } from '@toolloop/testing'
import { type ChatModel, type ModelRequest, StreamError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type ApprovalRequest, type Decision, type Fact, isFact, memoryLog, readRun, replay } from '../index.ts'

const ran: { readonly id: string; readonly key: string }[] = []
const parameters = z.object({ id: z.string() })
const execute = ({ id }: { id: string }, { idempotencyKey: key }: { idempotencyKey: string }) => {
  ran.push({ id, key })
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters, effects: 'none', execute })
const write = tool({ name: 'write', parameters, execute })
const guarded = tool({ name: 'guarded', parameters, needsApproval: true, execute })

const answers: readonly [awaited: string, reply: Reply][] = [
  [
    'c1',
    calls(
      [
        { name: 'read', args: { id: 'c1' }, id: 'c1' },
        { name: 'guarded', args: { id: 'c2' }, id: 'c2' },
        { name: 'write', args: { id: 'c3' }, id: 'c3' },
        { name: 'read', args: { id: 'c4' }, id: 'c4' },
      ],
      { content: 'First, all of it.' },
    ),
  ],
  [
    'd1',
    calls([
      { name: 'read', args: { id: 'd1' }, id: 'd1' },
      { name: 'write', args: { id: 'd2' }, id: 'd2' },
    ]),
  ],
  ['e1', calls([{ name: 'write', args: { id: 'e1' }, id: 'e1' }])],
]

/** The first answer breaks off empty and is retried; the second breaks off after its first call. */
function flaky(): { readonly model: ChatModel; readonly problems: unknown[] } {
  const problems: unknown[] = []
  const isAnswered = ({ messages }: Pick<ModelRequest, 'messages'>, id: string): boolean =>
    messages.some((message) => message.role === 'tool' && message.tool_call_id === id)
  const inner = scriptedModel((request) => {
    const next = answers.find(([id]) => !isAnswered(request, id))
    return next ? next[1] : text('Finished.')
  })
  let resets = 0
  const model: ChatModel = {
    name: 'flaky',
    async *stream(request, options) {
      const problem = checkRequest({ model: 'm', ...request })
      if (problem) problems.push(problem)
      const step = answers.find(([id]) => !isAnswered(request, id))?.[0]
      for await (const chunk of inner.stream(request, options)) {
        const later = chunk.choices[0]?.delta.tool_calls?.some(({ index }) => index === 1)
        if (step === 'c1' && resets === 0 && chunk.choices[0]?.delta.tool_calls) {
          resets++
          throw new StreamError('It broke off.')
        }
        yield chunk
        if (step === 'd1' && later) throw new StreamError('It broke off behind a call.')
      }
    },
  }
  return { model, problems }
}
const workerOf = (model: ChatModel) =>
  agent({ name: 'worker', model, tools: [read, write, guarded], instructions: 'Work.' })
const decide = ({ kind }: ApprovalRequest): Decision =>
  kind === 'interrupted' ? { result: 'It was done.' } : { approve: true }

async function wholeRun() {
  const log = memoryLog()
  const stream = workerOf(flaky().model).stream('go', { log, runId: 'r', approver: decide })
  const progress: string[] = []
  for await (const event of stream) if (!isFact(event)) progress.push(event.type)
  return { facts: [...log.facts], result: await stream.result, progress }
}
const whole = await wholeRun()

describe('a run of everything', () => {
  it('has everything', () => {
    expect(whole.result.status).toBe('done')
    expect(whole.progress).toContain('step.reset')
    const types = whole.facts.map(({ type }) => type)
    for (const type of ['call.sealed', 'step.cut', 'approval.request', 'approval.decision', 'tool.start'])
      expect(types).toContain(type)
  })

  it.each(whole.facts.map((fact, index) => [index + 1, fact.type] as const))(
    'goes on where its log ends behind fact %i (%s)',
    async (length) => {
      const prefix = JSON.parse(JSON.stringify(whole.facts.slice(0, length))) as Fact[]
      const started = prefix.flatMap((fact) => (fact.type === 'tool.start' ? fact.callId : []))
      const finished = prefix.flatMap((fact) => (fact.type === 'tool.done' ? fact.callId : []))
      const unsafe = (id: string): boolean => !['c1', 'c4', 'd1'].includes(id)
      const { model, problems } = flaky()
      const log = memoryLog(prefix)
      ran.length = 0
      const result = await workerOf(model).run(undefined, { from: log, approver: decide })

      expect(problems).toEqual([])
      expect(checkTranscript(result.messages)).toBeUndefined()
      const again = ran.map(({ id }) => id)
      expect(again.filter((id) => finished.includes(id))).toEqual([])
      expect(again.filter((id) => started.includes(id) && unsafe(id))).toEqual([])
      expect(new Set(again).size).toBe(again.length)
      expect(ran.map(({ id, key }) => key.endsWith(`/${id}`) && key.startsWith('r/'))).not.toContain(false)
      expect(result.status).toBe('done')
      expect((await readRun(log.facts)).messages).toEqual(result.messages)

      const inFlight = started.filter((id) => unsafe(id) && !finished.includes(id))
      const lastStep = prefix.findLastIndex((fact) => fact.type === 'step.done' || fact.type === 'step.cut')
      const streaming = prefix.slice(lastStep + 1).some((fact) => fact.type === 'call.sealed')
      if (inFlight.length === 0 && !streaming) expect(result.messages).toEqual(whole.result.messages)
      await replay(
        JSON.parse(JSON.stringify(log.facts)) as Fact[],
        workerOf({ name: 'unreachable', create: () => expect.unreachable('a model was asked') }),
      )
    },
  )
})
