// Commands to runs whose workers stop at any moment: each is answered with what the run's facts say.
import { agent, type Fact } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EngineClient, EngineError } from '../index.ts'

/** Answers each user message with a text of its own, and ends. */
export const answering = agent({ name: 'answering', model: scriptedModel(() => text('Answered.')) })

/** Executes a call until it is aborted. */
export const waiting = agent({
  name: 'waiting',
  model: scriptedModel(() => call('wait', {})),
  tools: [tool({ name: 'wait', effects: 'none', execute: (_, { signal }) => once(signal, 'abort').then(() => '') })],
})

/** What becomes of a message that waits for the end of a run, which is aborted. */
export async function overtaken(client: EngineClient): Promise<unknown> {
  const stream = client.stream(waiting, 'go', { runId: 'overtaken' })
  for await (const { type } of stream) if (type === 'tool.start') break
  const followed = client.followUp('overtaken', 'And now?').catch((error: unknown) => error)
  await client.steer('overtaken', 'Hurry.')
  await client.abort('overtaken')
  return await followed
}

/** One command, and what the run's facts say of it. */
export interface Sent {
  readonly command: string
  readonly answer: 'accepted' | 'ended'
  readonly isInFacts: boolean
}

/**
 * Sends a message or an abort to each of many runs: at once, while it makes its last facts, and after its end; meanwhile
 * `serve` gives one worker after the other.
 */
export async function commandsOverStops(
  client: EngineClient,
  serve: () => Promise<{ stop(): Promise<void> }>,
): Promise<readonly Sent[]> {
  const all = Promise.all(Array.from({ length: 24 }, (_, index) => sent(client, `command ${index}`, index)))
  let hasEnded = false
  const workers = (async () => {
    for (let life = 0; !hasEnded; life++) {
      const worker = await serve()
      await Promise.race([sleep(60 + ((life * 37) % 120)), all.catch(() => {})])
      await worker.stop()
    }
  })()
  try {
    return await all
  } finally {
    hasEnded = true
    await workers
  }
}

async function sent(client: EngineClient, runId: string, index: number): Promise<Sent> {
  const stream = client.stream(answering, 'go', { runId })
  const { result } = stream
  result.catch(() => {}) // awaited below
  const command = (['steer', 'followUp', 'abort'] as const)[index % 3]!
  if (index % 4 > 0)
    for await (const { type } of stream) if (type === (index % 4 === 1 ? 'run.done' : 'step.start')) break
  const answer = await client[command](runId, runId).then(
    () => 'accepted' as const,
    (error: unknown) => {
      if (error instanceof EngineError && error.problem === 'ended') return 'ended' as const
      throw error
    },
  )
  await result
  const facts: Fact[] = []
  for await (const event of client.attach(answering, runId)) if ('seq' in event) facts.push(event)
  const found = facts.filter((one) =>
    command === 'abort'
      ? one.type === 'run.done' && one.outcome.status === 'aborted'
      : one.type === 'message.add' && one.origin === command,
  )
  if (found.length > 1) throw new Error(`The run ${runId} has the command ${found.length} times.`)
  return { command: `${runId}: ${command}`, answer, isInFacts: found.length === 1 }
}
