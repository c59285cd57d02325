import { UsageError } from '@toolloop/wire'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { OutputError, responseFormat, SchemaError } from './index.ts'

const format = responseFormat(z.object({ decision: z.string() }), { name: 'choice' })
const json = '{"decision":"buy"}'

test.each([
  json,
  ` \n${json}\n`,
  `<think>The user wants {"decision":"hold"}? No.</think>\n\n${json}`,
  `No opening tag.</think>${json}`,
  `\`\`\`json\n${json}\n\`\`\``,
  `<think>Hm.</think>\n\`\`\`\n${json}\`\`\``,
])('%j is read', async (text) => {
  expect(await format.parse(text)).toEqual({ decision: 'buy' })
})

test('a closing tag within the JSON is text', async () => {
  expect(await format.parse('{"decision":"</think>"}')).toEqual({ decision: '</think>' })
  expect(await format.parse('<think>x</think>{"decision":"</think>"}')).toEqual({ decision: '</think>' })
})

test('reasoning without an answer does not fit, and the error holds the whole text', async () => {
  const text = '<think>Hm.</think>'
  const failure = await format.parse(text).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(OutputError)
  expect(failure).toMatchObject({ text })
})

test.each([
  [undefined, UsageError, /needs a name: responseFormat\(schema, \{ name: 'answer' \}\)/],
  [{}, UsageError, /needs a name/],
  ['person', UsageError, /needs a name/],
  [{ name: 5 }, SchemaError, /the name 5 is not 1 to 64 letters/],
] as const)('options that are %j throw an error with the remedy', (options, error, problem) => {
  expect(() => responseFormat(z.object({}), options as never)).toThrow(error)
  expect(() => responseFormat(z.object({}), options as never)).toThrow(problem)
})
