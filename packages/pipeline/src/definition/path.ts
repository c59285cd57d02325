// Paths of stages: `review[3]/classify#2` is item 3 of the map `review`, in it the stage `classify`, attempt 2.
import type { Child, Node } from './node.ts'

const tokens = /\[\d+\]|#\d+|[^/[\]#]+/g

/** The tokens of a path, without those of the path that it begins with: `review`, `[3]`, `classify`, `#2`. */
export const tokensOf = (path: string, base = ''): readonly string[] => path.slice(base.length).match(tokens) ?? []

export const join = (path: string, token: string): string =>
  path === '' || token.startsWith('[') || token.startsWith('#') ? `${path}${token}` : `${path}/${token}`

/** The number in `[3]` or `#2`. */
export const numberIn = (token: string): number => Number.parseInt(token.slice(1), 10)

export const itemToken = (index: number): string => `[${index}]`
export const roundToken = (round: number): string => `#${round}`

/** Names nodes by their own name, else by their kind, functions by their position (`stage-3`); a name that occurs again gets a number. */
export function childrenOf(nodes: readonly Node[], nameless?: readonly string[]): Child[] {
  const taken = new Set<string>()
  return nodes.map((node, at) => {
    const name = tokenFrom(node.name) ?? nameless?.[at] ?? (node.kind === 'function' ? `stage-${at + 1}` : node.kind)
    let token = name
    for (let count = 2; taken.has(token); count++) token = `${name}:${count}`
    taken.add(token)
    return { token, node }
  })
}

/** A name without the signs that paths are made of; `undefined` for one that has no other. */
export function tokenFrom(name: string | undefined): string | undefined {
  const token = name?.replaceAll(/[/[\]#]+/g, '-').trim()
  return token === '' ? undefined : token
}
