// Many runs of agents and pipelines, of the tests and of the examples, while a worker or the engine's server is killed.
import type { Result } from '@toolloop/core'
import { checkTranscript } from '@toolloop/testing'
import { expect } from 'vitest'
import { question } from '../../../../examples/quickstart/src/explorer.ts'
import type { ClientRunnable } from '../client.ts'
import { contextOf, partIds } from './examples.ts'
import { finished, type Surroundings } from './surroundings.ts'

/** Of each kind. */
export const count = Number(process.env['TOOLLOOP_ENGINE_RUNS'] ?? 50)

const settings = {
  explorer: { input: question, effects: 0 },
  codeReview: { input: partIds, effects: 0 },
  clerk: { input: 'go', effects: 1 },
  review: { input: ['x', 'y'], effects: 6 },
} as const
export type Kind = keyof typeof settings
export const kinds = Object.keys(settings) as Kind[]
const options = { context: 'examples' }

type Ended = Pick<Result, 'status' | 'messages'> & { readonly output: unknown }

/** Runs that had begun and not ended at the kill, and how long after it the taken ones went on, in milliseconds. */
export interface Interruption {
  readonly inFlight: number
  readonly takenAfter: readonly number[]
}

/**
 * Starts `count` runs of each kind in `names` at once, and kills at a random moment. All end as in memory, no unsafe effect is lost or
 * repeated, and all transcripts are valid.
 */
export async function endsAsInMemory(
  around: Surroundings,
  what: string,
  kill: () => Promise<unknown>,
  names: readonly Kind[] = kinds,
): Promise<Interruption> {
  const { agents, effects } = around
  const before = around.requested()
  const alone = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await inMemory(agents[name], settings[name].input)])),
  ) as Record<Kind, Ended>
  const requestsOfAll = count * (around.requested() - before)
  const all = Array.from({ length: count }, (_, index) =>
    names.map((name) => ({ name, runId: `${what} ${name} ${index}`, runnable: agents[name] as ClientRunnable })),
  ).flat()
  const ending = all.map(async ({ name, runId, runnable }) => {
    await around.runs.run(runnable, settings[name].input as never, { ...options, runId })
    return (await finished(around, runnable, runId)) as Ended
  })
  for (const one of ending) one.catch(() => {}) // awaited below
  // Between the first request and two thirds of them, whatever the machine's speed.
  await around.requests(1 + Math.floor(Math.random() * requestsOfAll * 0.66))
  const killed = Date.now()
  await kill()
  const results = await Promise.all(ending)
  const took = Date.now() - killed

  expect(results.map(({ status, output }) => [status, output])).toEqual(
    all.map(({ name }) => ['done', alone[name].output]),
  )
  for (const { messages } of results) if (messages) expect(checkTranscript(messages)).toBeUndefined()
  for (const name of names) {
    const own = effects().filter((key) => key.startsWith(`${what} ${name} `))
    expect(own.length, `effects of ${name}`).toBe(count * settings[name].effects)
    expect(new Set(own).size, `effects of ${name}`).toBe(own.length)
  }
  around.assertValid()
  const parted = await Promise.all(all.map(({ runId, runnable }) => aroundKill(around, runnable, runId, killed)))
  const inFlight = parted.filter((one) => one.isInFlight).length
  const takenAfter = parted.flatMap(({ resumedAfter }) => resumedAfter ?? []).toSorted((a, b) => a - b)
  console.log(
    `${what} killed under ${names.join(', ')}: ${all.length} runs done after ${took} ms, ${inFlight} in flight; ${times(takenAfter)}`,
  )
  return { inFlight, takenAfter }
}

/** How a run ends without an engine. */
async function inMemory({ run }: { readonly run: unknown }, input: unknown): Promise<Ended> {
  return await (run as (given: unknown, options: unknown) => Promise<Ended>)(input, { context: contextOf('examples') })
}

/** Whether the run had begun and not ended, and milliseconds from the kill to its first fact in another attempt. */
async function aroundKill({ runs }: Surroundings, runnable: ClientRunnable, runId: string, killed: number) {
  let [first, last]: number[] = []
  let resumedAfter: number | undefined
  for await (const event of runs.attach(runnable, runId)) {
    if (!('seq' in event)) continue
    first ??= event.at
    last = event.at
    if (event.type === 'run.resume' && event.at >= killed) resumedAfter ??= event.at - killed
  }
  return { isInFlight: first! < killed && last! >= killed, resumedAfter }
}

const times = (sorted: readonly number[]): string =>
  sorted.length === 0
    ? 'none was taken over'
    : `${sorted.length} taken over after ${sorted[0]} to ${sorted.at(-1)} ms (half within ${sorted[sorted.length >> 1]} ms)`
