// Images, audio and files in estimates of tokens: their base64 is no text.
import { scriptedModel, text } from '@toolloop/testing'
import type { Message } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { agent, tokenBudget } from '../index.ts'

const base64 = 'A'.repeat(300_000)
const media: readonly [name: string, part: object, tokens: number][] = [
  ['an image', { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } }, 1000],
  ['an image by its address', { type: 'image_url', image_url: { url: 'https://example.com/owl.jpg' } }, 1000],
  [
    'an image of low detail',
    { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}`, detail: 'low' } },
    85,
  ],
  ['audio', { type: 'input_audio', input_audio: { data: base64, format: 'wav' } }, 3001],
  ['a file', { type: 'file', file: { filename: 'a.pdf', file_data: base64 } }, 3001],
]

const conversation = (part: object): Message[] => [
  { role: 'user', content: [{ type: 'text', text: 'What is this?' }, part] } as Message,
  { role: 'assistant', content: 'An owl.' },
  { role: 'user', content: 'Which one?' },
]

describe.each(media)('%s', (name, part, tokens) => {
  test('counts as much as it costs a model, about, for a compaction', async () => {
    const counts: number[] = []
    const looking = agent({
      name: 'looking',
      model: scriptedModel([text('A barn owl.')]),
      compact: [(input) => void counts.push(input.tokens(input.messages.slice(0, 1))), tokenBudget(tokens + 100)],
    })
    const result = await looking.run(conversation(part))
    const words = Math.ceil(
      JSON.stringify({ role: 'user', content: [{ type: 'text', text: 'What is this?' }] }).length / 3,
    )
    expect(counts).toEqual([tokens + words])
    expect(result.messages).toHaveLength(4) // nothing was dropped
  })

  test('is no text for `countTokens` either, and a budget of tokens admits it', async () => {
    const read: string[] = []
    const countTokens = (some: string): number => {
      read.push(some)
      return some.length / 4
    }
    const budget = { tokens: tokens + 2000, countTokens }
    const looking = agent({ name: 'looking', model: scriptedModel([text('A barn owl.')]), budget })
    expect(await looking.run(conversation(part))).toMatchObject({ status: 'done' })
    expect(read.join('')).not.toContain(base64)
  })
})
