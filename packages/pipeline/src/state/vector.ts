/** A persistent list that grows: a change copies one chunk and the list of chunks, not all items. */
export interface Vector<Item> {
  readonly chunks: readonly (readonly (Item | undefined)[])[]
}

const size = 128

export const empty: Vector<never> = { chunks: [] }

export const get = <Item>({ chunks }: Vector<Item>, index: number): Item | undefined =>
  chunks[Math.floor(index / size)]?.[index % size]

export function set<Item>({ chunks }: Vector<Item>, index: number, item: Item): Vector<Item> {
  const at = Math.floor(index / size)
  const more = [...chunks]
  while (more.length <= at) more.push([])
  const chunk = [...more[at]!]
  while (chunk.length < index % size) chunk.push(undefined)
  chunk[index % size] = item
  more[at] = chunk
  return { chunks: more }
}
