import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, clearToolResults, type Compaction, fork, keepLast, memoryLog, readRun, summarise, tool } from 'toolloop'
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
