// What Restate offers to the client of an engine.
import {
  type Command,
  endedRun,
  type EngineLink,
  type ProgressBatch,
  type Rejection,
  type RunPage,
  type Start,
} from '@toolloop/engine'
import { type AnswerRequest, firstWait, maxWait, type ReadReply, type ReadRequest, type SendReply } from './head.ts'
import { Ingress, type IngressOptions, messageOf, notEnded } from './ingress.ts'
import { readProgress } from './progress-client.ts'
import type { ProgressAddress } from './progress-server.ts'

interface Follower {
  address: ProgressAddress | undefined
  changed: PromiseWithResolvers<void>
}

const hasEnded = ({ status }: RunPage): boolean => status === 'ended' || status === 'failed'

export class IngressLink implements EngineLink {
  readonly #ingress: Ingress
  /** Readers of progress, by run: they learn of the run's worker when a page is read. */
  readonly #followers = new Map<string, Set<Follower>>()

  constructor(options: IngressOptions) {
    this.#ingress = new Ingress(options)
  }

  async start(runId: string, start: Start, signal?: AbortSignal): Promise<void> {
    await this.#ingress.call(runId, 'run/send', start, { signal })
  }

  async read(
    runId: string,
    from: number,
    { wait, signal }: { readonly wait?: 'facts' | 'end'; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<RunPage | undefined> {
    const call = async (request: ReadRequest): Promise<ReadReply> => {
      const reply = (await this.#ingress.call(runId, 'read', request, {
        signal,
        ...(request.wait && { waits: maxWait, awaitsWorker: true }),
      })) as ReadReply
      if (reply?.worker) this.#found(runId, reply.worker)
      if (reply?.next === undefined) return reply
      const { facts } = reply.page
      const rest = await call({ from: request.from + facts.length, at: reply.next })
      return rest && { ...rest, page: { ...rest.page, facts: [...facts, ...rest.page.facts] } }
    }
    const reply = await call({ from, ...(wait && { wait }) })
    // Any other run may have been killed at Restate, which does not inform its worker.
    if (reply && (hasEnded(reply.page) || (wait === 'facts' && reply.page.facts.length > 0))) return reply.page
    const output = await this.#ingress.output(runId, signal)
    if (output.status === 404) return undefined
    if (output.status >= 300 && output.status !== notEnded)
      return {
        ...(reply?.page ?? { facts: [] }),
        status: 'failed',
        error: { name: 'RestateError', message: messageOf(output.body) },
      }
    if (reply) return reply.page
    return (wait && (await call({ from, wait, isStarted: true }))?.page) || { status: 'running', facts: [] }
  }

  async send(runId: string, command: Command, signal?: AbortSignal): Promise<Rejection | undefined> {
    let reply = (await this.#ingress.call(runId, 'send', command, { signal, waits: firstWait })) as SendReply
    while ('pending' in reply) {
      // A run that was killed at Restate answers nothing.
      const { status } = await this.#ingress.output(runId, signal)
      const { pending } = reply
      reply = (await this.#ingress.call(runId, 'answer', { pending } satisfies AnswerRequest, {
        signal,
        waits: maxWait,
        awaitsWorker: true,
      })) as SendReply
      if ('pending' in reply && status !== notEnded) return endedRun(runId)
    }
    return 'ended' in reply ? endedRun(runId) : (reply.rejection ?? undefined)
  }

  async *progress(runId: string, signal: AbortSignal): AsyncGenerator<ProgressBatch, void, void> {
    const follower: Follower = { address: undefined, changed: Promise.withResolvers() }
    const followers = this.#followers.get(runId) ?? new Set()
    this.#followers.set(runId, followers.add(follower))
    const leave = (): void => follower.changed.resolve()
    signal.addEventListener('abort', leave)
    try {
      while (!signal.aborted) {
        await follower.changed.promise
        follower.changed = Promise.withResolvers()
        if (follower.address && !signal.aborted) yield* readProgress(follower.address, runId, signal)
        // The worker died, or its connection broke: the next page names the worker to connect to.
        follower.address = undefined
      }
    } finally {
      signal.removeEventListener('abort', leave)
      followers.delete(follower)
      if (followers.size === 0) this.#followers.delete(runId)
    }
  }

  async close(): Promise<void> {}

  #found(runId: string, address: ProgressAddress): void {
    for (const follower of this.#followers.get(runId) ?? []) {
      if (follower.address?.token === address.token) continue
      follower.address = address
      follower.changed.resolve()
    }
  }
}
