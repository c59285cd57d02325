// The state of a pipeline's run: `facts.reduce(apply, initial)`. Pure.
import type { Fact, FactOf, Outcome } from '@toolloop/core'
import type { Node } from '../definition/node.ts'
import { join, numberIn, tokensOf } from '../definition/path.ts'
import { childAt, childState, itemsOf, itemState, jsonOrText, withChild } from './children.ts'
import { idle, Live, type NodeState } from './node-state.ts'
import { reopened, resumed, waitingIn } from './reopening.ts'
import { settle } from './settlement.ts'
import { set } from './vector.ts'

export interface PipelineState {
  readonly run: string
  readonly status: 'running' | 'paused' | 'done'
  readonly input: unknown
  readonly root: NodeState
  /** The items that run elsewhere and wait for decisions, by path. */
  readonly paused: readonly string[]
  /** The items that began elsewhere and go on in this process, since their shares of the budget are spent. */
  readonly here: readonly string[]
  readonly outcome: Outcome | null
  readonly startedAt: number
  readonly endedAt: number
}

export const initialState: PipelineState = {
  run: '',
  status: 'running',
  input: undefined,
  root: idle,
  paused: [],
  here: [],
  outcome: null,
  startedAt: 0,
  endedAt: 0,
}

/** A stage has failed: a resume runs it again. */
export const hasFailed = (outcome: Outcome | null): boolean =>
  outcome?.status === 'error' || outcome?.status === 'budget'

type StageFact =
  | Extract<Fact, { readonly stage: string }>
  | (FactOf<'approval.request' | 'approval.decision'> & { readonly stage: string })

/** Whether it is about a stage: others are of agents, or of a newer version. */
const isOfStage = (fact: Fact): fact is StageFact => 'stage' in fact

/** `apply` of a pipeline with this tree, whose root has the path `base`. */
export const applyOf =
  (root: Node, base = '') =>
  (before: PipelineState, fact: Fact): PipelineState => {
    const state = { ...before, endedAt: fact.at }
    switch (fact.type) {
      case 'run.start': {
        const input = fact.pipeline && 'input' in fact.pipeline ? fact.pipeline.input : new Live(undefined)
        return { ...state, run: fact.run, startedAt: fact.at, input, root: settle(root, idle, input, base) }
      }
      case 'run.resume': {
        const again = hasFailed(state.outcome) ? reopened(root, state.root) : state.root
        const next = settle(root, resumed(root, again), state.input, base)
        return { ...state, status: 'running', outcome: null, root: next, paused: [] }
      }
      case 'part.pause':
        return {
          ...state,
          paused: [...state.paused, fact.part],
          root: update(root, state.root, state.input, base, tokensOf(fact.part, base), fact),
        }
      case 'part.done':
        return fact.goesOn ? { ...state, here: [...state.here, fact.part] } : state
      case 'run.pause':
        return { ...state, status: 'paused' }
      case 'run.done':
        return { ...state, status: 'done', outcome: fact.outcome }
      default:
        if (!isOfStage(fact)) return state
        return { ...state, root: update(root, state.root, state.input, base, tokensOf(fact.stage, base), fact) }
    }
  }

/** The state of a node after a fact about it or a stage in it. Copies what is on the way. */
function update(
  node: Node,
  state: NodeState,
  input: unknown,
  path: string,
  tokens: readonly string[],
  fact: StageFact | FactOf<'part.pause'>,
): NodeState {
  const [token, ...rest] = tokens
  if (token === undefined) {
    if (fact.type === 'part.pause') return waitingIn(node, state)
    const isLeaf = node.kind === 'function' || node.kind === 'agent'
    if (isLeaf && fact.type === 'approval.decision') return decided(state, fact)
    return settle(node, changed(state, fact), input, path)
  }
  if (node.kind === 'function' || node.kind === 'agent') return state // the pipeline has changed
  const child = childAt(node, state, input, token)
  if (!child) return state
  const before =
    node.kind === 'map' || node.kind === 'reduce'
      ? itemState(itemsOf(state), numberIn(token))
      : childState(state, token)
  const after = update(child.node, before, child.input, join(path, token), rest, fact)
  return after === before ? state : settled(node, withChild(node, state, token, after), input, path, state)
}

/** A node that is settled stays so: what arrives later, of a stage that was cut, is kept for the report. */
function settled(node: Node, state: NodeState, input: unknown, path: string, before: NodeState): NodeState {
  if (before.status !== 'done' && before.status !== 'failed') return settle(node, state, input, path)
  return { ...state, status: before.status }
}

function changed(state: NodeState, fact: StageFact): NodeState {
  switch (fact.type) {
    case 'stage.start': {
      // A decision about an interrupted function holds for one start: if this one is interrupted too, it is asked about.
      const { request: _request, decision: _decision, ...kept } = state
      return { ...kept, status: 'running', startedAt: state.startedAt ?? fact.at, starts: (state.starts ?? 0) + 1 }
    }
    case 'stage.done':
      return ended(state, fact)
    case 'stage.wait':
      return { ...state, status: 'waiting' }
    case 'stage.cut':
      return { ...state, isCut: true }
    case 'stage.answer':
      if (fact.round === undefined) return { ...state, isOpen: fact.value === true }
      return { ...state, answers: { ...state.answers, [fact.round]: fact.value } }
    case 'stage.items':
      return withInputs(state, fact)
    case 'approval.request':
      return { ...state, status: 'waiting', request: fact }
    case 'approval.decision':
      return { ...state, status: 'running', decision: fact.decision }
  }
}

function ended(state: NodeState, fact: FactOf<'stage.done'>): NodeState {
  const endedAt = fact.at
  if (fact.ok) return { ...state, endedAt, status: 'done', output: fact.live ? new Live(fact.stage) : fact.output }
  const { error, outcome } = fact
  const failure = { path: fact.stage, error: error!, ...(outcome !== undefined && { outcome }) }
  return { ...state, endedAt, status: 'failed', failures: [failure] }
}

function withInputs(state: NodeState, { index, inputs, end }: FactOf<'stage.items'>): NodeState {
  const items = itemsOf(state)
  let known = items.inputs
  for (const [at, input] of inputs.entries()) known = set(known, index + at, { input })
  const taken = index + inputs.length
  return { ...state, status: 'running', items: { ...items, inputs: known, taken, hasEnded: end === true } }
}

/** A decision about a function whose outcome is unknown. */
function decided(state: NodeState, { decision, stage = '' }: FactOf<'approval.decision'>): NodeState {
  if ('result' in decision) return { ...state, status: 'done', output: jsonOrText(decision.result) }
  if ('approve' in decision && decision.approve) return { ...state, status: 'running', decision }
  const reason = 'reason' in decision ? decision.reason : undefined
  const message = `Its outcome is unknown: it was interrupted${reason ? ` (${reason})` : ''}.`
  return {
    ...state,
    status: 'failed',
    failures: [{ path: stage, error: { name: 'StageError', message, retryable: false } }],
  }
}
