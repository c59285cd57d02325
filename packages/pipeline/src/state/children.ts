// The children of a node: their states, and the input of each.
import { type Child, type CompositeNode, type Node } from '../definition/node.ts'
import { numberIn } from '../definition/path.ts'
import { idle, type Items, Live, type NodeState, noItems } from './node-state.ts'
import { get, set } from './vector.ts'

export interface Placed {
  readonly node: Node
  readonly input: unknown
}

/** The child behind a token, with its input; `undefined` when the definition has none. */
export function childAt(node: CompositeNode, state: NodeState, input: unknown, token: string): Placed | undefined {
  switch (node.kind) {
    case 'pipe': {
      const at = node.stages.findIndex((child) => child.token === token)
      return at < 0 ? undefined : { node: node.stages[at]!.node, input: inputInPipe(node.stages, state, input, at) }
    }
    case 'parallel':
    case 'fallback':
    case 'race':
      return placed(node.stages, token, input)
    case 'branch':
      return placed([node.classify, ...node.cases], token, input)
    case 'retry':
      return { node: node.attempt, input }
    case 'loop':
      return { node: node.round, input: loopInput(state, input, numberIn(token)) }
    case 'round':
      if (token === node.stage.token) return { node: node.stage.node, input }
      return placed([node.judge], token, childState(state, node.stage.token).output)
    case 'gate':
      return placed([node.stage], token, gateInput(state, input))
    case 'map':
      return { node: node.item, input: itemInput(state, input, numberIn(token)) }
    case 'reduce': {
      const index = numberIn(token)
      const total = index === 0 ? node.initial : itemState(itemsOf(state), index - 1).output
      return { node: node.item, input: { total, item: itemInput(state, input, index), index } }
    }
  }
}

function placed(children: readonly Child[], token: string, input: unknown): Placed | undefined {
  const child = children.find((one) => one.token === token)
  return child && { node: child.node, input }
}

export const inputInPipe = (stages: readonly Child[], state: NodeState, input: unknown, at: number): unknown =>
  at === 0 ? input : childState(state, stages[at - 1]!.token).output

export const loopInput = (state: NodeState, input: unknown, round: number): unknown =>
  round === 1 ? input : state.answers?.[round - 1]

/** An approved request may have replaced the input. */
export function gateInput({ decision }: NodeState, input: unknown): unknown {
  const edited = decision && 'arguments' in decision ? decision.arguments : undefined
  return typeof edited === 'string' ? jsonOrText(edited) : (edited ?? input)
}

export function itemInput(state: NodeState, input: unknown, index: number): unknown {
  return input instanceof Live ? get(itemsOf(state).inputs, index)?.input : (input as readonly unknown[])[index]
}

/** How many items are known, and whether there are more to come. */
export function extent(state: NodeState, input: unknown): { readonly known: number; readonly isAll: boolean } {
  if (!(input instanceof Live)) return { known: (input as readonly unknown[]).length, isAll: true }
  const { taken, hasEnded } = itemsOf(state)
  return { known: taken, isAll: hasEnded }
}

export const itemsOf = ({ items }: NodeState): Items => items ?? noItems
export const itemState = ({ states }: Items, index: number): NodeState => get(states, index) ?? idle
export const childState = ({ children }: NodeState, token: string): NodeState => children?.[token] ?? idle

/** How many attempts or rounds have begun. */
export const roundsOf = ({ children }: NodeState): number => (children ? Object.keys(children).length : 0)

export function withChild(node: CompositeNode, state: NodeState, token: string, after: NodeState): NodeState {
  if (node.kind === 'map' || node.kind === 'reduce') return withItem(state, numberIn(token), after)
  return { ...state, status: 'running', children: { ...state.children, [token]: after } }
}

export function withItem(state: NodeState, index: number, after: NodeState): NodeState {
  const items = itemsOf(state)
  const wasRunning = items.running.includes(index)
  const isOver = after.status === 'done' || after.status === 'failed'
  let { next, running, done, failed, completed } = items
  const states = set(items.states, index, after)
  if (isOver) {
    if (wasRunning) running = running.filter((one) => one !== index)
    if (after.status === 'done') {
      done++
      completed = { index, before: completed }
    } else failed = [...failed, index]
  } else if (!wasRunning) running = [...running, index]
  while ((get(states, next) ?? idle).status !== 'idle') next++
  const failures =
    after.status === 'failed' ? { failures: [...(state.failures ?? []), ...(after.failures ?? [])] } : undefined
  return {
    ...state,
    status: 'running',
    items: { ...items, states, next, running, done, failed, completed },
    ...failures,
  }
}

/** What a decision gives is a text; the text of JSON stands for its value. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
