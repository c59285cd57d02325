// What the tests on real engines share: the model's server, a file of effects, a person who decides.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApprovalRequest, Decision } from '@toolloop/core'
import { strictServer } from '@toolloop/testing'
import type { ClientRunnable, EngineClient, InputFor, ResultFor } from '../client.ts'
import { type Agents, agentsFor, effectsIn } from './agents.ts'
import { type Examples, examplesFor, scriptOfAll } from './examples.ts'

/** What holds without an engine. */
export interface Outside extends AsyncDisposable {
  readonly folder: string
  readonly agents: Agents & Examples
  /** Of the workers: they make the same agents of it. */
  readonly environment: { readonly MODEL: string; readonly EFFECTS: string }
  /** The effects so far: idempotency keys. */
  readonly effects: () => string[]
  /** The requests that the model's server has got. */
  readonly requested: () => number
  /** Resolves when it has got so many requests more. */
  readonly requests: (more: number) => Promise<void>
  /** Throws when the model's server rejected a request, as the API would. */
  readonly assertValid: () => void
}

/** With a client of the engine. */
export interface Surroundings extends Outside {
  readonly runs: EngineClient
}

/** `delay`: milliseconds between the chunks of an answer. */
export async function outside({ delay = 2 }: { readonly delay?: number } = {}): Promise<Outside> {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-engine-test-'))
  const effects = join(folder, 'effects')
  writeFileSync(effects, '')
  const model = await strictServer(scriptOfAll, { delay })
  return {
    folder,
    agents: { ...agentsFor({ model: model.url, effects }), ...examplesFor(model.url) },
    environment: { MODEL: model.url, EFFECTS: effects },
    effects: () => effectsIn(effects),
    requested: () => model.requests.length,
    requests: async (more) => {
      const until = model.requests.length + more
      while (model.requests.length < until) await sleep(2)
    },
    assertValid: () => model.assertUsed(),
    async [Symbol.asyncDispose]() {
      await model.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a run, and waits for its end, as `finished`. */
export async function settled<One extends ClientRunnable>(
  around: Surroundings,
  runnable: One,
  input: InputFor<One>,
  runId: string,
  context?: unknown,
): Promise<ResultFor<One>> {
  await around.runs.run(runnable, input, { runId, context })
  return await finished(around, runnable, runId)
}

/** Waits for the end of a run. A person decides on calls that were interrupted: those that had their effect are not run again. */
export async function finished<One extends ClientRunnable>(
  { runs, effects }: Surroundings,
  runnable: One,
  runId: string,
): Promise<ResultFor<One>> {
  for (;;) {
    const result = await runs.result(runnable, runId)
    const { status, requests = [] } = result as { status: string; requests?: readonly ApprovalRequest[] }
    if (status !== 'approval') return result
    const happened = new Set(effects())
    await runs.decide(
      runId,
      Object.fromEntries(
        requests.map((request): [string, Decision] => [request.id, decisionOn(request, runId, happened)]),
      ),
    )
  }
}

function decisionOn(request: ApprovalRequest, runId: string, happened: ReadonlySet<string>): Decision {
  const { kind, path, step, callId } = request
  const key = [runId, ...(path === '' ? [] : [path]), step, callId].join('/')
  return kind === 'interrupted' && happened.has(key) ? { result: 'did it' } : { approve: true }
}
