// The type of a value that is still arriving.

/**
 * Everything optional, all the way down: a value that is still arriving. What JSON cannot hold is made by a schema at
 * the end, so meanwhile it is `unknown`.
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
