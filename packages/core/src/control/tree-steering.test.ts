// Messages into a run that has runs inside it: they reach the root, at every event of the tree.
import { tool } from '@toolloop/schema'
import { call, checkRequest, checkTranscript, scriptedModel, text } from '@toolloop/testing'
import type { Message } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Delivery, type Fact, memoryLog, replay } from '../index.ts'

const parameters = z.object({ id: z.string() })
const read = tool({ name: 'read', parameters, effects: 'none', execute: ({ id }) => `read ${id}` })
const answers = (messages: readonly Message[]): number => messages.filter(({ role }) => role === 'assistant').length

function tree() {
  const problems: unknown[] = []
  const seen: { root: Message[][]; child: Message[][] } = { root: [], child: [] }
  const follow = (who: 'root' | 'child', messages: readonly Message[]) => {
    const problem = checkRequest({ model: 'm', messages })
    if (problem) problems.push(problem)
    seen[who].push([...messages])
  }
  const inner = scriptedModel(({ messages }) => {
    follow('child', messages)
    return answers(messages) < 2 ? call('read', { id: `${answers(messages)}` }) : text('Read.')
  })
  const child = agent({ name: 'child', model: inner, tools: [read] })
  const outer = scriptedModel(({ messages }) => {
    follow('root', messages)
    return answers(messages) === 0 ? call('ask', { input: 'go' }, { id: 'c1' }) : text('Done.')
  })
  const root = agent({ name: 'root', model: outer, tools: [child.asTool({ name: 'ask', description: 'Asks.' })] })
  return { root, problems, seen }
}

async function eventCount(): Promise<number> {
  let count = 0
  for await (const event of tree().root.stream('go')) count += event ? 1 : 0
  return count
}
const count = await eventCount()
const indices = Array.from({ length: count }, (_, index) => index)
const holds = (messages: readonly Message[], words: string): boolean =>
  messages.some(({ content }) => content === words)

describe('a message into a run with an agent inside', () => {
  it.each(indices)('sent at event %i reaches the root behind the call, or gets the reason why not', async (index) => {
    const { root, problems, seen } = tree()
    const log = memoryLog()
    const stream = root.stream('go', { log, runId: 'r' })
    let delivery: Promise<Delivery> | undefined
    let isSettled = false
    let at = 0
    for await (const event of stream)
      if (event && at++ === index) {
        delivery = stream.steer('Hurry.')
        void delivery.then(() => (isSettled = true))
      }
    const result = await stream.result
    expect(isSettled).toBe(true)
    const told = await delivery!
    expect(problems).toEqual([])
    expect(result.status).toBe('done')
    expect(checkTranscript(result.messages)).toBeUndefined()
    expect(told.delivered).toBe(index < count - 1)
    if (told.delivered) expect(told.step).toBe(seen.root.findIndex((messages) => holds(messages, 'Hurry.')))
    else expect(told.reason).toBe('The run ended as `done`.')
    expect(seen.child.some((messages) => holds(messages, 'Hurry.'))).toBe(false)
    await replay(JSON.parse(JSON.stringify(log.facts)) as Fact[], tree().root)
  })

  it('has the message at its place in a run that is resumed from every prefix', async () => {
    const log = memoryLog()
    const stream = tree().root.stream('go', { log, runId: 'r' })
    let told: Promise<Delivery> | undefined
    for await (const event of stream)
      if (event.type === 'tool.start' && event.path !== '') told ??= stream.steer('Hurry.')
    expect(await told).toEqual({ delivered: true, step: 1 })
    const whole = await stream.result
    const at = log.facts.findIndex((fact) => fact.type === 'message.add')
    expect(at).toBeGreaterThan(0)
    for (let length = at + 1; length < log.facts.length; length++) {
      const from = memoryLog(JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[])
      const result = await tree().root.run(undefined, { from })
      expect(result.messages.filter(({ content }) => content === 'Hurry.')).toEqual(
        whole.messages.filter(({ content }) => content === 'Hurry.'),
      )
      expect(checkTranscript(result.messages)).toBeUndefined()
    }
  })

  it('goes on with a follow-up of the root only', async () => {
    const { root, seen } = tree()
    const stream = root.stream('go')
    let told: Promise<Delivery> | undefined
    for await (const event of stream)
      if (event.type === 'run.start' && event.path !== '') told = stream.followUp('And now?')
    expect(await told).toEqual({ delivered: true, step: 2 })
    expect((await stream.result).messages.at(-2)).toMatchObject({ content: 'And now?' })
    expect(seen.child.length).toBe(3)
  })
})
