// What the tests share: the engine, the model's server, a file of effects, two workers behind a balancer.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApprovalRequest, Decision } from '@toolloop/core'
import type { ClientRunnable, EngineClient, ResultFor } from '@toolloop/engine'
import { strictServer } from '@toolloop/testing'
import { type Balancer, startBalancer } from '../../../../scripts/services/balancer.ts'
import { type Restate, startRestate } from '../../../../scripts/services/restate.ts'
import { client } from '../index.ts'
import { type Agents, agentsFor, effectsIn } from './agents.ts'
import { type Examples, examplesFor, scriptOfAll } from './examples.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

export interface Surroundings extends AsyncDisposable {
  readonly restate: Restate
  readonly runs: EngineClient
  readonly agents: Agents & Examples
  readonly environment: Readonly<Record<string, string>>
  /** The effects so far: idempotency keys. */
  readonly effects: () => string[]
  /** The requests that the model's server has got. */
  readonly requested: () => number
  /** Resolves when it has got so many requests more. */
  readonly requests: (more: number) => Promise<void>
  /** Throws when the model's server rejected a request, as the API would. */
  readonly assertValid: () => void
}

export async function surroundings(): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-restate-test-'))
  const effects = join(folder, 'effects')
  writeFileSync(effects, '')
  const [model, restate] = await Promise.all([strictServer(scriptOfAll, { delay: 2 }), startRestate()])
  const runs = client(restate.ingress)
  return {
    restate,
    runs,
    agents: { ...agentsFor({ model: model.url, effects }), ...examplesFor(model.url) },
    environment: { MODEL: model.url, EFFECTS: effects, ADMIN: restate.admin, INGRESS: restate.ingress },
    effects: () => effectsIn(effects),
    requested: () => model.requests.length,
    requests: async (more) => {
      const until = model.requests.length + more
      while (model.requests.length < until) await sleep(2)
    },
    assertValid: () => model.assertUsed(),
    async [Symbol.asyncDispose]() {
      await Promise.all([restate.stop(), model.close(), runs.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Fleet extends AsyncDisposable {
  readonly workers: WorkerProcess[]
  readonly balancer: Balancer
  /** A new worker on the port of one that died. */
  replace(index: number): Promise<void>
}

/** Two worker processes behind one address. */
export async function fleet(environment: Readonly<Record<string, string>>): Promise<Fleet> {
  const { ADMIN: admin = '', ...rest } = environment
  const workers = await Promise.all([startWorker(rest), startWorker(rest)])
  const balancer = await startBalancer(workers.map(({ port }) => port))
  // One of them registers the address of both.
  const registering = await startWorker({ ...rest, ADMIN: admin, URL: balancer.url })
  await registering.kill()
  return {
    workers,
    balancer,
    replace: async (index) => {
      workers[index] = await startWorker({ ...rest, PORT: String(workers[index]!.port) })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.kill()))
      await balancer.stop()
    },
  }
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
