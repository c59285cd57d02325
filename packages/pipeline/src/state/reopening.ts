// What a resume changes.
import type { Child, Node } from '../definition/node.ts'
import { numberIn } from '../definition/path.ts'
import { childState, itemsOf, itemState, roundsOf } from './children.ts'
import { idle, isSettled, Live, type NodeState } from './node-state.ts'
import { set } from './vector.ts'

/** After an error: what failed may run again, also in a stage that was aborted because another one failed. What is done stays done. */
export function reopened(node: Node, state: NodeState): NodeState {
  if (state.status === 'done' || state.status === 'idle') return state
  const hasFailed = state.status === 'failed'
  if (node.kind === 'function' || node.kind === 'agent') {
    // The request of a stage that was aborted is withdrawn: it is made again.
    if (!hasFailed) return state.request ? withoutRequest(state) : state
    return node.kind === 'function' ? idle : { ...open(state), status: 'running' }
  }
  if (node.kind === 'map' || node.kind === 'reduce') return reopenedItems(node.item, open(state))
  const again: NodeState = { ...open(state), status: hasFailed ? 'running' : state.status }
  switch (node.kind) {
    case 'pipe':
    case 'parallel':
      return withReopened(again, node.stages)
    case 'fallback':
    case 'race':
      return withReopened(again, node.stages.filter(isOpenIn(state)))
    case 'branch': {
      // An answer without a case is asked for again.
      const wrong =
        hasFailed && childState(state, node.classify.token).status === 'done' && !failedIn(state, node.cases)
      return wrong
        ? { ...again, children: { ...again.children, [node.classify.token]: idle } }
        : withReopened(again, [node.classify, ...node.cases])
    }
    case 'round':
      return withReopened(again, [node.stage, node.judge])
    case 'retry': {
      const last = Math.max(1, roundsOf(state))
      const attempt = { token: `#${last}`, node: node.attempt }
      // An attempt that failed in a retry that goes on is the retry's to judge.
      if (!hasFailed) return withReopened(again, [attempt].filter(isOpenIn(state)))
      const { [last]: _answer, ...answers } = state.answers ?? {}
      return { ...withReopened(again, [attempt]), answers, since: last - 1 }
    }
    case 'loop':
      return withReopened(again, [{ token: `#${Math.max(1, roundsOf(state))}`, node: node.round }])
    case 'gate': {
      const isOpen = state.isOpen === true || (state.decision !== undefined && !hasFailed)
      if (isOpen || failedIn(state, [node.stage])) return withReopened(again, [node.stage])
      const { decision: _decision, ...asked } = again
      return { ...withoutRequest(asked), status: 'idle' }
    }
  }
}

function withoutRequest(state: NodeState): NodeState {
  const { request: _request, ...kept } = state
  return { ...kept, status: 'running' }
}

function open(state: NodeState): NodeState {
  const { failures: _failures, isCut: _isCut, endedAt: _endedAt, ...kept } = state
  return kept
}

/** The stages that may run again: all of a stage that failed, else those that have not failed, since the others have followers. */
const isOpenIn =
  (state: NodeState) =>
  ({ token }: Child): boolean =>
    state.status === 'failed' || childState(state, token).status !== 'failed'

const failedIn = (state: NodeState, children: readonly Child[]): boolean =>
  children.some(({ token }) => childState(state, token).status === 'failed')

function withReopened(state: NodeState, children: readonly Child[]): NodeState {
  const changes = children.flatMap(({ token, node }) => {
    const before = childState(state, token)
    const after = reopened(node, before)
    return after === before ? [] : [[token, after] as const]
  })
  if (changes.length === 0) return state
  return { ...state, children: { ...state.children, ...Object.fromEntries(changes) } }
}

function reopenedItems(item: Node, state: NodeState): NodeState {
  const items = itemsOf(state)
  let { states } = items
  for (const index of [...items.running, ...items.failed]) {
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
  const unread = node.kind === 'pipe' ? unreadIn(node.stages, state) : none
  const children = Object.fromEntries(
    Object.entries(state.children ?? {}).map(([token, child]) => {
      if (unread.has(token)) return [token, idle]
      const one = nodeAt(node, token)
      return [token, one ? resumed(one, child) : child]
    }),
  )
  return { ...state, children }
}

const none: ReadonlySet<string> = new Set()

/** The stages of a pipe whose iterable was not read to its end. A `tap` passes on the iterable of the stage before it. */
function unreadIn(stages: readonly Child[], state: NodeState): ReadonlySet<string> {
  const unread = new Set<string>()
  let isRead = false
  for (const { token, node } of stages.toReversed()) {
    const child = childState(state, token)
    if (child.output instanceof Live) {
      if (!isRead) unread.add(token)
    } else isRead = hasRead(node, child)
  }
  return unread
}

const hasRead = (node: Node, state: NodeState): boolean =>
  isSettled(state) || (node.kind === 'pipe' && hasRead(node.stages[0]!.node, childState(state, node.stages[0]!.token)))

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

/** In an item that waits elsewhere nothing runs: what a resume of its run set to running waits still. */
export function waitingIn(node: Node, state: NodeState): NodeState {
  if (isSettled(state) || state.status === 'idle') return state
  if (node.kind === 'function' || node.kind === 'agent') return { ...state, status: 'waiting' }
  if (node.kind === 'map' || node.kind === 'reduce') {
    const items = itemsOf(state)
    let { states } = items
    for (const index of items.running) states = set(states, index, waitingIn(node.item, itemState(items, index)))
    return { ...state, items: { ...items, states } }
  }
  const children = Object.entries(state.children ?? {}).map(([token, child]) => {
    const one = nodeAt(node, token)
    return [token, one ? waitingIn(one, child) : child] as const
  })
  return { ...state, children: Object.fromEntries(children) }
}
