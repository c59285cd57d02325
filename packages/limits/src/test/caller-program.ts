// A process that runs agents side by side, all under one shared limit, until it is ended.
import { agent, withMiddleware } from '@toolloop/core'
import { chatModel, Transport } from '@toolloop/transport'
import { sharedLimit, type SharedLimitOptions } from '../index.ts'
import { type Kind, openStore } from './stores.ts'

export interface CallerJob {
  readonly kind: Kind
  /** The store's. */
  readonly url: string
  /** The model's server. */
  readonly server: string
  readonly limits: Omit<SharedLimitOptions, 'clock' | 'countTokens' | 'key'> & { readonly key: string }
  /** Runs at the same time. */
  readonly parallel: number
}

export interface CallerReport {
  readonly done: number
  readonly failed: readonly string[]
}

let stopping = new AbortController()

process.on('message', (job: CallerJob | 'stop') => {
  if (job === 'stop') return stopping.abort()
  stopping = new AbortController()
  call(job, stopping.signal).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ done: 0, failed: [String(error)] } satisfies CallerReport),
  )
})
process.send?.('ready')

async function call({ kind, limits, parallel, server, url }: CallerJob, signal: AbortSignal): Promise<CallerReport> {
  const opened = await openStore(kind, url)
  const client = new Transport({ baseURL: server, apiKey: 'none', maxRetries: 0 })
  const model = withMiddleware(chatModel(client, 'm'), [sharedLimit(opened.store, limits)])
  const caller = agent({ name: 'caller', model })
  let done = 0
  const failed: string[] = []
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      const result = await caller.run('Go.', { signal })
      if (result.status === 'done') done++
      else if (result.status !== 'aborted')
        failed.push(result.status === 'error' ? String(result.error) : result.status)
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  await opened.close()
  return { done, failed }
}
