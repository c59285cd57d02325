import { call, scriptedModel, text } from '@toolloop/testing'
import {
  agent,
  cache,
  clearToolResults,
  type Compaction,
  fork,
  keepLast,
  memoryLog,
  readRun,
  summarise,
  tool,
  withMiddleware,
} from 'toolloop'
import { expect, test } from 'vitest'

const read = tool({ name: 'read', execute: () => 'A long page. '.repeat(100) })
const reading = (times: number) => {
  let steps = 0
  return scriptedModel(() => (steps++ < times ? call('read') : text('All of it is read.')))
}

test('strategies', async () => {
  const model = reading(8)
  const small = scriptedModel(() => text('It has read some pages.'))
  // #region strategies
  const reader = agent({
    name: 'reader',
    model,
    tools: [read],
    cycleGuard: false,
    compact: [clearToolResults({ over: 1500, keep: 2 }), summarise({ over: 2000, keep: 6, model: small })],
  })
  const log = memoryLog()
  const result = await reader.run('Read the pages.', { log })
  console.log(result.prefix.breaks) // [{ step: 4, place: 'compaction', cause: 'clearToolResults' }, …]
  // #endregion
  expect(result.status).toBe('done')
  expect(result.prefix.breaks[0]).toEqual({ step: 4, place: 'compaction', cause: 'clearToolResults' })
  // #region undo
  const whole = await fork(log, { before: 4 })
  console.log((await readRun(whole)).messages.length) // 9: nothing is removed yet
  // #endregion
  expect((await readRun(whole)).messages).toHaveLength(9)
})

test('a summary through middlewares', async () => {
  const small = scriptedModel(() => text('It has read some pages.'))
  const reader = agent({ name: 'reader', model: reading(8), tools: [read], cycleGuard: false })
  // #region middleware
  const kept = withMiddleware(small, [cache()]) // or log(), retry(), a shared limit
  const short = reader.with({ compact: summarise({ over: 2000, keep: 6, model: kept }) })
  // #endregion
  const first = await short.run('Read the pages.')
  const asked = small.requests.length
  const second = await short.with({ model: reading(8) }).run('Read the pages.')
  expect([first.status, second.status, first.prefix.breaks.length]).toEqual(['done', 'done', asked])
  expect([asked > 0, small.requests.length]).toEqual([true, asked]) // the second run has its summaries from the cache
})

test('one of your own', async () => {
  // #region own
  /** Drops what the model thought in earlier steps. */
  const withoutReasoning: Compaction = ({ messages, tokens }) => {
    if (tokens(messages) < 50_000) return undefined
    return messages.map((message) => {
      if (message.role !== 'assistant' || !('reasoning_content' in message)) return message
      const { reasoning_content: _, ...rest } = message
      return rest
    })
  }
  // #endregion
  const reader = agent({ name: 'reader', model: reading(2), tools: [read], compact: [withoutReasoning, keepLast(40)] })
  const result = await reader.run('Read the pages.')
  expect([result.status, result.prefix.breaks]).toEqual(['done', []])
})
