// A process that starts the runs it is sent at the millisecond it is told.
import { payAll } from './payer.ts'
import { type Kind, openStore } from './stores.ts'

export interface Job {
  readonly kind: Kind
  readonly folder: string
  readonly run: string
  readonly effects: string
  /** No payment is made before this file is there: whoever runs still runs when the other one tries. */
  readonly gate: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** How it ended: the result's status, or the error's code. */
export type Answer = { readonly status: string } | { readonly refused: string; readonly message: string }

process.on('message', (job: Job) => {
  const store = openStore(job.kind, job.folder)
  const log = store.log(job.run)
  const answer = (said: Answer): void => {
    store.close?.()
    process.send?.(said)
  }
  while (Date.now() < job.at);
  payAll(log, job.effects, job.gate).then(
    ({ status }) => answer({ status }),
    (error: Error & { code?: string }) => answer({ refused: error.code ?? error.name, message: error.message }),
  )
})
process.send?.({ status: 'ready' })
