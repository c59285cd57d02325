// When a node is done or has failed: computed from its children, without a fact of its own.
import type { Child, CompositeNode, Node } from '../definition/node.ts'
import { itemToken, join, roundToken } from '../definition/path.ts'
import {
  childAt,
  childState,
  extent,
  gateInput,
  inputInPipe,
  itemInput,
  itemsOf,
  itemState,
  jsonOrText,
  loopInput,
  roundsOf,
  withChild,
  withItem,
} from './children.ts'
import { idle, isActive, isSettled, Live, type NodeState, type StageFailure } from './node-state.ts'

/** The state of a node, settled if it can be. `path` is for the failures that it finds itself. */
export function settle(node: Node, state: NodeState, input: unknown, path: string): NodeState {
  if (isSettled(state) || node.kind === 'function' || node.kind === 'agent') return state
  switch (node.kind) {
    case 'pipe':
      return settlePipe(node.stages, state, input, path)
    case 'parallel':
      return settleParallel(node, settleAll(node, node.stages, state, input, path))
    case 'race':
      return settleRace(node.stages, settleAll(node, node.stages, state, input, path))
    case 'fallback':
      return settleFallback(node, state, input, path)
    case 'branch':
      return settleBranch(node, state, input, path)
    case 'retry':
      return settleRetry(node, state, input, path)
    case 'loop':
      return settleLoop(node, state, input, path)
    case 'round': {
      const after = settlePipe([node.stage, node.judge], state, input, path)
      if (after.status !== 'done') return after
      return { ...after, output: { output: childState(after, node.stage.token).output, verdict: after.output } }
    }
    case 'gate':
      return settleGate(node, state, input, path)
    case 'map':
      return settleMap(node, state, input, path)
    case 'reduce':
      return settleReduce(node, state, input, path)
  }
}

const done = (state: NodeState, output: unknown): NodeState => ({ ...state, status: 'done', output })
const fail = (state: NodeState, failures: readonly StageFailure[]): NodeState => ({
  ...state,
  status: 'failed',
  failures,
})
/** `retryable: false`: the same input would fail in the same way. */
const failWith = (state: NodeState, path: string, message: string, retryable?: false): NodeState =>
  fail(state, [{ path, error: { name: 'StageError', message, ...(retryable === false && { retryable }) } }])

/** Settles a child that has not begun: an empty `map` is done without a fact. */
function settleChild(
  node: CompositeNode,
  state: NodeState,
  { token, node: child }: Child,
  input: unknown,
  path: string,
): NodeState {
  const before = childState(state, token)
  if (isSettled(before) || child.kind === 'function' || child.kind === 'agent') return state
  const after = settle(child, before, input, path)
  return after === before ? state : withChild(node, state, token, after)
}

function settlePipe(stages: readonly Child[], before: NodeState, input: unknown, path: string): NodeState {
  let state = before
  for (const [at, child] of stages.entries()) {
    const one = inputInPipe(stages, state, input, at)
    const known = childState(state, child.token)
    const after = settle(child.node, known, one, join(path, child.token))
    if (after !== known) state = { ...state, status: 'running', children: { ...state.children, [child.token]: after } }
    if (after.status === 'failed') return fail(state, after.failures ?? [])
    if (after.status !== 'done') return state
  }
  return done(state, childState(state, stages.at(-1)!.token).output)
}

function settleAll(
  node: CompositeNode,
  stages: readonly Child[],
  before: NodeState,
  input: unknown,
  path: string,
): NodeState {
  let state = before
  for (const child of stages) state = settleChild(node, state, child, input, join(path, child.token))
  return state
}

function settleParallel({ stages, onFailure }: Extract<Node, { kind: 'parallel' }>, state: NodeState): NodeState {
  const states = stages.map(({ token }) => childState(state, token))
  const failures = states.flatMap((one) => (one.status === 'failed' ? (one.failures ?? []) : []))
  if (failures.length === 0) {
    if (!states.every((one) => one.status === 'done')) return state
    return done(state, Object.fromEntries(stages.map(({ token }, at) => [token, states[at]!.output])))
  }
  const mustWait = onFailure === 'abort' ? states.some(isActive) : !states.every(isSettled)
  // What failed first stays first, though a later failure may be of an earlier stage.
  const known = state.failures ?? []
  const all = [...known, ...failures.filter((one) => !known.includes(one))]
  return mustWait && !state.isCut ? { ...state, failures: all } : fail(state, all)
}

function settleRace(stages: readonly Child[], state: NodeState): NodeState {
  const states = stages.map(({ token }) => childState(state, token))
  // The first that is done wins, also where another one is done before the rest is cut.
  const first = state.winner ?? stages.find((_, at) => states[at]!.status === 'done')?.token
  if (first !== undefined) {
    const mustWait = states.some(isActive) && !state.isCut
    return mustWait ? { ...state, winner: first } : done(state, childState(state, first).output)
  }
  if (!states.every((one) => one.status === 'failed')) return state
  return fail(
    state,
    states.flatMap((one) => one.failures ?? []),
  )
}

function settleFallback(
  node: Extract<Node, { kind: 'fallback' }>,
  before: NodeState,
  input: unknown,
  path: string,
): NodeState {
  let state = before
  const failures: StageFailure[] = []
  for (const child of node.stages) {
    state = settleChild(node, state, child, input, join(path, child.token))
    const one = childState(state, child.token)
    if (one.status === 'done') return done(state, one.output)
    if (one.status !== 'failed') return state
    failures.push(...(one.failures ?? []))
  }
  return fail(state, failures)
}

function settleBranch(
  node: Extract<Node, { kind: 'branch' }>,
  before: NodeState,
  input: unknown,
  path: string,
): NodeState {
  const { classify, cases } = node
  let state = settleChild(node, before, classify, input, join(path, classify.token))
  const { status, output, failures = [] } = childState(state, classify.token)
  if (status === 'failed') return fail(state, failures)
  if (status !== 'done') return state
  const chosen = caseOf(node, output)
  if (!chosen)
    return failWith(
      state,
      path,
      `The classifier gave ${JSON.stringify(output)}, for which the branch has no stage; it has ${cases.map(({ token }) => JSON.stringify(token)).join(', ')}.`,
    )
  state = settleChild(node, state, chosen, input, join(path, chosen.token))
  const after = childState(state, chosen.token)
  if (after.status === 'done') return done(state, after.output)
  return after.status === 'failed' ? fail(state, after.failures ?? []) : state
}

export const caseOf = ({ cases }: Extract<Node, { kind: 'branch' }>, answer: unknown): Child | undefined =>
  cases.find((child) => child.key === answer)

function settleRetry(
  node: Extract<Node, { kind: 'retry' }>,
  before: NodeState,
  input: unknown,
  path: string,
): NodeState {
  const round = Math.max(1, roundsOf(before))
  const answer = before.answers?.[round]
  const at = answer === true ? round + 1 : round
  const token = roundToken(at)
  const state = settleChild(node, before, { token, node: node.attempt }, input, join(path, token))
  const attempt = childState(state, token)
  if (attempt.status === 'done') return done(state, attempt.output)
  if (attempt.status !== 'failed') return state
  const isLast = at - (state.since ?? 0) >= node.times || state.answers?.[at] === false
  return isLast ? fail(state, attempt.failures ?? []) : state
}

function settleLoop(node: Extract<Node, { kind: 'loop' }>, before: NodeState, input: unknown, path: string): NodeState {
  const begun = Math.max(1, roundsOf(before))
  const round = before.answers && begun in before.answers ? begun + 1 : begun
  const token = roundToken(round)
  const child = { token, node: node.round }
  const state = settleChild(node, before, child, loopInput(before, input, round), join(path, token))
  const { status, output: both, failures = [] } = childState(state, token)
  if (status === 'failed') return fail(state, failures)
  if (status !== 'done') return state
  const { output, verdict } = both as { readonly output: unknown; readonly verdict: unknown }
  if (isDone(verdict)) return done(state, { by: 'judge', output, verdict, rounds: round })
  return round >= node.max ? done(state, { by: 'max', output, verdict, rounds: round }) : state
}

/** A judge ends the loop by `true` or `{ done: true }`. */
const isDone = (verdict: unknown): boolean =>
  verdict === true || (typeof verdict === 'object' && verdict !== null && 'done' in verdict && verdict.done === true)

function settleGate(node: Extract<Node, { kind: 'gate' }>, before: NodeState, input: unknown, path: string): NodeState {
  const { decision, isOpen } = before
  if (decision && 'result' in decision) return done(before, jsonOrText(decision.result))
  if (decision && !('approve' in decision && decision.approve))
    return failWith(
      before,
      path,
      `Declined${'reason' in decision && decision.reason ? `: ${decision.reason}` : ' by a person.'}`,
      false,
    )
  if (!isOpen && !decision) return before
  const state = settleChild(node, before, node.stage, gateInput(before, input), join(path, node.stage.token))
  const after = childState(state, node.stage.token)
  if (after.status === 'done') return done(state, after.output)
  return after.status === 'failed' ? fail(state, after.failures ?? []) : state
}

function settleMap(node: Extract<Node, { kind: 'map' }>, before: NodeState, input: unknown, path: string): NodeState {
  if (!isItems(input)) return notItems(before, path, input)
  const state = settleItems(node.item, before, input, path)
  const items = itemsOf(state)
  const { known, isAll } = extent(state, input)
  if (items.failed.length > 0) {
    const mustWait =
      node.onFailure === 'abort' ? items.running.length > 0 : !isAll || items.done + items.failed.length < known
    return mustWait && !state.isCut ? state : fail(state, state.failures ?? [])
  }
  if (!isAll || items.done < known) return state
  const output: unknown[] = []
  if (node.order === 'input') for (let at = 0; at < known; at++) output.push(itemState(items, at).output)
  else for (let one = items.completed; one; one = one.before) output.push(itemState(items, one.index).output)
  return done(state, node.order === 'input' ? output : output.toReversed())
}

/** Records items that are settled without a fact. Each is checked once. */
function settleItems(item: Node, before: NodeState, input: unknown, path: string): NodeState {
  if (item.kind === 'function' || item.kind === 'agent') return before
  const { known } = extent(before, input)
  let state = before
  for (let at = itemsOf(before).checked; at < known; at++) {
    const after = settle(item, idle, itemInput(state, input, at), join(path, itemToken(at)))
    if (isSettled(after)) state = withItem(state, at, after)
    state = { ...state, items: { ...itemsOf(state), checked: at + 1 } }
  }
  return state
}

function settleReduce(
  node: Extract<Node, { kind: 'reduce' }>,
  before: NodeState,
  input: unknown,
  path: string,
): NodeState {
  if (!isItems(input)) return notItems(before, path, input)
  let state = before
  for (;;) {
    const items = itemsOf(state)
    if (items.failed.length > 0) return fail(state, state.failures ?? [])
    const { known, isAll } = extent(state, input)
    if (items.done === known) {
      if (!isAll) return state
      return done(state, known === 0 ? node.initial : itemState(items, known - 1).output)
    }
    const token = itemToken(items.done)
    const { node: item, input: one } = childAt(node, state, input, token)!
    const known1 = itemState(items, items.done)
    const after = settle(item, known1, one, join(path, token))
    if (!isSettled(after)) return state
    state = withItem(state, items.done, after)
  }
}

const isItems = (input: unknown): boolean => Array.isArray(input) || input instanceof Live

const notItems = (state: NodeState, path: string, input: unknown): NodeState =>
  failWith(
    state,
    path,
    `A \`map\` or \`reduce\` takes an array or an iterable, not ${(JSON.stringify(input) ?? 'undefined').slice(0, 80)}`,
    false,
  )
