// What a resume changes.
import type { Child, Node } from '../definition/node.ts'
import { numberIn } from '../definition/path.ts'
import { childState, itemsOf, itemState, roundsOf } from './children.ts'
import { idle, isSettled, Live, type NodeState } from './node-state.ts'
import { set } from './vector.ts'

/** After an error: what failed may run again. What is done stays done. */
export function reopened(node: Node, state: NodeState): NodeState {
  if (state.status !== 'failed') return state
  const { failures: _failures, isCut: _isCut, endedAt: _endedAt, ...kept } = state
  if (node.kind === 'function') return idle
  if (node.kind === 'agent') return { ...kept, status: 'running' }
  if (node.kind === 'map' || node.kind === 'reduce') return reopenedItems(node.item, kept)
  const again: NodeState = { ...kept, status: 'running' }
  switch (node.kind) {
    case 'pipe':
    case 'parallel':
    case 'fallback':
    case 'race':
      return withReopened(again, node.stages)
    case 'branch': {
      // An answer without a case is asked for again.
      const wrong = childState(state, node.classify.token).status === 'done' && !failedIn(state, node.cases)
      return wrong
        ? { ...again, children: { ...again.children, [node.classify.token]: idle } }
        : withReopened(again, [node.classify, ...node.cases])
    }
    case 'round':
      return withReopened(again, [node.stage, node.judge])
    case 'retry': {
      const last = Math.max(1, roundsOf(state))
      const { [last]: _answer, ...answers } = state.answers ?? {}
      return { ...withReopened(again, [{ token: `#${last}`, node: node.attempt }]), answers, since: last - 1 }
    }
    case 'loop':
      return withReopened(again, [{ token: `#${Math.max(1, roundsOf(state))}`, node: node.round }])
    case 'gate': {
      if (failedIn(state, [node.stage])) return withReopened(again, [node.stage])
      const { decision: _decision, request: _request, ...asked } = again
      return { ...asked, status: 'idle' }
    }
  }
}

const failedIn = (state: NodeState, children: readonly Child[]): boolean =>
  children.some(({ token }) => childState(state, token).status === 'failed')

function withReopened(state: NodeState, children: readonly Child[]): NodeState {
  const changes = children.flatMap(({ token, node }) => {
    const before = childState(state, token)
    return before.status === 'failed' ? [[token, reopened(node, before)] as const] : []
  })
  return { ...state, children: { ...state.children, ...Object.fromEntries(changes) } }
}

function reopenedItems(item: Node, state: NodeState): NodeState {
  const items = itemsOf(state)
  let { states } = items
  for (const index of items.failed) {
    const again = reopened(item, itemState(items, index))
    // Running, so that it is one of the running items, which are decided first.
    states = set(states, index, again.status === 'idle' ? { ...again, status: 'running' } : again)
  }
  return {
    ...state,
    status: 'running',
    items: { ...items, states, running: [...items.running, ...items.failed], failed: [] },
  }
}

/** At any resume: what waited goes on, and an iterable that was not read to its end is made again. */
export function resumed(node: Node, state: NodeState): NodeState {
  if (isSettled(state) || state.status === 'idle') return state
  if (node.kind === 'function' || node.kind === 'agent')
    return state.status === 'waiting' ? { ...state, status: 'running' } : state
  if (node.kind === 'map' || node.kind === 'reduce') {
    const items = itemsOf(state)
    let { states } = items
    for (const index of items.running) states = set(states, index, resumed(node.item, itemState(items, index)))
    return { ...state, items: { ...items, states } }
  }
  const children = Object.fromEntries(
    Object.entries(state.children ?? {}).map(([token, child]) => {
      const one = nodeAt(node, token)
      const next =
        node.kind === 'pipe' ? node.stages[node.stages.findIndex((stage) => stage.token === token) + 1] : undefined
      const isUnread = child.output instanceof Live && !(next && isSettled(childState(state, next.token)))
      if (isUnread) return [token, idle]
      return [token, one ? resumed(one, child) : child]
    }),
  )
  return { ...state, children }
}

/** The node of a child. */
export function nodeAt(node: Node, token: string): Node | undefined {
  switch (node.kind) {
    case 'function':
    case 'agent':
      return undefined
    case 'map':
    case 'reduce':
      return node.item
    case 'retry':
      return numberIn(token) > 0 ? node.attempt : undefined
    case 'loop':
      return node.round
    case 'round':
      return [node.stage, node.judge].find((child) => child.token === token)?.node
    case 'gate':
      return node.stage.node
    case 'branch':
      return [node.classify, ...node.cases].find((child) => child.token === token)?.node
    case 'pipe':
    case 'parallel':
    case 'fallback':
    case 'race':
      return node.stages.find((child) => child.token === token)?.node
  }
}
