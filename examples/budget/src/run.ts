// One agent with a budget of 300 tokens, and a model that would write for ever.
import { agent, Client, logger, type LogOutput, type RunLog } from 'toolloop'
import { runawayServer } from './server.ts'

export const writerOf = (client?: Client) =>
  agent({ name: 'writer', model: 'runaway', budget: { tokens: 300 }, ...(client && { client }) })

/** Runs the agent and writes what happens. */
export async function runAway(out: LogOutput, log?: RunLog): Promise<void> {
  await using server = await runawayServer()
  await using client = new Client({ baseURL: server.url, apiKey: 'none', maxRetries: 0 })
  const print = (line: string): void => void out.write(`${line}\n`)
  const show = logger(out)

  for await (const event of writerOf(client).stream('Tell me everything.', { log })) {
    show(event)
    if (event.type === 'step.start') print(`  reserved ${event.reserved?.tokens} tokens`)
  }
  const { limit, bytes } = await server.closed
  print(`the server was allowed ${limit} tokens and had sent ${bytes > 10_000 ? 'more than 10,000' : bytes} bytes`)
  print('its connection is closed')
}
