// What fits two shapes at once, where one shape can say it.
import { acceptsNull, typeOf, type ObjectType, type Shape } from './shape.ts'

export function intersect(left: Shape, right: Shape): Shape {
  const a = typeOf(left)
  const b = typeOf(right)
  const note = left.note || right.note ? { note: { ...left.note, ...right.note } } : {}
  const modifiers = {
    ...(left.optional && right.optional && { optional: true }),
    ...(acceptsNull(left) && acceptsNull(right) && { nullable: true }),
    ...note,
  }
  if (a === b) return { ...left, ...modifiers }
  if (a.kind === 'object' && b.kind === 'object') return { type: mergeObjects(a, b), ...modifiers }
  return {
    type: {
      kind: 'impossible',
      source: 'intersection',
      reason: `a ${a.kind} and a ${b.kind} cannot be merged into one schema`,
      remedy: 'write the one schema that fits both',
    },
  }
}

function mergeObjects(a: ObjectType, b: ObjectType): ObjectType {
  const properties = new Map(a.properties.map(({ key, shape }) => [key, shape]))
  for (const { key, shape } of b.properties) {
    const other = properties.get(key)
    properties.set(key, other ? intersect(other, shape) : shape)
  }
  return {
    kind: 'object',
    properties: [...properties].map(([key, shape]) => ({ key, shape })),
    others: a.others === 'keep' || b.others === 'keep' ? 'keep' : 'strip',
    facts: [...a.facts, ...b.facts],
  }
}
