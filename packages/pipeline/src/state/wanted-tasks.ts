// Which tasks should be running now: a pure walk over the tree and its state.
import type {
  AgentNode,
  CompositeNode,
  FunctionNode,
  GateNode,
  LoopNode,
  MapNode,
  Node,
  ReduceNode,
  RetryNode,
} from '../definition/node.ts'
import { itemToken, join, numberIn, roundToken } from '../definition/path.ts'
import type { PipelineState } from './pipeline-state.ts'
import {
  childAt,
  childState,
  extent,
  gateInput,
  inputInPipe,
  itemInput,
  itemsOf,
  itemState,
  loopInput,
  roundsOf,
} from './children.ts'
import { isSettled, type Live, type NodeState, type StageFailure } from './node-state.ts'
import { caseOf } from './settlement.ts'

/** A map's item that begins: its start waits for the map's rate. */
export interface Admission {
  readonly map: MapNode
  readonly path: string
}

interface At {
  /** The path of the stage. */
  readonly path: string
  readonly input: unknown
}

/** Work that should be running. Its key is made of the stage's path, never of time or random values. */
export type Task = { readonly key: string } & (
  | (At & {
      readonly do: 'stage'
      readonly node: FunctionNode | AgentNode
      readonly error: StageFailure | undefined
      readonly admission: Admission | undefined
      /** How often it began in an earlier process, without a result. */
      readonly starts: number
      /** A person decided that it runs again. */
      readonly isDecided: boolean
    })
  | (At & {
      /** An item that runs elsewhere. */
      readonly do: 'part'
      readonly node: MapNode
      readonly admission: Admission | undefined
      /** Its share of the budget is one of so many. */
      readonly places: number
    })
  | (At & {
      readonly do: 'read'
      readonly from: Live
      readonly index: number
      readonly count: number
      readonly state: NodeState
    })
  | (At & { readonly do: 'again'; readonly node: RetryNode; readonly round: number; readonly failure: StageFailure })
  | (At & { readonly do: 'next'; readonly node: LoopNode; readonly round: number; readonly both: unknown })
  | (At & { readonly do: 'check'; readonly node: GateNode })
  | (At & { readonly do: 'decide'; readonly state: NodeState })
  | { readonly do: 'cut'; readonly path: string; readonly keep: string | undefined }
  | { readonly do: 'pause'; readonly paths: readonly string[] }
  | { readonly do: 'finish'; readonly root: NodeState }
)

interface Walk {
  readonly tasks: Task[]
  readonly waiting: string[]
  readonly paused: PipelineState['paused']
  readonly here: PipelineState['here']
  readonly mode: Mode
}

/** Where the run is. */
export interface Mode {
  /** The path of the root: `''`, or that of an item which runs by itself. */
  readonly base: string
  /** Requests are decided while the run waits. */
  readonly attended: boolean
  /** Items may run elsewhere. */
  readonly distributes: boolean
}

export function decide(root: Node, state: PipelineState, mode: Mode): readonly Task[] {
  if (isSettled(state.root)) return [{ do: 'finish', key: 'finish', root: state.root }]
  const walk: Walk = { tasks: [], waiting: [], paused: state.paused, here: state.here, mode }
  want(walk, root, state.root, state.input, mode.base)
  if (walk.tasks.length > 0) return walk.tasks
  return [{ do: 'pause', paths: walk.waiting, key: `pause:${walk.waiting.join()}` }]
}

function want(
  walk: Walk,
  node: Node,
  state: NodeState,
  input: unknown,
  path: string,
  error?: StageFailure,
  admission?: Admission,
): void {
  if (isSettled(state)) return
  switch (node.kind) {
    case 'function':
    case 'agent': {
      if (state.status === 'waiting' && state.request && walk.mode.attended)
        return void walk.tasks.push({ do: 'decide', state, path, input, key: `decide:${path}:${state.request.id}` })
      if (state.status === 'waiting') return void walk.waiting.push(path)
      const isDecided = state.decision !== undefined
      return void walk.tasks.push({
        do: 'stage',
        node,
        path,
        input,
        error,
        admission,
        starts: state.starts ?? 0,
        isDecided,
        key: `stage:${path}`,
      })
    }
    case 'pipe': {
      const at = node.stages.findIndex(({ token }) => childState(state, token).status !== 'done')
      const from = at === 0 ? { error, admission } : {}
      return wantChild(
        walk,
        node,
        state,
        inputInPipe(node.stages, state, input, at),
        path,
        node.stages[at]!.token,
        from,
      )
    }
    case 'round': {
      const isJudged = childState(state, node.stage.token).status === 'done'
      const { token } = isJudged ? node.judge : node.stage
      return wantChild(walk, node, state, input, path, token, isJudged ? {} : { error, admission })
    }
    case 'parallel':
      if (node.onFailure === 'abort' && state.failures !== undefined) return cut(walk, path)
      return wantAll(walk, node, state, input, path, { error, admission })
    case 'race':
      if (state.winner !== undefined) return cut(walk, path, join(path, state.winner))
      return wantAll(walk, node, state, input, path, { error, admission })
    case 'fallback': {
      const at = node.stages.findIndex(({ token }) => !isSettled(childState(state, token)))
      const failure = at > 0 ? childState(state, node.stages[at - 1]!.token).failures?.at(-1) : error
      return wantChild(walk, node, state, input, path, node.stages[at]!.token, { error: failure, admission })
    }
    case 'branch': {
      const answer = childState(state, node.classify.token)
      const { token } = answer.status === 'done' ? caseOf(node, answer.output)! : node.classify
      return wantChild(walk, node, state, input, path, token, { error, admission })
    }
    case 'retry':
      return wantAttempt(walk, node, state, input, path, { error, admission })
    case 'loop':
      return wantRound(walk, node, state, input, path, { error, admission })
    case 'gate':
      if (state.isOpen || state.decision)
        return wantChild(walk, node, state, gateInput(state, input), path, node.stage.token, { error, admission })
      if (!state.request) return void walk.tasks.push({ do: 'check', node, path, input, key: `check:${path}` })
      if (!walk.mode.attended) return void walk.waiting.push(path)
      return void walk.tasks.push({ do: 'decide', state, path, input, key: `decide:${path}:${state.request.id}` })
    case 'map':
      return wantItems(walk, node, state, input, path)
    case 'reduce':
      return wantItem(walk, node, state, input, path)
  }
}

interface From {
  readonly error?: StageFailure | undefined
  readonly admission?: Admission | undefined
}

function wantChild(
  walk: Walk,
  node: CompositeNode,
  state: NodeState,
  input: unknown,
  path: string,
  token: string,
  { error, admission }: From = {},
): void {
  const child = childAt(node, state, input, token)!
  const one = node.kind === 'pipe' || node.kind === 'gate' ? input : child.input
  want(walk, child.node, childState(state, token), one, join(path, token), error, admission)
}

function wantAll(
  walk: Walk,
  node: Extract<CompositeNode, { kind: 'parallel' | 'race' }>,
  state: NodeState,
  input: unknown,
  path: string,
  from: From,
): void {
  for (const { token } of node.stages) wantChild(walk, node, state, input, path, token, from)
}

const cut = (walk: Walk, path: string, keep?: string): void =>
  void walk.tasks.push({ do: 'cut', path, keep, key: `cut:${path}` })

function wantAttempt(walk: Walk, node: RetryNode, state: NodeState, input: unknown, path: string, from: From): void {
  const begun = Math.max(1, roundsOf(state))
  const round = state.answers?.[begun] === true ? begun + 1 : begun
  const attempt = childState(state, roundToken(round))
  const failure = childState(state, roundToken(round - 1)).failures?.at(-1)
  if (attempt.status !== 'failed')
    return wantChild(walk, node, state, input, path, roundToken(round), failure ? { ...from, error: failure } : from)
  const last = attempt.failures!.at(-1)!
  walk.tasks.push({ do: 'again', node, path, input, round, failure: last, key: `again:${path}#${round}` })
}

function wantRound(walk: Walk, node: LoopNode, state: NodeState, input: unknown, path: string, from: From): void {
  const begun = Math.max(1, roundsOf(state))
  const round = state.answers && begun in state.answers ? begun + 1 : begun
  const { status, output } = childState(state, roundToken(round))
  if (status !== 'done') return wantChild(walk, node, state, input, path, roundToken(round), from)
  const one = loopInput(state, input, round)
  walk.tasks.push({ do: 'next', node, path, input: one, round, both: output, key: `next:${path}#${round}` })
}

function wantItems(walk: Walk, node: MapNode, state: NodeState, input: unknown, path: string): void {
  const items = itemsOf(state)
  if (node.onFailure === 'abort' && items.failed.length > 0) return cut(walk, path)
  const admission = node.rate && { map: node, path }
  const wantOne = (index: number, places: number, fresh?: Admission): void => {
    const [one, at] = [itemInput(state, input, index), join(path, itemToken(index))]
    if (!node.distribute || !walk.mode.distributes || walk.here.includes(at))
      return want(walk, node.item, itemState(items, index), one, at, undefined, fresh)
    if (walk.paused.includes(at)) return void walk.waiting.push(at)
    walk.tasks.push({ do: 'part', node, path: at, input: one, admission: fresh, places, key: `part:${at}` })
  }
  for (const index of items.running) wantOne(index, 1)
  let free = node.concurrency - items.running.length
  const { known, isAll } = extent(state, input)
  for (let index = items.next; index < known && free > 0; index++) {
    if (itemState(items, index).status !== 'idle') continue
    wantOne(index, isAll ? Math.min(free, known - index) : free, admission)
    free--
  }
  if (!isAll && free > 0) read(walk, state, input as Live, path, free)
}

function wantItem(walk: Walk, node: ReduceNode, state: NodeState, input: unknown, path: string): void {
  const items = itemsOf(state)
  const { known } = extent(state, input)
  if (items.done === known) return read(walk, state, input as Live, path, 1)
  const token = itemToken(items.done)
  const child = childAt(node, state, input, token)!
  want(walk, child.node, itemState(items, items.done), child.input, join(path, token))
}

function read(walk: Walk, state: NodeState, from: Live, path: string, count: number): void {
  const index = itemsOf(state).taken
  walk.tasks.push({ do: 'read', path, input: undefined, from, index, count, state, key: `read:${path}:${index}` })
}

/** Whether the stage at a path is still wanted: its branch has neither failed nor lost. */
export function isWanted(root: Node, state: PipelineState, tokens: readonly string[]): boolean {
  let node = root
  let one = state.root
  let { input } = state
  for (const token of tokens) {
    if (isSettled(one) || one.isCut || one.winner !== undefined || node.kind === 'function' || node.kind === 'agent')
      return false
    const child = childAt(node, one, input, token)
    if (!child) return false
    one = token.startsWith('[') ? itemState(itemsOf(one), Number.parseInt(token.slice(1), 10)) : childState(one, token)
    ;({ node, input } = child)
  }
  return !isSettled(one)
}

/** The state of the stage behind these tokens. */
export const stateAt = (root: NodeState, tokens: readonly string[]): NodeState =>
  tokens.reduce(
    (one, token) => (token.startsWith('[') ? itemState(itemsOf(one), numberIn(token)) : childState(one, token)),
    root,
  )
