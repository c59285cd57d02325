// Keywords of JSON Schema that bound a value: how two bounds are joined, and how bounds are described in words.

export type Keywords = Readonly<Record<string, unknown>>

/** Keeps the larger lower bound. */
export function raise(keywords: Record<string, unknown>, name: string, value: number): void {
  const now = keywords[name]
  keywords[name] = typeof now === 'number' ? Math.max(now, value) : value
}

/** Keeps the smaller upper bound. */
export function lower(keywords: Record<string, unknown>, name: string, value: number): void {
  const now = keywords[name]
  keywords[name] = typeof now === 'number' ? Math.min(now, value) : value
}

const lowerBounds: readonly string[] = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems']
const upperBounds: readonly string[] = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems']

/** The bounds of both. A keyword of `b` that cannot be joined with that of `a` is described in `unjoined`. */
export function joinKeywords(a: Keywords, b: Keywords): { keywords: Record<string, unknown>; unjoined: string[] } {
  const keywords: Record<string, unknown> = { ...a }
  const unjoined: string[] = []
  for (const [name, value] of Object.entries(b)) {
    if (lowerBounds.includes(name) && typeof value === 'number') raise(keywords, name, value)
    else if (upperBounds.includes(name) && typeof value === 'number') lower(keywords, name, value)
    else if (keywords[name] === undefined || keywords[name] === value || name === 'uniqueItems') keywords[name] = value
    else unjoined.push(...keywordFacts({ [name]: value }))
  }
  return { keywords, unjoined }
}

/** Describes keywords in words, for the model. */
export function keywordFacts(keywords: Keywords): string[] {
  const { minLength, maxLength, minItems, maxItems } = keywords
  const exact = [
    ...(minLength !== undefined && minLength === maxLength ? [`Exactly ${count(minLength, 'character')}`] : []),
    ...(minItems !== undefined && minItems === maxItems ? [`Exactly ${count(minItems, 'item')}`] : []),
  ]
  const rest = Object.entries(keywords).filter(
    ([name]) => !(exact.length > 0 && ['minLength', 'maxLength', 'minItems', 'maxItems'].includes(name)),
  )
  return [...exact, ...rest.map(([name, value]) => words(name, value)).filter((text) => text !== undefined)]
}

function words(name: string, value: unknown): string | undefined {
  switch (name) {
    case 'minLength':
      return value === 0 ? undefined : `At least ${count(value, 'character')}`
    case 'maxLength':
      return `At most ${count(value, 'character')}`
    case 'minItems':
      return value === 0 ? undefined : `At least ${count(value, 'item')}`
    case 'maxItems':
      return `At most ${count(value, 'item')}`
    case 'minimum':
      return `At least ${String(value)}`
    case 'exclusiveMinimum':
      return `More than ${String(value)}`
    case 'maximum':
      return `At most ${String(value)}`
    case 'exclusiveMaximum':
      return `Less than ${String(value)}`
    case 'multipleOf':
      return `A multiple of ${String(value)}`
    case 'uniqueItems':
      return value === true ? 'No item twice' : undefined
    case 'format':
      return formatWords[String(value)] ?? `Format: ${String(value)}`
    default:
      return undefined
  }
}

const formatWords: Readonly<Record<string, string>> = {
  uri: 'A URL',
  'json-string': 'JSON as text',
  jwt: 'A JSON web token',
  base64: 'In base64',
  base64url: 'In base64url',
  e164: 'A phone number such as +14155550123',
  emoji: 'Emoji only',
  'date-time': 'A date and time such as 2026-11-22T19:43:11Z',
  date: 'A date such as 2026-11-22',
  time: 'A time such as 19:43:11Z',
  duration: 'An ISO 8601 duration such as P1DT2H',
  email: 'An email address',
  uuid: 'A UUID',
  hostname: 'A host name',
  ipv4: 'An IPv4 address',
  ipv6: 'An IPv6 address',
}

function count(value: unknown, thing: string): string {
  return `${String(value)} ${thing}${value === 1 ? '' : 's'}`
}
