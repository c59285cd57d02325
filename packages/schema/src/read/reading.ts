import { Intersections } from '../shape/intersection.ts'
import type { Shape, Type } from '../shape/shape.ts'

/** One pass over a schema: finished shapes, types that are still being read, and bounds. */
export class Reading {
  readonly #intersections = new Intersections()
  readonly #done = new Map<unknown, Shape>()
  readonly #open = new Map<unknown, Type>()

  /** Reads each key once. A key that is still being read gives a reference. */
  once(key: unknown, read: () => Shape): Shape {
    const known = this.#done.get(key)
    if (known) return known
    const open = this.#open.get(key)
    if (open) return { type: open }
    if (this.#open.size >= maxDepth) return tooMuch(`nested more than ${maxDepth} deep`)
    if (this.#done.size >= maxTypes) return tooMuch(`made of more than ${maxTypes} schemas`)
    this.#open.set(key, { kind: 'reference', to: () => this.#done.get(key) ?? tooMuch('never finished') })
    try {
      const shape = read()
      this.#done.set(key, shape)
      return shape
    } finally {
      this.#open.delete(key)
    }
  }

  /** What fits both. */
  intersect(left: Shape, right: Shape): Shape {
    return this.#intersections.of(left, right)
  }
}

/** Far more than the API accepts. Without bounds, a schema that makes new schemas as it is read would never end. */
const maxDepth = 200
const maxTypes = 50_000

function tooMuch(reason: string): Shape {
  return {
    type: {
      kind: 'impossible',
      rule: 'limit:size',
      source: 'the schema',
      reason: `it is ${reason}`,
      remedy: 'make it smaller, or let z.lazy() return one schema, not a new one each time',
    },
  }
}
