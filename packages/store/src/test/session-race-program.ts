// A process that runs a turn of a session at the given millisecond.
import { sessionStore } from '../index.ts'
import { chatter } from './chatter.ts'
import { type Kind, openStore } from './stores.ts'

export interface TurnJob {
  readonly kind: Kind
  readonly folder: string
  readonly effects: string
  /** No payment is made before this file is there. */
  readonly gate?: string
  readonly input: string
  readonly wait: boolean
  /** Milliseconds since 1970. */
  readonly at: number
}

/** How it ended: the result's status, or the error's code. */
export type TurnAnswer = { readonly status: string } | { readonly refused: string }

process.on('message', (job: TurnJob) => {
  begin(job).then(
    (status) => process.send?.({ status } satisfies TurnAnswer),
    (error: Error & { code?: string }) => process.send?.({ refused: error.code ?? String(error) } satisfies TurnAnswer),
  )
})
process.send?.({ status: 'ready' })

async function begin({ at, effects, folder, gate, input, kind, wait }: TurnJob): Promise<string> {
  const runs = openStore(kind, folder)
  try {
    const session = await sessionStore(runs).open('chat')
    while (Date.now() < at); // both go on in the same millisecond
    return (await session.run(chatter(effects, gate), input, { wait })).status
  } finally {
    runs.close?.()
  }
}
