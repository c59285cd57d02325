// Two servers: the first one cuts its answer off behind two calls, the second one continues the run.
import { calls, fault, reply, scriptedServer, text } from '@toolloop/testing'
import { agent, chatModel, Client, fallback, outputOf, tool } from 'toolloop'
import { z } from 'zod'

/** Runs the agent and prints what happens, line by line. */
export async function askBoth(print: (line: string) => void): Promise<void> {
  const cities = reply({
    content: 'I look at three cities.',
    toolCalls: ['Oslo', 'Rome', 'Lima'].map((city) => ({ name: 'weather', args: { city } })),
  })
  await using primary = await scriptedServer([fault.cutAt(cities, 4200)])
  await using backup = await scriptedServer([
    calls([{ name: 'weather', args: { city: 'Lima' } }]),
    text('Lima is the warmest: 22 degrees.'),
  ])
  await using first = new Client({ baseURL: primary.url, apiKey: 'none', maxRetries: 0 })
  await using second = new Client({ baseURL: backup.url, apiKey: 'none', maxRetries: 0 })

  const weather = tool({
    name: 'weather',
    parameters: z.object({ city: z.string() }),
    effects: 'none',
    execute: ({ city }) => {
      print(`  ran weather(${city})`)
      return { Oslo: 4, Rome: 19 }[city] ?? 22
    },
  })
  const clerk = agent({
    name: 'clerk',
    model: fallback([chatModel(first, 'primary'), chatModel(second, 'backup')]),
    tools: [weather],
  })
  const stream = clerk.stream('Where is it warmest?')
  for await (const event of stream)
    if (event.type === 'step.cut')
      print(`${event.servedBy} broke off: ${event.message.tool_calls?.length} calls are kept`)
    else if (event.type === 'step.done')
      print(`${event.servedBy} answered with ${event.message.tool_calls ? 'a call' : 'a text'}`)
  const result = await stream.result
  print(outputOf(result))
  print(
    `${result.status} after ${result.steps.length} steps, served by ${result.steps.map((step) => step.servedBy).join(', ')}`,
  )
}
