// Finds regular expressions that take exponential time: those with a loop that matches one string in more than one
// way (the criterion of Weber and Seidl, on the automaton of Glushkov).
import { unreachable } from '../value/plain-object.ts'
import { overlap, parsePattern, type CharacterSet, type PatternNode } from './syntax.ts'

/** Repetitions up to this count are expanded; larger counts are treated as unbounded. */
const maxCopies = 8
const maxPositions = 400
/** The most characters of a pattern; within `maxPositions` only long character classes need more. */
const maxLength = 4000
/** The most states of one loop; larger loops are not analysed. */
const maxLoop = 32

/** Does some string take exponential time to match? `false` too if the pattern is too large to analyse. */
export function isExponential(source: string, flags = ''): boolean {
  const tree = source.length > maxLength ? undefined : parsePattern(source, flags)
  if (!tree) return false
  const automaton = new Automaton()
  automaton.add(tree)
  return automaton.size <= maxPositions && loopsOf(automaton).some((loop) => isAmbiguous(automaton, loop))
}

/** Where a part begins and ends, and in how many ways it is empty: position → number of ways. */
interface Part {
  readonly first: ReadonlyMap<number, number>
  readonly last: ReadonlyMap<number, number>
  readonly empty: number
}

/** One state per character set of the pattern; an edge counts the ways from one to the next. */
class Automaton {
  readonly sets: CharacterSet[] = []
  readonly next: Map<number, number>[] = []

  get size(): number {
    return this.sets.length
  }

  add(node: PatternNode): Part {
    if (this.size > maxPositions) return nothing
    switch (node.kind) {
      case 'set': {
        const position = this.sets.push(node.set) - 1
        this.next.push(new Map())
        return { first: new Map([[position, 1]]), last: new Map([[position, 1]]), empty: 0 }
      }
      case 'choice': {
        const parts = node.parts.map((part) => this.add(part))
        const empty = parts.reduce((sum, part) => sum + part.empty, 0)
        return {
          first: union(parts.map(({ first }) => [first, 1])),
          last: union(parts.map(({ last }) => [last, 1])),
          empty,
        }
      }
      case 'sequence':
        return node.parts.reduce<Part>((before, part) => this.#chain(before, this.add(part)), nothing)
      case 'repeat':
        return this.#repeat(node.of, node.least, node.most)
    }
    return unreachable(node)
  }

  #chain(a: Part, b: Part): Part {
    this.#connect(a.last, b.first)
    return {
      first: union([
        [a.first, 1],
        [b.first, a.empty],
      ]),
      last: union([
        [a.last, b.empty],
        [b.last, 1],
      ]),
      empty: a.empty * b.empty,
    }
  }

  #repeat(of: PatternNode, least: number, most: number): Part {
    if (most === 0) return nothing
    if (most > maxCopies) {
      const part = this.add(of)
      this.#connect(part.last, part.first)
      return least === 0 ? { ...part, empty: 1 } : part
    }
    let whole = nothing
    for (let copy = 0; copy < most; copy++) {
      const part = this.add(of)
      whole = this.#chain(whole, copy < least ? part : { ...part, empty: 1 })
    }
    return whole
  }

  #connect(from: ReadonlyMap<number, number>, to: ReadonlyMap<number, number>): void {
    for (const [a, waysA] of from)
      for (const [b, waysB] of to) this.next[a]?.set(b, Math.min(2, (this.next[a]?.get(b) ?? 0) + waysA * waysB))
  }
}

const nothing: Part = { first: new Map(), last: new Map(), empty: 1 }

function union(parts: readonly (readonly [ReadonlyMap<number, number>, number])[]): Map<number, number> {
  const all = new Map<number, number>()
  for (const [part, times] of parts)
    if (times > 0)
      for (const [position, ways] of part) all.set(position, Math.min(2, (all.get(position) ?? 0) + ways * times))
  return all
}

function loopsOf({ next }: Automaton): number[][] {
  return components(next.length, (position) => [...(next[position]?.keys() ?? [])])
}

/** Does a loop match one string in two ways? It has a doubled edge, or a pair of different states between two equal ones. */
function isAmbiguous({ sets, next }: Automaton, loop: readonly number[]): boolean {
  const inside = new Map(loop.map((position, index) => [position, index]))
  const edges = loop.map((position) => [...(next[position] ?? [])].filter(([to]) => inside.has(to)))
  if (edges.some((ways) => ways.some(([, count]) => count > 1))) return true
  if (loop.length < 2 || loop.length > maxLoop) return false
  const size = loop.length
  const pairs = (pair: number): number[] => {
    const [a, b] = [edges[Math.floor(pair / size)] ?? [], edges[pair % size] ?? []]
    return a.flatMap(([to]) =>
      b
        .filter(([other]) => overlap(sets[to] ?? [], sets[other] ?? []))
        .map(([other]) => (inside.get(to) ?? 0) * size + (inside.get(other) ?? 0)),
    )
  }
  const isEqual = (pair: number): boolean => Math.floor(pair / size) === pair % size
  return components(size * size, pairs).some((group) => group.some(isEqual) && !group.every(isEqual))
}

/** Strongly connected components that hold a cycle (Tarjan, without recursion). */
function components(size: number, edges: (node: number) => readonly number[]): number[][] {
  const found: number[][] = []
  const order = new Int32Array(size).fill(-1)
  const low = new Int32Array(size)
  const open: number[] = []
  const isOpen = new Uint8Array(size)
  let count = 0
  const enter = (node: number): { node: number; to: readonly number[]; at: number } => {
    order[node] = low[node] = count++
    open.push(node)
    isOpen[node] = 1
    return { node, to: edges(node), at: 0 }
  }
  for (let start = 0; start < size; start++) {
    if (order[start] !== -1) continue
    const work = [enter(start)]
    for (let frame = work.at(-1); frame; frame = work.at(-1)) {
      const target = frame.to[frame.at++]
      if (target !== undefined) {
        if (order[target] === -1) work.push(enter(target))
        else if (isOpen[target]) low[frame.node] = Math.min(low[frame.node] ?? 0, order[target] ?? 0)
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent) low[parent.node] = Math.min(low[parent.node] ?? 0, low[frame.node] ?? 0)
      if (low[frame.node] !== order[frame.node]) continue
      const group = open.splice(open.lastIndexOf(frame.node))
      for (const node of group) isOpen[node] = 0
      if (group.length > 1 || frame.to.includes(frame.node)) found.push(group)
    }
  }
  return found
}
