// Where a live run's requests wait for a person.
import type { AgentSpec } from '../agent/spec.ts'
import type { ApprovalRequest, Decision } from '../facts/events.ts'
import type { CallState } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import { decisionOf } from './decision.ts'
import { ApprovalError } from './error.ts'
import { askedBy } from './request.ts'

/** Decides on a request: asks a person, or a rule. `signal` is aborted when the run ends first. */
export type Approver = (
  request: ApprovalRequest,
  input: { readonly signal: AbortSignal },
) => Decision | Promise<Decision>

/** What a desk needs of the run that it serves. */
export interface Served {
  readonly agent: AgentSpec
  readonly state: RunState
  readonly signal: AbortSignal
}

/** The requests that wait in this process. A run without one pauses instead. */
export class Desk {
  readonly #approver: Approver | undefined
  /** By call id: what settles the wait. */
  readonly #waiting = new Map<string, (decision: Decision) => void>()
  #served: Served | undefined

  constructor(approver?: Approver) {
    this.#approver = approver
  }

  serve(run: Served): void {
    this.#served = run
  }

  /** The decision on a call; `undefined` once the run is aborted. @throws what the approver throws, and for what is no decision */
  async wait(run: Served, item: CallState): Promise<Decision | undefined> {
    const { signal } = run
    const { promise, resolve, reject } = Promise.withResolvers<Decision | undefined>()
    const leave = (): void => resolve(undefined)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    this.#waiting.set(item.call.id, resolve)
    if (this.#approver && item.request) this.#ask(this.#approver, run, item, item.request).then(resolve, reject)
    try {
      return await promise
    } finally {
      this.#waiting.delete(item.call.id)
      signal.removeEventListener('abort', leave)
    }
  }

  async #ask(approver: Approver, run: Served, item: CallState, request: ApprovalRequest): Promise<Decision> {
    return decisionOf(run.agent, item, await approver(request, { signal: run.signal }))
  }

  /**
   * Takes a decision for a request that waits, by its id or its call's. The first one counts.
   * @throws ApprovalError where no such request waits, or its edited arguments do not fit
   */
  async decide(id: string, given: unknown): Promise<void> {
    const run = this.#served
    if (!run) throw new ApprovalError('unknown', id, 'The run has not started; no request waits.')
    const item = askedBy(run.state, id)
    const decision = await decisionOf(run.agent, item, given)
    const settle = this.#waiting.get(item.call.id)
    if (!settle || askedBy(run.state, id).request !== item.request)
      throw new ApprovalError(
        'decided',
        id,
        `The request ${JSON.stringify(id)} is decided already, or its run has ended.`,
      )
    this.#waiting.delete(item.call.id)
    settle(decision)
  }
}
