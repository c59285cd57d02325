import { expect, test } from 'vitest'
import { runAway } from './run.ts'

test('the answer is cut before the budget is passed, and the connection closes', async () => {
  let written = ''
  await runAway({ write: (text) => (written += text) })
  const [answer = ''] = /^(and on )?(and on and )+/m.exec(written) ?? []
  expect(answer).toHaveLength(847)
  expect(written.replace(answer, 'TEXT').split('\n')).toEqual([
    '',
    'step 1 runaway',
    '  reserved 300 tokens',
    'TEXT',
    '  cut (budget)',
    'budget: 299 of 300 tokens',
    'the server was allowed 284 tokens and had sent more than 10,000 bytes',
    'its connection is closed',
    '',
  ])
})
