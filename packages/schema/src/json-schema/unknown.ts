// What the validator cannot know: patterns are never compiled, so whether a value fits one is unknown. Unknown parts must
// not reject a value: where a keyword needs a definite answer (`oneOf`, `not`, `if`), it accepts all that may be valid.
import { isObject } from '../value/plain-object.ts'
import { nodeAt } from './references.ts'
import { strictFormats } from './strict-formats.ts'
import { mapSubschemas } from './subschemas.ts'

type Node = Readonly<Record<string, unknown>>

/** The parts of a document on which an unknown answer depends. */
export class Unknown {
  readonly #answers: ReadonlySet<Node>
  readonly #keys: ReadonlySet<Node>

  constructor(document: Node) {
    const dependents = dependentsOf(document)
    this.#answers = reach(dependents, (node) => isUnknown(node))
    this.#keys = reach(dependents, (node) => 'patternProperties' in node)
  }

  /** The node without keywords that need a definite answer where there is none. */
  relaxed(node: Node): Node {
    const dropped = new Set<string>()
    const parts: unknown[] = []
    const { oneOf, if: condition, then: met, else: unmet } = node
    if (Array.isArray(oneOf) && oneOf.some((option) => this.#depends(option))) {
      dropped.add('oneOf')
      parts.push({ anyOf: oneOf })
    }
    if (this.#depends(condition)) {
      for (const keyword of ['if', 'then', 'else']) dropped.add(keyword)
      parts.push({ anyOf: [{ allOf: [condition, met ?? true] }, unmet ?? true] })
    }
    if (this.#depends(node['not'])) dropped.add('not')
    if (this.#depends(node['contains'])) dropped.add('maxContains')
    if (this.#keys.has(node)) dropped.add('unevaluatedProperties')
    if (dropped.size === 0) return node
    const kept = Object.fromEntries(Object.entries(node).filter(([keyword]) => !dropped.has(keyword)))
    const { allOf } = node
    return parts.length === 0 ? kept : { ...kept, allOf: [...(Array.isArray(allOf) ? allOf : []), ...parts] }
  }

  #depends(value: unknown): boolean {
    return isObject(value) && this.#answers.has(value)
  }
}

function isUnknown({ pattern, patternProperties, format, $dynamicRef, $recursiveRef }: Node): boolean {
  const isOpen = pattern ?? patternProperties ?? $dynamicRef ?? $recursiveRef
  return isOpen !== undefined || (format !== undefined && !strictFormats.has(format))
}

/** For each node, the nodes that hold it or refer to it. */
function dependentsOf(document: Node): Map<Node, Node[]> {
  const dependents = new Map<Node, Node[]>()
  const visit = (node: Node): Node => {
    if (!dependents.has(node)) dependents.set(node, [])
    const { $ref } = node
    const target = typeof $ref === 'string' ? nodeAt(document, $ref) : undefined
    if (isObject(target)) add(dependents, target, node)
    mapSubschemas(node, (inner) => {
      add(dependents, inner, node)
      return visit(inner)
    })
    return node
  }
  visit(document)
  return dependents
}

function add(dependents: Map<Node, Node[]>, node: Node, dependent: Node): void {
  const known = dependents.get(node)
  if (known) known.push(dependent)
  else dependents.set(node, [dependent])
}

/** The nodes for which `begins` holds, and all that depend on one. */
function reach(dependents: ReadonlyMap<Node, readonly Node[]>, begins: (node: Node) => boolean): Set<Node> {
  const found = new Set<Node>()
  const queue = Array.from(dependents.keys()).filter(begins)
  for (const node of queue) {
    if (found.has(node)) continue
    found.add(node)
    queue.push(...(dependents.get(node) ?? []))
  }
  return found
}
