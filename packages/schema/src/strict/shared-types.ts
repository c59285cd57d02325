import { childrenOf, typeOf, type Shape, type Type } from '../shape/shape.ts'

/**
 * The types that are written once, under `$defs`: the recursive ones, and objects, unions and nestings that stand in
 * more than one place; with the types of keys that objects do not name, where these are written. So a schema of n parts is written in n parts, however often it uses them.
 */
export function sharedTypes(root: Shape, withOthers: boolean): ReadonlySet<Type> {
  const seen = new Set<Type>([root.type])
  const shared = new Set<Type>()
  const written = (type: Type): readonly Shape[] => {
    const children = childrenOf(type)
    return withOthers || type.kind !== 'object' ? children : children.slice(0, type.properties.length)
  }
  const visit = (shape: Shape): void => {
    const type = typeOf(shape)
    if (seen.has(type)) {
      if (type !== root.type && isLarge(type)) shared.add(type)
      if (shape.type.kind === 'reference') shared.add(type)
      return
    }
    seen.add(type)
    for (const child of written(type)) visit(child)
  }
  for (const child of written(typeOf(root))) visit(child)
  return shared
}

/** What is worth a name: an object, or anything that nests further. */
function isLarge(type: Type): boolean {
  return type.kind === 'object' || childrenOf(type).some((child) => childrenOf(typeOf(child)).length > 0)
}
