// Removes secrets from errors: a server, a proxy or a library may quote the key it received.

/** Replaces secrets in text. */
export type Redact = (text: string) => string

/** Shorter secrets are not replaced: they would match ordinary words. */
const shortest = 6

export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) if (secret.length >= shortest) clean = clean.replaceAll(secret, '***')
  return clean
}

/** Names of headers and query parameters whose values are secrets. */
const secretNames = /auth|key|token|secret|cookie|password|credential|signature|^(?:sig|code)$/i
const harmless = 'idempotency-key'

/** The secrets of a request: each value whole, without its scheme (`Bearer`), URL-encoded, and escaped as in JSON. */
export function secretsIn(
  request: { readonly headers: Readonly<Record<string, string>>; readonly path: string } | undefined,
): string[] {
  if (request === undefined) return []
  const query = new URLSearchParams(request.path.replace(/^[^?]*/, ''))
  const values = [...Object.entries(request.headers), ...query].flatMap(([name, value]) =>
    secretNames.test(name) && name !== harmless
      ? [value, value.slice(value.indexOf(' ') + 1), encodeURIComponent(value)]
      : [],
  )
  return [...new Set(values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]))]
}

/** The cause itself; a plain error with its redacted message where anything reachable from it quotes a secret. */
export function redactCause(cause: unknown, clean: Redact): unknown {
  if (typeof cause === 'string') return clean(cause)
  if (isClean(cause, clean)) return cause
  const copy = new Error(
    cause instanceof Error ? clean(cause.message) : 'The thrown value contained a secret and was dropped',
  )
  if (cause instanceof Error) copy.name = clean(cause.name)
  return copy
}

/** The most objects that are searched. A cause with more is replaced. */
const mostSeen = 1_000

/** Is everything reachable from this value, or printed with it, free of secrets? */
function isClean(value: unknown, clean: Redact): boolean {
  const seen = new Set<unknown>()
  const left: unknown[] = [value]
  try {
    while (left.length > 0) {
      const next = left.pop()
      if (typeof next === 'string' && clean(next) !== next) return false
      if (typeof next !== 'object' || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue
      if (seen.add(next).size > mostSeen) return false
      if (next instanceof Map || next instanceof Set || isHeaders(next)) left.push(...next)
      for (const key of Reflect.ownKeys(next)) left.push(key, (next as Record<PropertyKey, unknown>)[key])
      if ('headers' in next) left.push(next.headers)
    }
    return true
  } catch {
    return false // a getter that throws, a Proxy
  }
}

/** Checks the tag, not the class: on Node, naming `Headers` loads Node's own `fetch`. */
function isHeaders(value: object): value is Headers {
  return Object.prototype.toString.call(value) === '[object Headers]'
}

/** A copy of the headers without secrets. */
export function redactHeaders(headers: Headers, clean: Redact): Headers {
  const copy = new Headers()
  for (const [name, value] of headers) copy.append(name, clean(value))
  return copy
}
