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

/** A request that a run waits for. */
interface Waiting {
  readonly run: Served
  readonly item: CallState
  settle(decision: Decision): void
}

/** Collects decisions for the requests of a run in this process. A run without a desk pauses instead. */
export class Desk {
  readonly #approver: Approver | undefined
  /** By path and call id. */
  readonly #waiting = new Map<string, Waiting>()
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
    this.#waiting.set(key, { run, item, settle: resolve })
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
    const found = this.#pending(id) ?? this.#missing(id)
    const decision = await decisionOf(found.run.agent, found.item, given)
    const key = keyOf(found.run, found.item)
    if (this.#waiting.get(key) !== found) throw decidedAlready(id)
    this.#waiting.delete(key)
    found.settle(decision)
  }

  /** By the id of the request, or of its call. */
  #pending(id: string): Waiting | undefined {
    const all = [...this.#waiting.values()]
    return all.find(({ item }) => item.request?.id === id) ?? all.find(({ run, item }) => callIdOf(run, item) === id)
  }

  /** @throws ApprovalError that tells why no such request is pending */
  #missing(id: string): never {
    const run = this.#named(id)
    if (run) askedBy(run.state, id)
    else if (this.#waiting.size === 0) throw new ApprovalError('unknown', id, 'No request is pending.')
    else {
      const ids = [...this.#waiting.values()].map(({ item }) => item.request?.id ?? item.call.id).join(', ')
      const words = `The decision names ${JSON.stringify(id)}, which is no pending request; pending: ${ids}.`
      throw new ApprovalError('unknown', id, words)
    }
    throw decidedAlready(id)
  }
}

const keyOf = ({ path }: Served, { call }: CallState): string => `${path}/${call.id}`

/** A call's id as a decision names it: inside another run with the path. */
const callIdOf = ({ path }: Served, { call }: CallState): string => (path === '' ? call.id : `${path}/${call.id}`)

const decidedAlready = (id: string): ApprovalError =>
  new ApprovalError('decided', id, `The request ${JSON.stringify(id)} is decided already, or its run has ended.`)
