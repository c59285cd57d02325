import { call, calls as several, scriptedModel, text, toolResults } from '@toolloop/testing'
import { agent, customTool, memoryResults, outputOf, tool, toolResult, ToolRetry } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const answerWithResults = (request: Parameters<typeof toolResults>[0]) =>
  text(
    toolResults(request)
      .map((result) => result.content)
      .join('\n'),
  )

test('a tool', async () => {
  const db = { find: async (query: string, limit: number) => [`${query} × ${limit}`] }
  // #region tool
  const findBooks = tool({
    name: 'find_books',
    description: 'Books whose title or author matches',
    parameters: z.object({
      query: z.string().describe('Words of the title or the author'),
      limit: z.int().min(1).max(50).default(10),
    }),
    effects: 'none',
    timeout: 5_000,
    retries: 2,
    execute: async ({ query, limit }, { signal }) => {
      signal.throwIfAborted()
      return await db.find(query, limit)
    },
  })
  // #endregion
  const model = scriptedModel([call('find_books', { query: 'owls', limit: null }), answerWithResults])
  expect(outputOf(await agent({ name: 'a', model, tools: [findBooks] }).run('Owls?'))).toBe('["owls × 10"]')
})

test('what a tool gives back', async () => {
  const renderChart = async () => ({ url: 'https://example.com/chart.png', points: [1, 2] })
  // #region results
  const chart = tool({
    name: 'chart',
    execute: async function* () {
      yield 'rendering' // a `tool.progress` event
      const { url, points } = await renderChart()
      return toolResult({
        model: [
          { type: 'text', text: 'Here is the chart.' },
          { type: 'image_url', image_url: { url } },
        ],
        details: { points }, // for the application: on the event and in the log, never in a request
      })
    },
  })

  const book = tool({
    name: 'book_table',
    parameters: z.object({ people: z.int() }),
    execute: ({ people }) => {
      if (people > 8) throw new ToolRetry('At most 8 people fit one table; book two.')
      return 'booked'
    },
  })
  // #endregion
  const model = scriptedModel([
    several([{ name: 'chart' }, { name: 'book_table', args: { people: 12 } }]),
    answerWithResults,
  ])
  const result = await agent({ name: 'a', model, tools: [chart, book] }).run('Go.')
  expect(outputOf(result)).toBe('Here is the chart.\nAt most 8 people fit one table; book two.')
  expect(result.steps[0]?.calls[0]?.details).toEqual({ points: [1, 2] })
  expect(result.messages[4]).toMatchObject({ role: 'user', content: [{ type: 'image_url' }] })
})

test('long results', async () => {
  const runShell = async (command: string): Promise<string> => await Promise.resolve(`${command} `.repeat(500))
  const readLog = tool({ name: 'read_log', execute: () => 'line\n'.repeat(5_000) })
  const model = scriptedModel([
    several([{ name: 'shell', args: { command: 'ls' } }, { name: 'read_log' }]),
    text('Done.'),
  ])
  // #region long
  const shell = tool({
    name: 'shell',
    parameters: z.object({ command: z.string() }),
    execute: async ({ command }) => runShell(command),
    maxResult: { tokens: 200, keep: 'tail' }, // what comes last matters most
  })
  const coder = agent({
    name: 'coder',
    model,
    tools: [shell, readLog],
    maxResult: { tokens: 2_000, store: memoryResults() }, // for all other tools; the model can read on
  })
  // #endregion
  const result = await coder.run('Go.')
  const [first, second] = result.steps[0]!.calls
  expect(first!.content.length).toBeLessThan(800)
  expect(second!.content).toMatch(/Read on with read_result/)
})

test('limits', async () => {
  // #region limits
  const send = tool({
    name: 'send',
    parameters: z.object({ to: z.string(), text: z.string() }),
    limit: { concurrency: 1, key: ({ to }: { to: string }) => to }, // one at a time to each address
    execute: async ({ to }) => `sent to ${to}`,
  })
  // #endregion
  const model = scriptedModel([call('send', { to: 'ada', text: 'hi' }), answerWithResults])
  expect(outputOf(await agent({ name: 'a', model, tools: [send] }).run('Go.'))).toBe('sent to ada')
})

test('custom tools', async () => {
  // #region custom
  const sql = customTool({
    name: 'sql',
    description: 'Runs a SELECT statement',
    execute: async (statement) => `1 row for: ${statement}`,
  })
  // #endregion
  const model = scriptedModel([several([{ name: 'sql', input: 'SELECT 1' }]), answerWithResults])
  expect(outputOf(await agent({ name: 'a', model, tools: [sql] }).run('Go.'))).toBe('1 row for: SELECT 1')
})
