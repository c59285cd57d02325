// A process that starts the runs it receives, or approves their requests, at the given millisecond.
import { ApprovalError } from '@toolloop/core'
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
  begin(job).then(
    ({ status }) => process.send?.({ status } satisfies Answer),
    (error: Error & { code?: string }) =>
      process.send?.({ refused: codeOf(error), message: error.message } satisfies Answer),
  )
})
process.send?.({ status: 'ready' })

async function begin({ approve, at, effects, folder, gate, kind, run }: Job): Promise<{ status: string }> {
  const decisions = Object.fromEntries(approve?.map((id) => [id, { approve: true } as const]) ?? [])
  if (!approve) waitUntil(at)
  const store = openStore(kind, folder)
  try {
    const log = store.log(run)
    if (!approve) return await payAll(log, effects, gate)
    await log.load()
    waitUntil(at)
    return await cashier(effects, gate).run(undefined, { from: log, decisions })
  } finally {
    store.close?.()
  }
}

/** Busy, so that both processes go on in the same millisecond. */
function waitUntil(at: number): void {
  while (Date.now() < at);
}

const codeOf = (error: Error & { code?: string }): string =>
  error instanceof ApprovalError ? `${error.code}: ${error.problem}` : (error.code ?? error.name)
