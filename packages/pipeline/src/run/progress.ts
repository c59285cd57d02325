import type { Unmarked } from '@toolloop/core/machine'
import type { Node } from '../definition/node.ts'
import { itemToken, join } from '../definition/path.ts'
import { childAt, childState, extent, itemsOf, itemState } from '../state/children.ts'
import { Live, type NodeState } from '../state/node-state.ts'

/** Emits how far each map is, where it has changed. Walks only what has changed. */
export function progressOf(
  node: Node,
  before: NodeState,
  after: NodeState,
  input: unknown,
  path: string,
  emit: (progress: Unmarked) => void,
): void {
  if (before === after || node.kind === 'function' || node.kind === 'agent') return
  if (node.kind !== 'map' && node.kind !== 'reduce') {
    for (const [token, child] of Object.entries(after.children ?? {})) {
      const placed = childAt(node, after, input, token)
      if (placed) progressOf(placed.node, childState(before, token), child, placed.input, join(path, token), emit)
    }
    return
  }
  const [was, is] = [itemsOf(before), itemsOf(after)]
  if (node.item.kind !== 'function' && node.item.kind !== 'agent')
    for (const index of new Set([...was.running, ...is.running])) {
      const placed = childAt(node, after, input, itemToken(index))!
      progressOf(
        placed.node,
        itemState(was, index),
        itemState(is, index),
        placed.input,
        join(path, itemToken(index)),
        emit,
      )
    }
  if (was.done === is.done && was.failed.length === is.failed.length) return
  if (!Array.isArray(input) && !(input instanceof Live)) return
  const { known, isAll } = extent(after, input)
  emit({ type: 'stage.progress', stage: path, done: is.done, failed: is.failed.length, ...(isAll && { total: known }) })
}
