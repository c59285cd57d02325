import MiniSearch from 'minisearch'
import type { AnyTool } from '../agent/spec.ts'

/** Returns the names of the tools that fit a query, the best first. */
export type Rank = (query: string, tools: readonly AnyTool[]) => readonly string[] | Promise<readonly string[]>

/** BM25 over names, descriptions and parameters. The index is made at the first query. */
export function bm25(): Rank {
  const indexes = new WeakMap<readonly AnyTool[], MiniSearch<Entry>>()
  return (query, tools) => {
    const index = indexes.get(tools) ?? indexOf(tools)
    indexes.set(tools, index)
    return index.search(query).map(({ id }) => String(id))
  }
}

interface Entry {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly parameters: string
}

function indexOf(tools: readonly AnyTool[]): MiniSearch<Entry> {
  const index = new MiniSearch<Entry>({
    fields: ['name', 'description', 'parameters'],
    tokenize: words,
    searchOptions: {
      boost: { name: 3, description: 2 },
      prefix: (term) => term.length > 2,
      fuzzy: (term) => term.length > 4 && 0.2,
    },
  })
  index.addAll(tools.map(entryOf))
  return index
}

function entryOf({ name, description = '', definition }: AnyTool): Entry {
  const parameters = definition.type === 'function' ? textsIn(definition.function.parameters, 0).join(' ') : ''
  return { id: name, name, description, parameters }
}

/** The names and descriptions of parameters, of a few levels. */
function textsIn(node: unknown, depth: number): string[] {
  if (typeof node !== 'object' || node === null || depth > 4) return []
  const { description, properties = {} } = node as { readonly description?: unknown; readonly properties?: object }
  const inner = Object.entries(properties).flatMap(([key, value]) => [key, ...textsIn(value, depth + 1)])
  return typeof description === 'string' ? [description, ...inner] : inner
}

/** `listPullRequests` and `list_pull_requests` have the same words. */
function words(text: string): string[] {
  return text.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').split(/[^\p{L}\p{N}]+/u)
}
