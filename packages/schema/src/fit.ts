// Does a value, as the model wrote it, fit a shape's definition? Chooses the branch of a union.
import { isObject, unreachable } from './plain-object.ts'
import { acceptsNull, type Shape, type Type } from './shape.ts'

export function fits(shape: Shape, value: unknown): boolean {
  if (value === null) return shape.optional === true || acceptsNull(shape)
  return fitsType(shape.type, value)
}

function fitsType(type: Type, value: unknown): boolean {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number' && (!type.integer || Number.isInteger(value))
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
    case 'bigint':
      return typeof value === 'string' && /^-?\d+$/.test(value)
    case 'literal':
      return type.values.some((one) => one === value || (typeof one === 'bigint' && String(one) === value))
    case 'object':
      return (
        isObject(value) &&
        type.properties.every(({ key, shape }) =>
          Object.hasOwn(value, key) ? fits(shape, value[key]) : shape.optional === true,
        )
      )
    case 'array':
    case 'set':
      return Array.isArray(value) && value.every((item) => fits(type.items, item))
    case 'tuple':
      return Array.isArray(value) || isObject(value)
    case 'record':
    case 'map':
      return Array.isArray(value) || isObject(value)
    case 'union':
      return type.options.some((option) => fits(option, value))
    case 'reference':
      return fits(type.to(), value)
    case 'any':
      return true
    case 'null':
    case 'impossible':
      return false
  }
  return unreachable(type)
}
