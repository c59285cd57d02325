// The type of a value that is still arriving.

/**
 * Makes every field optional at every depth, for a value that is still arriving. Values that JSON cannot hold are made
 * by a schema's transforms at the end; until then their type is `unknown`.
 */
export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends NotJson
    ? unknown
    : T extends object
      ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
      : T

type NotJson =
  | bigint
  | symbol
  | Date
  | RegExp
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferView
  | ((...parameters: never) => unknown)
