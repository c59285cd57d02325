// The agents of the tests, whose effects are counted outside of every process.
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@toolloop/client'
import { type Agent, agent } from '@toolloop/core'
import { branch, map, parallel, pipe, type Pipeline } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { call, calls, lastText, type StepFunction, text, toolResults } from '@toolloop/testing'
import { z } from 'zod'

export interface Surroundings {
  /** Of the model's server. */
  readonly model: string
  /** Each effect is a line: its idempotency key. */
  readonly effects: string
  readonly earlyDispatch?: boolean
}

export interface Agents {
  /** Three steps: two reads at once, an effect, an answer. */
  readonly clerk: Agent
  /** Its effect needs an approval. */
  readonly careful: Agent
  /** Each part goes to two reviewers; what they found is published by an agent with an effect. */
  readonly review: Pipeline<readonly string[], string[]>
  /** Each item is a run of its own: the process that runs its first stage, and what the agent said. */
  readonly spread: Pipeline<readonly string[], string[]>
}

const id = z.object({ id: z.string() })

export function agentsFor({ model: baseURL, effects, earlyDispatch = true }: Surroundings): Agents {
  const client = new Client({ apiKey: 'none', baseURL, maxRetries: 10 })
  const look = tool({
    name: 'look',
    parameters: id,
    effects: 'none',
    execute: async (given, { signal }) => {
      await sleep(15, undefined, { signal })
      return `saw ${given.id}`
    },
  })
  const act = (needsApproval: boolean) =>
    tool({
      name: 'act',
      parameters: id,
      needsApproval,
      execute: async (given, { idempotencyKey }) => {
        appendFileSync(effects, `${idempotencyKey}\n`)
        await sleep(15)
        return `did ${given.id}`
      },
    })
  const shared = { client, model: 'scripted', earlyDispatch }
  const clerk = agent({ ...shared, name: 'clerk', tools: [look, act(false)] })
  const careful = clerk.with({ name: 'careful', tools: [look, act(true)] })
  const reviewer = (name: string) => agent({ ...shared, name, tools: [look] })
  const publisher = agent({ ...shared, name: 'publisher', tools: [act(false)] })
  const part = pipe(
    (name: string) => `review ${name}`,
    parallel({ bugs: reviewer('bugs'), style: reviewer('style') }),
    branch(({ bugs }: { readonly bugs: string }) => (bugs === '' ? 'no' : 'yes'), {
      yes: pipe(({ bugs, style }: { bugs: string; style: string }) => `publish ${bugs} ${style}`, publisher),
      no: () => 'clean',
    }),
  )
  const review = pipe((parts: readonly string[]) => parts, map(part, { concurrency: 2 })).named('review')
  const item = pipe((name: string) => `${name} of ${process.pid}`, clerk.with({ name: 'one' }))
  const spread = pipe((names: readonly string[]) => names, map(item, { concurrency: 6, distribute: true })).named(
    'spread',
  )
  return { clerk, careful, review, spread }
}

/** What the model answers, by what it sees. */
export const script: StepFunction = (request) => {
  const done = toolResults(request).length
  const question = lastText(request)
  if (question.startsWith('review'))
    return done === 0 ? call('look', { id: question }, { id: 'r1' }) : text(`fine ${done}`)
  if (question.startsWith('publish')) return done === 0 ? call('act', { id: 'p' }, { id: 'p1' }) : text('published')
  // By name, not by number: an answer that was cut has fewer calls.
  const used = new Set(toolResults(request).map(({ name }) => name))
  if (used.has('act')) return text('All is done.')
  if (used.has('look')) return call('act', { id: 'c' }, { id: 'a1' })
  return calls([
    { name: 'look', args: { id: 'a' }, id: 'l1' },
    { name: 'look', args: { id: 'b' }, id: 'l2' },
  ])
}

export const effectsIn = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter(Boolean)
