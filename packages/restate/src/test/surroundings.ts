// What the tests share: Restate, what is outside of it, two workers behind a balancer.
import { outside, type Surroundings } from '../../../engine/src/test/surroundings.ts'
import { WorkerProcess } from '../../../engine/src/test/worker-process.ts'
import { startBalancer } from '../../../../scripts/services/balancer.ts'
import { type Restate, startRestate } from '../../../../scripts/services/restate.ts'
import { client } from '../index.ts'

export interface OnRestate extends Surroundings {
  readonly restate: Restate
}

/** `settings`: more of the server's environment. */
export async function onRestate(settings?: Readonly<Record<string, string>>): Promise<OnRestate> {
  const [around, restate] = await Promise.all([outside(), startRestate(settings)])
  // A busy machine takes its time to serve hundreds of runs after a restart.
  const runs = client(restate.ingress, { patience: 120_000 })
  return {
    ...around,
    restate,
    runs,
    async [Symbol.asyncDispose]() {
      await Promise.all([restate.stop(), runs.close()])
      await around[Symbol.asyncDispose]()
    },
  }
}

export interface Fleet extends AsyncDisposable {
  readonly workers: WorkerProcess[]
  /** A new worker on the port of one that died. */
  replace(index: number): Promise<void>
}

/** Two worker processes behind one address. */
export async function fleet({ environment, restate }: OnRestate): Promise<Fleet> {
  const start = (more: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> =>
    WorkerProcess.start(new URL('worker.ts', import.meta.url), { ...environment, INGRESS: restate.ingress, ...more })
  const workers = await Promise.all([start(), start()])
  const balancer = await startBalancer(workers.map(({ line }) => Number(line)))
  // One of them registers the address of both.
  const registering = await start({ ADMIN: restate.admin, URL: balancer.url })
  await registering.end('SIGKILL')
  return {
    workers,
    replace: async (index) => {
      workers[index] = await start({ PORT: workers[index]!.line })
    },
    async [Symbol.asyncDispose]() {
      await WorkerProcess.killAll()
      await balancer.stop()
    },
  }
}
