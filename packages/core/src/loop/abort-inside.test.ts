// An abort while an inner run streams: each level records its end, and nothing that was shown is lost.
import { call, scriptedModel, text } from '@toolloop/testing'
import { type ChatModel, type Chunk, plainText } from '@toolloop/wire'
import { expect, it } from 'vitest'
import { agent, type Fact, memoryLog, outputOf } from '../index.ts'

/** A model whose chunks arrive one by one, each in a read of its own. */
const slow = (name: string, ...words: readonly string[]): ChatModel => ({
  name,
  async *stream() {
    for (const content of words) {
      yield [chunk({ content })]
      await new Promise((resolve) => setImmediate(resolve))
    }
    yield [chunk({}, 'stop')]
  },
})
const chunk = (delta: object, finish_reason: string | null = null): Chunk => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})
const caller = (name: string) =>
  scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? text(`${name} done.`) : call('ask', { input: 'x' }, { id: name }),
  )

const leaf = agent({ name: 'leaf', model: slow('leaf', 'a', 'b', 'c', 'd') })
const middle = agent({
  name: 'middle',
  model: caller('m'),
  tools: [leaf.asTool({ name: 'ask', description: 'The leaf.' })],
})
const root = agent({
  name: 'root',
  model: caller('r'),
  tools: [middle.asTool({ name: 'ask', description: 'The middle.' })],
  budget: { tokens: 100_000 },
})

it.each([0, 1, 2, 3])('in the middle of the text of the innermost, at delta %i', async (at) => {
  const log = memoryLog()
  const stream = root.stream('Go.', { log })
  let shown = ''
  for await (const event of stream)
    if (event.type === 'content.delta' && event.path === '0:r/0:m') {
      shown += event.delta
      if (shown.length === at + 1) stream.abort('enough')
    }
  expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough' })
  const ends = log.facts.flatMap((fact) => (fact.type === 'run.done' ? [[fact.path, fact.outcome.status]] : []))
  expect(ends).toEqual([
    ['0:r/0:m', 'aborted'],
    ['0:r', 'aborted'],
    ['', 'aborted'],
  ])
  const cut = log.facts.find((fact) => fact.type === 'step.cut')
  expect(cut).toMatchObject({ path: '0:r/0:m', reason: 'abort', message: { content: shown } })
  const next = await root.run(undefined, { from: memoryLog(JSON.parse(JSON.stringify(log.facts)) as Fact[]) })
  expect(outputOf(next)).toBe('r done.') // the budget has what the cut step left
})

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

it.each([0, 1, 2])('from outside at any turn, with a consumer that takes %i turns for each event', async (pause) => {
  for (let at = 0; at < 40; at++) {
    const log = memoryLog()
    const controller = new AbortController()
    const stream = root.stream('Go.', { log, signal: controller.signal })
    void turns(at).then(() => controller.abort('enough'))
    let shown = ''
    for await (const event of stream) {
      if (event.type === 'content.delta' && event.path === '0:r/0:m') shown += event.delta
      await turns(pause)
    }
    const begun = log.facts.flatMap(({ type, path }) => (type === 'run.start' ? [path] : []))
    const ended = log.facts.flatMap(({ type, path }) => (type === 'run.done' ? [path] : []))
    expect(ended.toSorted(), `turn ${at}`).toEqual(begun.toSorted())
    const recorded = log.facts.flatMap((fact) =>
      (fact.type === 'step.cut' || fact.type === 'step.done') && fact.path === '0:r/0:m'
        ? [plainText(fact.message.content)]
        : [],
    )
    expect(recorded.join('').startsWith(shown), `turn ${at}: ${recorded.join()} ${shown}`).toBe(true)
  }
})
