import { childrenOf, typeOf, type Shape, type Type, type UnionType } from '../shape/shape.ts'

/** More unions or types are not examined. */
const maxUnions = 100
const maxVisits = 1_000_000

/**
 * Unions that hold themselves in several branches, and have no discriminator. Their parser tries every
 * branch at every level, in branches^levels steps.
 */
export function recursiveUnions(root: Shape): ReadonlyMap<Type, number> {
  const unions: UnionType[] = []
  const references = visit(root, (type) => {
    if (type.kind === 'union' && !type.discriminated && unions.length < maxUnions) unions.push(type)
  })
  const found = new Map<Type, number>()
  if (!references) return found
  const budget = { visits: maxVisits }
  for (const union of unions) {
    const branches = union.options.filter(
      (option) => typeOf(option).kind === 'object' && holds(option, union, budget),
    ).length
    if (branches > 1) found.set(union, branches)
  }
  return found
}

/** Is the union one of its own branches, with no object or array between? Parsing would never end. */
export function isCircular(union: UnionType): boolean {
  const seen = new Set<Type>()
  const open = union.options.filter(isIndirect)
  for (let shape = open.pop(); shape; shape = open.pop()) {
    const type = typeOf(shape)
    if (type === union) return true
    if (type.kind !== 'union' || seen.has(type)) continue
    seen.add(type)
    open.push(...type.options.filter(isIndirect))
  }
  return false
}

function isIndirect({ type }: Shape): boolean {
  return type.kind === 'reference' || type.kind === 'union'
}

function holds(option: Shape, union: UnionType, budget: { visits: number }): boolean {
  let found = false
  visit(option, (type) => (found ||= type === union), budget)
  return found
}

/** Calls `look` with each type once. Returns whether there is a reference among them. */
function visit(root: Shape, look: (type: Type) => void, budget = { visits: maxVisits }): boolean {
  const seen = new Set<Type>()
  const open = [root]
  let references = false
  for (let shape = open.pop(); shape && budget.visits > 0; shape = open.pop()) {
    budget.visits--
    references ||= shape.type.kind === 'reference'
    const type = typeOf(shape)
    if (seen.has(type)) continue
    seen.add(type)
    look(type)
    for (const child of childrenOf(type)) open.push(child)
  }
  return references
}
