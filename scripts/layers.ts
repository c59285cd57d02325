// The order of the house, as a table of contents: rows of packages, and the rooms inside the large ones.

/** Packages, from the ground up: a package imports lower rows only, never a sibling in its row. */
export const rows: readonly (readonly string[])[] = [
  ['wire'],
  ['transport', 'stream', 'schema'],
  ['client', 'testing'],
  ['core'],
  ['openai'],
  ['toolloop'],
]

/** Packages that may import fewer than their row allows. Every package's tests use `testing`, so it needs `wire` alone. */
export const only: Readonly<Record<string, readonly string[]>> = { testing: ['wire'] }

/**
 * Rooms: the folders of a package's `src`, from the ground up. A room imports itself and the rooms below it; files
 * directly in `src` stand on top of all rooms. Rooms in one row do not know each other.
 */
export const rooms: Readonly<Record<string, readonly (readonly string[])[]>> = {
  core: [],
  openai: [['types', 'errors'], ['http', 'answers'], ['runs']],
  schema: [],
  stream: [],
  transport: [],
}
