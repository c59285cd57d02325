// One agent with a budget of 300 tokens, and a model that would write for ever.
import { agent, Client } from 'toolloop'
import { runawayServer } from './server.ts'

/** Runs the agent and prints what happens, line by line. */
export async function runAway(print: (line: string) => void): Promise<void> {
  await using server = await runawayServer()
  await using client = new Client({ baseURL: server.url, apiKey: 'none', maxRetries: 0 })
  const writer = agent({ name: 'writer', model: 'runaway', client, budget: { tokens: 300 } })

  const stream = writer.stream('Tell me everything.')
  let characters = 0
  for await (const event of stream) {
    if (event.type === 'step.start') print(`reserved ${event.reserved?.tokens} tokens`)
    if (event.type === 'content.delta') characters += event.delta.length
    if (event.type === 'step.cut') print(`cut after ${characters} characters: ${event.spent?.tokens} tokens are spent`)
  }
  const result = await stream.result
  if (result.status === 'budget') print(`budget: ${result.spent} of ${result.allowed} ${result.dimension}`)

  const { limit, bytes } = await server.closed
  print(`the server was allowed ${limit} tokens and had sent ${bytes > 10_000 ? 'more than 10,000' : bytes} bytes`)
  print('its connection is closed')
}
