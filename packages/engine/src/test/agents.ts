// The agents of the tests on real engines, whose effects are counted outside of every process.
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@toolloop/client'
import { type Agent, agent } from '@toolloop/core'
import { branch, map, parallel, pipe, type Pipeline } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { call, calls, lastText, type StepFunction, text, toolResults } from '@toolloop/testing'
import { z } from 'zod'

export interface AgentsOptions {
  /** Of the model's server. */
  readonly model: string
  /** Each effect is a line: its idempotency key. */
  readonly effects: string
}

export interface Agents {
  /** A read, then two reads and an effect side by side, then an answer. */
  readonly clerk: Agent
  /** The same without early dispatch. */
  readonly patient: Agent
  /** Its effect needs an approval. */
  readonly careful: Agent
  /** Each part goes to two reviewers with an effect each; what they found is published by an agent with a third one. */
  readonly review: Pipeline<readonly string[], string[]>
  /** Each item is a run of its own: its name, the process that runs its first stage, and what the agent answered. */
  readonly spread: Pipeline<readonly string[], string[]>
  /** Reads on input `walk` until it is steered with `stop`, or aborted. */
  readonly walker: Agent
  /** Its tool ends the process on input `crash`. */
  readonly poison: Agent
}

const id = z.object({ id: z.string() })

export function agentsFor({ model: baseURL, effects }: AgentsOptions): Agents {
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
  const act = (needsApproval = false) =>
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
  const crash = tool({
    name: 'crash',
    parameters: id,
    effects: 'none',
    execute: async (_given, { idempotencyKey }) => {
      appendFileSync(effects, `${idempotencyKey}\n`)
      process.kill(process.pid, 'SIGKILL')
      return await new Promise<never>(() => {})
    },
  })
  const shared = { client, model: 'scripted' }
  const clerk = agent({ ...shared, name: 'clerk', tools: [look, act()] })
  const patient = clerk.with({ name: 'patient', earlyDispatch: false })
  const careful = clerk.with({ name: 'careful', tools: [look, act(true)] })
  const reviewer = (name: string) => agent({ ...shared, name, tools: [look, act()] })
  const publisher = agent({ ...shared, name: 'publisher', tools: [act()] })
  const part = pipe(
    (name: string) => `review ${name}`,
    parallel({ bugs: reviewer('bugs'), style: reviewer('style') }),
    branch(({ bugs }: { readonly bugs: string }) => (bugs === '' ? 'no' : 'yes'), {
      yes: pipe(({ bugs, style }: { bugs: string; style: string }) => `publish ${bugs} ${style}`, publisher),
      no: () => 'clean',
    }),
  )
  const review = pipe((parts: readonly string[]) => parts, map(part, { concurrency: 2 })).named('review')
  const finder = agent({ ...shared, name: 'finder', tools: [look, act()] })
  const item = pipe(
    (name: string) => `${name} in ${process.pid}`,
    parallel({ where: (where: string) => where, found: finder }),
    ({ where, found }: { where: string; found: string }) => `${where}: ${found}`,
  )
  const spread = pipe((names: readonly string[]) => names, map(item, { concurrency: 6, distribute: true })).named(
    'spread',
  )
  const walker = agent({ ...shared, name: 'walker', tools: [look], maxSteps: 1000 })
  const poison = agent({ ...shared, name: 'poison', tools: [crash] })
  return { clerk, patient, careful, review, spread, walker, poison }
}

/** What the model answers, by what it sees. */
export const script: StepFunction = (request) => {
  // By name, not by number: an answer that was cut has fewer calls.
  const used = new Set(toolResults(request).map(({ name }) => name))
  const question = lastText(request)
  const act = call('act', { id: 'c' }, { id: 'a1' })
  if (question === 'crash') return call('crash', { id: 'it' })
  if (question === 'walk') return call('look', { id: String(toolResults(request).length) })
  if (question === 'stop') return text('Stopped.')
  if (question.startsWith('publish')) return used.has('act') ? text('published') : act
  if (question.startsWith('review')) {
    if (used.has('act')) return text('fine')
    return used.has('look') ? act : call('look', { id: question }, { id: 'r1' })
  }
  if (used.has('act')) return text('All is done.')
  if (!used.has('look')) return call('look', { id: 'a' }, { id: 'l1' })
  return calls([
    { name: 'look', args: { id: 'b' }, id: 'l2' },
    { name: 'act', args: { id: 'c' }, id: 'a1' },
    { name: 'look', args: { id: 'd' }, id: 'l3' },
  ])
}

export const effectsIn = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter(Boolean)
