// Agents of the tests, whose effects are counted outside of their processes.
import { appendFileSync } from 'node:fs'
import { agent } from '@toolloop/core'
import { map, parallel, pipe } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { call, calls, checkRequest, scriptedModel, text, toolResults } from '@toolloop/testing'
import { z } from 'zod'

export interface AgentsOptions {
  /** Gets a line for each effect: the name of the tool, a space, the idempotency key. */
  readonly effects: string
  /** Milliseconds between the chunks of an answer. */
  readonly delay: number
}

export function agentsOf({ effects, delay }: AgentsOptions) {
  const acting = (name: string, options: object = {}) =>
    tool({
      name,
      parameters: z.object({ what: z.string() }),
      ...options,
      execute: ({ what }, { idempotencyKey }) => {
        appendFileSync(effects, `${name} ${idempotencyKey}\n`)
        return { name, what }
      },
    })
  const list = acting('list', { effects: 'none' })
  const read = acting('read', { effects: 'none' })
  const note = acting('note')

  /** Steps of tools, some of them in parallel, and an answer. */
  const explorer = agent({
    name: 'explorer',
    model: scriptedModel(
      (request) => {
        // By what was done, not by number: an answer that was cut has fewer calls.
        const done = new Set(toolResults(request).map((one) => `${one.name} ${one.arguments}`))
        if (done.size === 0) return call('list', { what: '.' }, { id: 'a' })
        if (done.has('note {"what":"two"}')) return text('Two notes were made.')
        if (done.has('note {"what":"one"}')) return call('note', { what: 'two' }, { id: 'e' })
        return calls([
          { name: 'read', args: { what: 'one' }, id: 'b' },
          { name: 'note', args: { what: 'one' }, id: 'c' },
          { name: 'read', args: { what: 'two' }, id: 'd' },
        ])
      },
      { delay, check: checkRequest },
    ),
    tools: [list, read, note],
  })

  const patient = explorer.with({ name: 'patient', earlyDispatch: false })

  const reviewer = (name: string) =>
    agent({
      name,
      model: scriptedModel(
        (request) => {
          const done = toolResults(request).length
          if (done === 0) return call('read', { what: name }, { id: 'a' })
          return done === 1 ? call('note', { what: name }, { id: 'b' }) : text(`${name}: nothing found`)
        },
        { delay, check: checkRequest },
      ),
      tools: [read, note],
    })

  /** As a code review: for each file two reviewers side by side, then one answer. */
  const review = pipe(
    map(
      pipe(
        (file: string) => `Review ${file}`,
        parallel({ correctness: reviewer('correctness'), security: reviewer('security') }),
        ({ correctness, security }: { correctness: string; security: string }) => [correctness, security],
      ),
      { concurrency: 2 },
    ),
    (found: readonly (readonly string[])[]) => found.flat(),
  ).named('review')

  /** Each item is a run of its own: the process that runs its first stage, and what the agent found. */
  const spread = pipe(
    map(
      pipe(
        (file: string) => `${file} in ${process.pid}`,
        parallel({ where: (file: string) => file, found: reviewer('finder') }),
        ({ where, found }: { where: string; found: string }) => `${where}: ${found}`,
      ),
      { concurrency: 6, distribute: true },
    ),
    (lines: readonly string[]) => lines,
  ).named('spread')

  /** Asks a person before its only effect. */
  const payer = agent({
    name: 'payer',
    model: scriptedModel(
      (request) => (toolResults(request).length === 0 ? call('pay', { what: 'rent' }, { id: 'p' }) : text('Paid.')),
      { delay, check: checkRequest },
    ),
    tools: [acting('pay', { needsApproval: true })],
  })

  /** Calls a tool until it is steered or aborted. */
  const walker = agent({
    name: 'walker',
    maxSteps: 1000,
    model: scriptedModel(
      (request) => {
        const last = request.messages.findLast((one) => one.role === 'user')
        return last?.content === 'stop' ? text('Stopped.') : call('list', { what: `${toolResults(request).length}` })
      },
      { delay, check: checkRequest },
    ),
    tools: [list],
  })

  /** Its tool ends the process. */
  const poison = agent({
    name: 'poison',
    model: scriptedModel(() => call('crash', { what: 'it' }), { delay, check: checkRequest }),
    tools: [
      tool({
        name: 'crash',
        parameters: z.object({ what: z.string() }),
        effects: 'none',
        execute: async (_args, { idempotencyKey }) => {
          appendFileSync(effects, `crash ${idempotencyKey}\n`)
          process.kill(process.pid, 'SIGKILL')
          return await new Promise<never>(() => {})
        },
      }),
    ],
  })

  return { explorer, patient, review, spread, payer, walker, poison }
}
