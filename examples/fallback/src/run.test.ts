import { expect, test } from 'vitest'
import { askBoth } from './run.ts'

test('the run goes on with the second model, and each city is looked up once', async () => {
  const lines: string[] = []
  await askBoth((line) => void lines.push(line))
  expect(lines).toEqual([
    '  ran weather(Oslo)',
    '  ran weather(Rome)',
    'primary broke off: 2 calls are kept',
    '  ran weather(Lima)',
    'backup answered with a call',
    'backup answered with a text',
    'Lima is the warmest: 22 degrees.',
    'done after 3 steps, served by primary, backup, backup',
  ])
})
