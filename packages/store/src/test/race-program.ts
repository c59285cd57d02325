// A process that starts the runs it receives, or approves their requests, at the given millisecond.
import { ApprovalError, type RunLog } from '@toolloop/core'
import { cashier, payAll } from './payer.ts'
import { type Kind, openStore } from './stores.ts'

export interface Job {
  readonly kind: Kind
  readonly folder: string
  readonly run: string
  readonly effects: string
  /** No payment is made before this file is there: whoever runs still runs when the other one tries. */
  readonly gate?: string
  /** The run waits: the ids of the requests to approve. */
  readonly approve?: readonly string[]
  /** Milliseconds since 1970. */
  readonly at: number
}

/** How it ended: the result's status, or the error's code. */
export type Answer = { readonly status: string } | { readonly refused: string; readonly message: string }

process.on('message', (job: Job) => {
  const store = openStore(job.kind, job.folder)
  const answer = (said: Answer): void => {
    store.close?.()
    process.send?.(said)
  }
  begin(job, store.log(job.run)).then(
    ({ status }) => answer({ status }),
    (error: Error & { code?: string }) => answer({ refused: codeOf(error), message: error.message }),
  )
})
process.send?.({ status: 'ready' })

async function begin({ approve, at, effects, gate }: Job, log: RunLog): Promise<{ status: string }> {
  const decisions = Object.fromEntries(approve?.map((id) => [id, { approve: true } as const]) ?? [])
  if (approve) await log.load()
  while (Date.now() < at);
  return approve ? cashier(effects, gate).run(undefined, { from: log, decisions }) : payAll(log, effects, gate)
}

const codeOf = (error: Error & { code?: string }): string =>
  error instanceof ApprovalError ? `${error.code}: ${error.problem}` : (error.code ?? error.name)
