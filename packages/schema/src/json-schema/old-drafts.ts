// Drafts 4 to 7 where they mean something else than draft 2020-12 does.
import { mapSubschemas } from './subschemas.ts'

type Node = Readonly<Record<string, unknown>>

/** Does the schema name a draft from 4 to 7? */
export function isOld({ $schema }: Node): boolean {
  return typeof $schema === 'string' && /\/draft-0[4-7]\//.test($schema)
}

/** The document in the words of draft 2020-12. */
export function modernized(document: Node): Node {
  const isDraft4 = typeof document['$schema'] === 'string' && document['$schema'].includes('/draft-04/')
  return modern(document, isDraft4, isOld(document), true)
}

function modern(node: Node, isDraft4: boolean, refStandsAlone: boolean, isRoot: boolean): Node {
  const inner = mapSubschemas(node, (one) => modern(one, isDraft4, refStandsAlone, false))
  const { id, $id, exclusiveMinimum, exclusiveMaximum, minimum, maximum, ...rest } = inner
  const address = isDraft4 ? (id ?? $id) : $id
  // Before draft 2019-09 a `$ref` replaced what stood beside it; only definitions can still be referred to.
  if (refStandsAlone && !isRoot && typeof rest['$ref'] === 'string') {
    const { $ref, $defs, definitions, title, description } = rest
    return present({ $ref, $defs, definitions, title, description })
  }
  return present({
    ...rest,
    $id: address,
    ...(!isDraft4 && { id }),
    ...bound('minimum', 'exclusiveMinimum', minimum, exclusiveMinimum),
    ...bound('maximum', 'exclusiveMaximum', maximum, exclusiveMaximum),
  })
}

function bound(name: string, exclusive: string, limit: unknown, isExclusive: unknown): Node {
  if (typeof isExclusive !== 'boolean') return { [name]: limit, [exclusive]: isExclusive }
  return { [isExclusive ? exclusive : name]: limit }
}

function present(node: Node): Node {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined))
}
