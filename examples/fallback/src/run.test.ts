import { expect, test } from 'vitest'
import { askBoth } from './run.ts'

test('the run goes on with the second model, and each city is looked up once', async () => {
  let written = ''
  await askBoth({ write: (text) => (written += text) })
  expect(written.replaceAll(/\d+ ms/g, 'N ms').split('\n')).toEqual([
    '',
    'step 1 fallback(primary, backup)',
    'I look at three cities.',
    '  → weather({"city":"Oslo"}) while the model is still talking',
    '  → weather({"city":"Rome"}) while the model is still talking',
    '  ✓ weather N ms 4',
    '  ✓ weather N ms 19',
    expect.stringMatching(/^ {2}cut \(connection\): The model `primary` broke off its answer; `backup` is next\./),
    '',
    'step 2 fallback(primary, backup)',
    '  → weather({"city":"Lima"}) while the model is still talking',
    '  ✓ weather N ms 22',
    '',
    'step 3 fallback(primary, backup)',
    'Lima is the warmest: 22 degrees.',
    'done after 3 steps, served by primary, backup, backup',
    '',
  ])
})
