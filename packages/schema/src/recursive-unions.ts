import { childrenOf, typeOf, type Shape, type Type, type UnionType } from './shape.ts'

/** More unions than this are not looked at. */
const maxUnions = 100

/**
 * Unions that hold themselves in several branches, and have no discriminator. Whoever parses them tries every branch
 * at every level: branches to the power of levels.
 */
export function recursiveUnions(root: Shape): ReadonlyMap<Type, number> {
  const unions: UnionType[] = []
  const references = visit(root, (type) => {
    if (type.kind === 'union' && !type.told && unions.length < maxUnions) unions.push(type)
  })
  const found = new Map<Type, number>()
  if (!references) return found
  for (const union of unions) {
    const branches = union.options.filter((option) => typeOf(option).kind === 'object' && holds(option, union)).length
    if (branches > 1) found.set(union, branches)
  }
  return found
}

function holds(option: Shape, union: UnionType): boolean {
  let found = false
  visit(option, (type) => (found ||= type === union))
  return found
}

/** Calls back with each type once. Is there a reference among them? */
function visit(root: Shape, look: (type: Type) => void): boolean {
  const seen = new Set<Type>()
  const open = [root]
  let references = false
  for (let shape = open.pop(); shape; shape = open.pop()) {
    references ||= shape.type.kind === 'reference'
    const type = typeOf(shape)
    if (seen.has(type)) continue
    seen.add(type)
    look(type)
    open.push(...childrenOf(type))
  }
  return references
}
