import { expect, it } from 'vitest'
import { plainText } from './index.ts'

it.each<[string, Parameters<typeof plainText>[0], string]>([
  ['a text', 'hi', 'hi'],
  ['no content', null, ''],
  ['a missing content', undefined, ''],
  [
    'texts',
    [
      { type: 'text', text: 'a' },
      { type: 'text', text: '' },
      { type: 'text', text: 'b' },
    ],
    'ab',
  ],
  [
    'a refusal beside a text',
    [
      { type: 'text', text: 'a' },
      { type: 'refusal', refusal: 'No.' },
    ],
    'aNo.',
  ],
  [
    'other parts',
    [
      { type: 'image_url', image_url: { url: 'x' } },
      { type: 'text', text: 'a' },
    ],
    'a',
  ],
])('reads the text of %s', (_what, content, words) => {
  expect(plainText(content)).toBe(words)
})
