// What the runs inside a run came to: a fold over their facts. It keeps sums and requests, no messages.
import type { ApprovalRequest, Fact, FactOf } from './events.ts'
import type { Outcome } from './outcome.ts'
import { addCallUsage, addRunUsage, noUsage, type RunUsage, usageOf } from './usage.ts'

/** A run inside another one, such as an agent that was called as a tool. */
export interface ChildRun {
  /** Its place in the tree: the `path` of its facts. */
  readonly path: string
  /** The agent's name. */
  readonly agent: string
  /** `running`: it has not ended. `approval`: only undecided calls are left in it. */
  readonly status: 'running' | 'approval' | Outcome['status']
  readonly outcome: Outcome | undefined
  /** The number of its own steps. */
  readonly steps: number
  /** Of its own steps and those of the runs inside it. */
  readonly usage: RunUsage
  /** US dollars, likewise; `undefined` where a step's cost is unknown. */
  readonly cost: number | undefined
  /** The runs inside it, in the order in which they started. */
  readonly children: readonly ChildRun[]
}

interface Branch {
  readonly path: string
  readonly children: Branch[]
  readonly requests: Map<string, ApprovalRequest>
  agent: string
  status: ChildRun['status']
  outcome: Outcome | undefined
  steps: number
  usage: RunUsage
  cost: number | undefined
}

/** The runs below the root of a log. Changed in place: a copy for each fact would cost more than the fact. */
export class Branches {
  readonly #byPath = new Map<string, Branch>()
  readonly #roots: Branch[] = []

  /** Takes a fact of any path but the root's. */
  take(fact: Fact): void {
    const branch = this.#byPath.get(fact.path) ?? this.#grow(fact.path)
    take(branch, fact)
  }

  #grow(path: string): Branch {
    const branch: Branch = {
      path,
      children: [],
      requests: new Map(),
      agent: '',
      status: 'running',
      outcome: undefined,
      steps: 0,
      usage: noUsage,
      cost: 0,
    }
    this.#byPath.set(path, branch)
    ;(this.#above(path)?.children ?? this.#roots).push(branch)
    return branch
  }

  /** The nearest run above. */
  #above(path: string): Branch | undefined {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const branch = this.#byPath.get(path.slice(0, at))
      if (branch) return branch
    }
    return undefined
  }

  /** The runs directly inside the run of this path. */
  childrenOf(path: string): ChildRun[] {
    return this.#inside(path).map(reportOf)
  }

  /** The pending requests of all paused runs inside the run of this path, in the order in which the runs started. */
  requestsBelow(path: string): ApprovalRequest[] {
    return this.#inside(path).flatMap((branch) => [
      ...(branch.status === 'approval' ? branch.requests.values() : []),
      ...this.requestsBelow(branch.path),
    ])
  }

  #inside(path: string): readonly Branch[] {
    return path === '' ? this.#roots : (this.#byPath.get(path)?.children ?? [])
  }
}

/** The branches of a log. */
export function branchesOf(facts: readonly Fact[]): Branches {
  const branches = new Branches()
  for (const fact of facts) if (fact.path) branches.take(fact)
  return branches
}

/** Usage and cost of a run with those of the runs inside it. */
export function totalOf(
  own: { readonly usage: RunUsage; readonly cost: number | undefined },
  children: readonly ChildRun[],
): { readonly usage: RunUsage; readonly cost: number | undefined } {
  let { usage, cost } = own
  for (const child of children) {
    usage = addRunUsage(usage, child.usage)
    cost = addCost(cost, child.cost)
  }
  return { usage, cost }
}

function take(branch: Branch, fact: Fact): void {
  switch (fact.type) {
    case 'run.start':
      branch.agent = fact.agent.name
      return
    case 'run.resume':
      branch.status = 'running'
      branch.outcome = undefined
      return
    case 'step.done':
    case 'step.cut':
      return takeStep(branch, fact)
    case 'messages.compact':
      for (const call of fact.asked ?? []) {
        branch.usage = addCallUsage(branch.usage, call)
        branch.cost = addCost(branch.cost, call.cost)
      }
      return
    case 'approval.request':
      branch.requests.set(fact.callId, fact)
      return
    case 'approval.decision':
    case 'tool.done':
    case 'tool.done.dynamic':
      branch.requests.delete(fact.callId)
      return
    case 'run.pause':
      branch.status = 'approval'
      return
    case 'run.done':
      branch.status = fact.outcome.status
      branch.outcome = fact.outcome
      return
    default:
  }
}

/** Calls that the complete message does not hold are dropped, with their requests. */
function takeStep(branch: Branch, fact: FactOf<'step.done' | 'step.cut'>): void {
  branch.steps++
  branch.usage = addRunUsage(branch.usage, usageOf([fact]))
  branch.cost = addCost(branch.cost, fact.cost)
  for (const id of branch.requests.keys())
    if (!fact.message.tool_calls?.some((call) => call.id === id)) branch.requests.delete(id)
}

const addCost = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b

function reportOf({ path, agent, status, outcome, steps, usage, cost, children }: Branch): ChildRun {
  const inner = children.map(reportOf)
  return { path, agent, status, outcome, steps, ...totalOf({ usage, cost }, inner), children: inner }
}
