import type { Child, Node } from './node.ts'

/** The tree of a pipeline as text, for its fingerprint: kinds and names, without functions and options. */
export function shapeOf(node: Node): unknown {
  const children = (list: readonly Child[]): unknown => list.map((child) => [child.token, shapeOf(child.node)])
  switch (node.kind) {
    case 'function':
    case 'agent':
      return [node.kind]
    case 'pipe':
    case 'parallel':
    case 'fallback':
    case 'race':
      return [node.kind, children(node.stages)]
    case 'map':
    case 'reduce':
      return [node.kind, shapeOf(node.item)]
    case 'branch':
      return [node.kind, children([node.classify, ...node.cases])]
    case 'retry':
      return [node.kind, shapeOf(node.attempt)]
    case 'loop':
      return [node.kind, shapeOf(node.round)]
    case 'round':
      return [node.kind, children([node.stage, node.judge])]
    case 'gate':
      return [node.kind, children([node.stage])]
  }
}
