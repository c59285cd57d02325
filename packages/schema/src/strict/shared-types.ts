import { childrenOf, typeOf, type Shape, type Type } from '../shape/shape.ts'

/**
 * The types that are written once, under `$defs`: recursive ones, and large ones that stand in more than one place. So a
 * schema of n parts is written in n parts, however often it uses them.
 * @param withOthers also visits the types of an object's other keys, which are written without strict mode
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

/** Is the type worth a name? An object is, and whatever nests further. */
function isLarge(type: Type): boolean {
  return type.kind === 'object' || childrenOf(type).some((child) => childrenOf(typeOf(child)).length > 0)
}
