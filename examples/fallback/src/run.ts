// Two servers: the first one cuts its answer off behind two calls, the second one continues the run.
import { calls, fault, reply, scriptedServer, text } from '@toolloop/testing'
import { agent, chatModel, type ChatModel, Client, fallback, logger, type LogOutput, type RunLog, tool } from 'toolloop'
import { z } from 'zod'

const weather = tool({
  name: 'weather',
  parameters: z.object({ city: z.string() }),
  effects: 'none',
  execute: ({ city }) => ({ Oslo: 4, Rome: 19 })[city] ?? 22,
})

export const clerkOf = (model: string | ChatModel) => agent({ name: 'clerk', model, tools: [weather] })

/** Runs the agent and writes what happens. */
export async function askBoth(out: LogOutput, log?: RunLog): Promise<void> {
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

  const clerk = clerkOf(fallback([chatModel(first, 'primary'), chatModel(second, 'backup')]))
  const stream = clerk.stream('Where is it warmest?', { log })
  const show = logger(out)
  for await (const event of stream) show(event)
  const { status, steps } = await stream.result
  out.write(`${status} after ${steps.length} steps, served by ${steps.map((step) => step.servedBy).join(', ')}\n`)
}
