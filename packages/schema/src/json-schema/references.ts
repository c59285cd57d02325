// References of JSON Schema: identifiers, anchors and encoded pointers become pointers from the document's root.
import { isObject } from '../value/plain-object.ts'
import { mapSubschemas } from './subschemas.ts'

type Node = Readonly<Record<string, unknown>>

/** A schema with its own address, and its path in the document. */
interface Place {
  readonly node: Node
  readonly path: readonly string[]
}

/** The base of a document without an address. */
const nowhere = 'https://schema.invalid/'

/** The document with pointers from its root for all references that can be resolved, and no `false` in a union. */
export function canonical(document: Node): Node {
  const places = new Map<string, Place>([[nowhere, { node: document, path: [] }]])
  index(document, nowhere, [], places)
  return rewrite(document, nowhere, places, true)
}

function index(node: Node, outer: string, path: readonly string[], places: Map<string, Place>): void {
  const base = baseOf(node, outer)
  if (base !== outer) places.set(base, { node, path })
  for (const anchor of anchorsOf(node)) places.set(`${base}#${anchor}`, { node, path })
  mapSubschemas(node, (inner, step) => index(inner, base, [...path, ...step], places))
}

function rewrite(node: Node, outer: string, places: ReadonlyMap<string, Place>, isRoot: boolean): Node {
  const base = baseOf(node, outer)
  const {
    $id,
    $anchor: _,
    $ref,
    anyOf,
    oneOf,
    ...rest
  } = mapSubschemas(node, (inner) => rewrite(inner, base, places, false))
  return {
    ...rest,
    ...(isRoot && $id !== undefined && { $id }),
    ...($ref !== undefined && { $ref: typeof $ref === 'string' ? pointerTo($ref, base, places) : $ref }),
    ...(anyOf !== undefined && { anyOf: possible(anyOf) }),
    ...(oneOf !== undefined && { oneOf: possible(oneOf) }),
  }
}

/** Without `false`, unless all branches are `false`. */
function possible(options: unknown): unknown {
  if (!Array.isArray(options)) return options
  const some = options.filter((option) => option !== false)
  return some.length === 0 ? options : some
}

function baseOf({ $id }: Node, outer: string): string {
  if (typeof $id !== 'string' || $id.startsWith('#')) return outer
  return absolute($id, outer)?.replace(/#.*$/s, '') ?? outer
}

/** Anchors, and what drafts 4 to 7 wrote as `$id: "#name"`. */
function anchorsOf({ $id, $anchor, $dynamicAnchor }: Node): string[] {
  const old = typeof $id === 'string' && $id.startsWith('#') ? $id.slice(1) : undefined
  return [old, $anchor, $dynamicAnchor].filter((anchor) => typeof anchor === 'string')
}

/** The reference as a pointer from the root; unchanged if it does not resolve. */
function pointerTo(reference: string, base: string, places: ReadonlyMap<string, Place>): string {
  const [resource = '', fragment = ''] = (absolute(reference, base) ?? '').split(/#(.*)/s)
  const named = places.get(`${resource}#${decoded(fragment)}`)
  if (named && fragment !== '') return pointer(named.path)
  const place = places.get(resource)
  if (!place || (fragment !== '' && !fragment.startsWith('/'))) return reference
  const path = pathIn(place.node, fragment)
  return path ? pointer([...place.path, ...path]) : reference
}

function absolute(reference: string, base: string): string | undefined {
  return URL.canParse(reference, base) ? new URL(reference, base).href : undefined
}

function pathIn(node: Node, fragment: string): string[] | undefined {
  const path: string[] = []
  let at: unknown = node
  for (const part of fragment.split('/').slice(1)) {
    const found = keyIn(at, part)
    if (found === undefined) return undefined
    path.push(found)
    at = Reflect.get(Object(at), found)
  }
  return path
}

/** The value at a pointer from the root. */
export function nodeAt(document: Node, reference: string): unknown {
  if (reference === '#') return document
  if (!reference.startsWith('#/')) return undefined
  let at: unknown = document
  for (const part of reference.slice(2).split('/')) {
    const key = keyIn(at, part)
    if (key === undefined) return undefined
    at = Reflect.get(Object(at), key)
  }
  return at
}

/** The key of a value that one part of a pointer names: the decoded part, else the part itself. */
function keyIn(value: unknown, part: string): string | undefined {
  if (!isObject(value) && !Array.isArray(value)) return undefined
  return [decoded(part).replaceAll('~1', '/').replaceAll('~0', '~'), part].find((key) => Object.hasOwn(value, key))
}

function pointer(path: readonly string[]): string {
  const parts = path.map((key) => encodeURI(key.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')))
  return ['#', ...parts.map((part) => part.replaceAll('#', '%23'))].join('/')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
