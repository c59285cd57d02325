// The pending requests of a running run.
import type { AgentSpec } from '../agent/spec.ts'
import type { ApprovalRequest, Decision } from '../facts/events.ts'
import type { CallState } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import { decisionOf } from './decision.ts'
import { ApprovalError } from './error.ts'
import { askedBy } from './request.ts'

/** Decides on a request, by a person or a rule. `signal` is aborted when the run ends first. */
export type Approver = (
  request: ApprovalRequest,
  input: { readonly signal: AbortSignal },
) => Decision | Promise<Decision>

/** What a desk reads of its run. */
export interface Served {
  readonly path: string
  readonly agent: AgentSpec
  readonly state: RunState
  readonly signal: AbortSignal
}

/** Collects decisions for the requests of a run in this process. A run without a desk pauses instead. */
export class Desk {
  readonly #approver: Approver | undefined
  /** The functions that settle a wait, by path and call id. */
  readonly #waiting = new Map<string, (decision: Decision) => void>()
  /** The runs of the tree by path. */
  readonly #served = new Map<string, Served>()

  constructor(approver?: Approver) {
    this.#approver = approver
  }

  serve(run: Served): void {
    this.#served.set(run.path, run)
  }

  /** A run below the root has ended. The root stays, for the errors of late decisions. */
  leave({ path }: Served): void {
    if (path !== '') this.#served.delete(path)
  }

  /** The run that a request's id names by its path. */
  #named(id: string): Served | undefined {
    let found = this.#served.get('')
    for (const [path, run] of this.#served)
      if (path !== '' && id.startsWith(`${path}/`) && path.length > (found?.path.length ?? 0)) found = run
    return found ?? this.#served.values().next().value
  }

  /** The decision on a call; `undefined` once the run is aborted. @throws the approver's error; UsageError when it did not return a decision */
  async wait(run: Served, item: CallState): Promise<Decision | undefined> {
    const { signal } = run
    const { promise, resolve, reject } = Promise.withResolvers<Decision | undefined>()
    const leave = (): void => resolve(undefined)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    const key = keyOf(run, item)
    this.#waiting.set(key, resolve)
    if (this.#approver && item.request) this.#ask(this.#approver, run, item, item.request).then(resolve, reject)
    try {
      return await promise
    } finally {
      this.#waiting.delete(key)
      signal.removeEventListener('abort', leave)
    }
  }

  async #ask(approver: Approver, run: Served, item: CallState, request: ApprovalRequest): Promise<Decision> {
    return decisionOf(run.agent, item, await approver(request, { signal: run.signal }))
  }

  /**
   * Accepts a decision on a pending request, by its id or its call's. The first decision counts.
   * @throws ApprovalError when no such request is pending, or the edited arguments are rejected
   */
  async decide(id: string, given: unknown): Promise<void> {
    const run = this.#named(id)
    if (!run) throw new ApprovalError('unknown', id, 'The run has not started; no request is pending.')
    const item = askedBy(run.state, id)
    const decision = await decisionOf(run.agent, item, given)
    const settle = this.#waiting.get(keyOf(run, item))
    if (!settle || askedBy(run.state, id).request !== item.request)
      throw new ApprovalError(
        'decided',
        id,
        `The request ${JSON.stringify(id)} is decided already, or its run has ended.`,
      )
    this.#waiting.delete(keyOf(run, item))
    settle(decision)
  }
}

const keyOf = ({ path }: Served, { call }: CallState): string => `${path}/${call.id}`
