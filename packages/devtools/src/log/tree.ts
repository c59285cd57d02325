// The levels of a run: its agents, and the stages of pipelines, with what each one used.
import type { Fact } from '@toolloop/core'
import { nameIn } from './spans.ts'

export interface TreeNode {
  readonly path: string
  /** The agent or the pipeline; for a function, the last part of its path. */
  readonly name: string
  readonly kind: 'pipeline' | 'agent' | 'function'
  /** How many levels are around it. */
  readonly depth: number
  /** The part of the path that the level around it does not have. */
  readonly label: string
  readonly status: string
  /** The fact that began it. */
  readonly seq: number
  /** Milliseconds since the run's start. */
  readonly from: number
  readonly to: number
  /** Model calls, tokens and US dollars, with those of the levels inside. `undefined`: not known. */
  readonly steps: number
  readonly tokens: number | undefined
  readonly cost: number | undefined
}

type Mutable = { -readonly [Key in keyof TreeNode]: TreeNode[Key] } & { readonly inside: Mutable[]; around?: Mutable }

/** The levels, each one before those inside it, in the order in which they began. */
export function treeOf(facts: readonly Fact[]): TreeNode[] {
  const start = facts[0]?.at ?? 0
  const end = (facts.at(-1)?.at ?? start) - start
  const byPath = new Map<string, Mutable>()
  const begin = (fact: Fact, path: string, kind: TreeNode['kind'], name: string): void => {
    const known = byPath.get(path)
    if (known && kind === 'agent' && fact.type === 'run.start') known.name = name // the stage says only its place
    if (known) return
    const around = path === '' ? undefined : aroundOf(byPath, path)
    const label = around ? path.slice(around.path.length).replace(/^\//, '') : path
    const from = fact.at - start
    const node: Mutable = {
      path,
      name,
      kind,
      label,
      from,
      to: end,
      seq: fact.seq,
      status: 'running',
      steps: 0,
      tokens: 0,
      cost: 0,
      depth: around ? around.depth + 1 : 0,
      inside: [],
      ...(around && { around }),
    }
    byPath.set(path, node)
    around?.inside.push(node)
  }
  const ended = (path: string, status: string, fact: Fact): void => {
    const node = byPath.get(path)
    if (node) Object.assign(node, { status, to: fact.at - start })
  }
  for (const fact of facts)
    switch (fact.type) {
      case 'run.start':
        begin(fact, fact.path, fact.pipeline ? 'pipeline' : 'agent', fact.agent.name)
        break
      case 'stage.start':
        begin(fact, fact.stage, fact.kind, nameIn(fact.stage))
        ended(fact.stage, 'running', fact)
        break
      case 'stage.done': // an agent's own end says more
        if (byPath.get(fact.stage)?.kind === 'function' || !fact.ok)
          ended(fact.stage, fact.ok ? 'done' : 'failed', fact)
        break
      case 'run.resume':
        ended(fact.path, 'running', fact)
        break
      case 'handoff': {
        const node = byPath.get(fact.path)
        if (node) node.name += ` → ${fact.agent.name}`
        break
      }
      case 'run.pause':
        ended(fact.path, 'approval', fact)
        break
      case 'run.done':
        ended(fact.path, fact.outcome.status, fact)
        break
      case 'step.done':
      case 'step.cut':
        for (let node = byPath.get(fact.path); node; node = node.around) {
          node.steps++
          node.tokens = sum(node.tokens, fact.usage?.total_tokens)
          node.cost = sum(node.cost, fact.cost)
        }
        break
      default: // begins and ends no level
    }
  for (const node of byPath.values()) if (node.status === 'running') node.to = end
  const root = byPath.get('')
  return root ? flat(root) : []
}

/** The nearest level around a path: `review[3]/classify#2` is inside `review[3]`, `review` and the root. */
function aroundOf(levels: ReadonlyMap<string, Mutable>, path: string): Mutable | undefined {
  for (let at = path.length - 1; at > 0; at--)
    if ('/[#'.includes(path[at]!)) {
      const around = levels.get(path.slice(0, at))
      if (around) return around
    }
  return levels.get('')
}

function flat(node: Mutable): TreeNode[] {
  const nodes: TreeNode[] = []
  const open = [node]
  for (let next = open.pop(); next; next = open.pop()) {
    nodes.push(next)
    open.push(...next.inside.toReversed())
  }
  return nodes
}

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b
