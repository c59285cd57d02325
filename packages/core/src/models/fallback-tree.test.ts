// A fallback inside a tree of runs, and one that continues texts: cut at every byte, and resumed from every prefix.
import { tool } from '@toolloop/schema'
import { call, calls, checkRequest, fault, type Reply, reply, scriptedModel, text } from '@toolloop/testing'
import { profiles } from '@toolloop/transport'
import type { ChatModel, Message, ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, fallback, type FallbackOptions, memoryLog, type Result, type RunLog } from '../index.ts'

const ran: string[] = []
const parameters = z.object({ id: z.string() })
const execute = ({ id }: { id: string }) => {
  ran.push(id)
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters, effects: 'none', execute })
const save = tool({ name: 'save', parameters, effects: 'idempotent', execute })
const tools = [read, save]
const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]
const check = (body: unknown) => checkRequest(body)

/** Two calls done, and a third one streaming when the connection is cut. */
const primaryAnswer = reply({
  deltaSize: 16,
  content: 'PRIMARY looks.',
  toolCalls: [
    { name: 'read', args: { id: 'a' }, id: 'call_primary_a' },
    { name: 'save', args: { id: 'b' }, id: 'call_primary_b' },
    { name: 'read', args: { id: 'c' }, id: 'call_primary_c' },
  ],
})

/** Asks for what was not done yet, then answers. */
function backupAnswer({ messages }: Pick<ModelRequest, 'messages'>): Reply {
  const done = JSON.stringify(messages.filter(({ role }) => role === 'tool'))
  const missing = ['a', 'b', 'c'].filter((id) => !done.includes(`ran ${id}`))
  if (missing.length === 0) return text('BACKUP is finished.')
  return calls(
    missing.map((id) => ({ name: id === 'b' ? 'save' : 'read', args: { id } })),
    { content: 'BACKUP looks.' },
  )
}

/** A chain whose first model is cut. Each model rejects a request that its server would reject. */
function chain(cutAt: number, options: FallbackOptions = {}): ChatModel {
  const primary = scriptedModel(
    ({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? text('PRIMARY is finished.') : fault.cutAt(primaryAnswer, cutAt),
    { name: 'primary', profile: profiles.deepseek, check },
  )
  const backup = scriptedModel(backupAnswer, { name: 'backup', profile: profiles.mistral, check })
  return fallback([primary, backup], options)
}

const asking = () =>
  scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool')
      ? text(`It says: ${lastText(messages)}`)
      : call('ask', { input: 'go' }),
  )
const lastText = (messages: readonly Message[]): string => {
  const content = messages.at(-1)?.content
  return typeof content === 'string' ? content : ''
}

/** A run of an agent that asks the one with the chain. */
function asked(cutAt: number, isStreamed: boolean, log: RunLog, options?: FallbackOptions): Promise<Result> {
  const child = agent({ name: 'child', model: chain(cutAt, options), tools })
  const root = agent({ name: 'root', model: asking(), tools: [child.asTool({ name: 'ask', description: 'Asks.' })] })
  return isStreamed ? root.stream('go', { log }).result : root.run('go', { log })
}

const authors = (message: unknown): string[] => [...new Set(JSON.stringify(message).match(/PRIMARY|BACKUP/g))]

/** The messages that the models wrote inside. */
const written = (facts: readonly Fact[]) =>
  facts.flatMap((fact) => ((fact.type === 'step.done' || fact.type === 'step.cut') && fact.path !== '' ? [fact] : []))

describe('a primary of an agent inside a run that is cut in the middle of its answer', () => {
  it(
    'is replaced at every byte, streamed and awaited, with its text dropped or continued',
    { timeout: 300_000 },
    async () => {
      const served = new Set<string>()
      let whole = 0
      for (let byte = 0; whole < 8; byte++) {
        ran.length = 0
        const log = memoryLog()
        const partial = byte % 2 === 0 ? 'drop' : 'continue'
        const result = await asked(byte, byte % 4 < 2, log, { partial })
        expect(result, `byte ${byte}`).toMatchObject({
          status: 'done',
          output: expect.stringMatching(/^It says: (PRIMARY|BACKUP) is finished\.$/) as string,
        })
        expect(ran.toSorted(), `byte ${byte}`).toEqual(['a', 'b', 'c'])
        for (const { message, servedBy } of written(log.facts)) {
          served.add(`${servedBy}: ${message.tool_calls?.length ?? 0}`)
          // Only where the policy says so, a message holds the text of both.
          if (partial === 'drop') expect(authors(message), `byte ${byte}`).toEqual([servedBy?.toUpperCase()])
        }
        whole = written(log.facts).every(({ servedBy }) => servedBy === 'primary') ? whole + 1 : 0
      }
      expect([...served].toSorted()).toEqual(
        expect.arrayContaining(['backup: 0', 'backup: 1', 'backup: 2', 'primary: 1', 'primary: 2', 'primary: 3']),
      )
    },
  )

  it.each([900, 1_500])('is replaced in a run that is resumed from every prefix: cut at %i', async (cutAt) => {
    const log = memoryLog()
    await asked(cutAt, true, log)
    const child = agent({ name: 'child', model: chain(cutAt), tools })
    const root = agent({ name: 'root', model: asking(), tools: [child.asTool({ name: 'ask', description: 'Asks.' })] })
    for (let length = 1; length < log.facts.length; length++) {
      const from = memoryLog(saved(log.facts.slice(0, length)))
      const finished = JSON.stringify(from.facts.filter(({ type }) => type === 'tool.done'))
      ran.length = 0
      const result = length % 2 ? await root.run(undefined, { from }) : await root.stream(undefined, { from }).result
      expect(result, `fact ${length}`).toMatchObject({
        status: 'done',
        output: expect.stringContaining('is finished.') as string,
      })
      expect(ran.filter((id) => finished.includes(`ran ${id}`))).toEqual([])
      expect(new Set(ran).size).toBe(ran.length)
    }
  })
})

describe('a text that another model continues', () => {
  const whole = Array.from({ length: 26 }, (_, at) => String.fromCodePoint(97 + at).repeat(3)).join(' ')

  it('is the whole text at every byte, without a reset, streamed and awaited', { timeout: 120_000 }, async () => {
    let both = 0
    for (let byte = 0; byte < 3_000; byte++) {
      const primary = scriptedModel([fault.cutAt(text(whole, { deltaSize: 7 }), byte)], { name: 'primary', check })
      const backup = scriptedModel(
        ({ messages }) => {
          const partial = messages.find(({ role }) => role === 'assistant')
          return text(whole.slice(typeof partial?.content === 'string' ? partial.content.length : 0))
        },
        { name: 'backup', check },
      )
      const model = fallback([primary, backup], { partial: 'continue' })
      const writer = agent({ name: 'writer', model, wire: 'stream' })
      let shown = ''
      const stream = writer.stream('go')
      stream.on('content.delta', ({ delta }) => (shown += delta))
      stream.on('step.reset', () => expect.unreachable(`reset at byte ${byte}`))
      const result = byte % 2 ? await writer.run('go') : await stream.result
      if (byte % 2 === 0) expect(shown, `byte ${byte}`).toBe(whole)
      else await stream[Symbol.asyncDispose]()
      expect(result, `byte ${byte}`).toMatchObject({ status: 'done', output: whole })
      const sent = backup.requests.at(-1)?.messages
      if (sent && sent.length > 1) both++
      if (!sent && byte > 500) break
    }
    expect(both).toBeGreaterThan(500)
  })
})
