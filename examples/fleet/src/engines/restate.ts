// A Restate server, and two workers behind one address.
import { client } from '@toolloop/restate'
import { startBalancer } from '../../../../scripts/services/balancer.ts'
import { restateMissing, startRestate } from '../../../../scripts/services/restate.ts'
import type { EngineChoice } from './engine.ts'
import { startWorkers } from './worker-process.ts'

export const restate: EngineChoice = {
  title: 'Restate',
  missing: () => Promise.resolve(restateMissing),
  async start(environment) {
    await using stack = new AsyncDisposableStack()
    const server = await startRestate()
    stack.defer(() => server.stop())
    const workers = await startWorkers('restate-worker.ts', environment)
    for (const worker of workers) stack.defer(() => worker.kill())
    // Restate reaches all workers at one address. Here a few lines balance; elsewhere your platform does.
    const balancer = await startBalancer(workers.map(({ line }) => Number(line)))
    stack.defer(() => balancer.stop())
    await register(server.admin, balancer.url)
    const runs = client(server.ingress)
    stack.defer(() => runs.close())
    const own = stack.move()
    return { workers, runs, [Symbol.asyncDispose]: () => own.disposeAsync() }
  },
}

/** What `restate deployments register` does. */
async function register(admin: string, uri: string): Promise<void> {
  const response = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri }),
    signal: AbortSignal.timeout(30_000),
  })
  if (!response.ok) throw new Error(`Restate did not accept the workers at ${uri}: ${await response.text()}`)
}
