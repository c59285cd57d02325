import { expect, test } from 'vitest'
import { runAway } from './run.ts'

test('the answer is cut before the budget is passed, and the connection closes', async () => {
  const lines: string[] = []
  await runAway((line) => void lines.push(line))
  expect(lines).toEqual([
    'reserved 300 tokens',
    'cut after 847 characters: 299 tokens are spent',
    'budget: 299 of 300 tokens',
    'the server was allowed 284 tokens and had sent more than 10,000 bytes',
    'its connection is closed',
  ])
})
