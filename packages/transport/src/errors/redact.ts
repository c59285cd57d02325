// A server, a proxy or a library may quote the key it was given. No error of ours passes it on.

/** Replaces secrets in text. */
export type Redact = (text: string) => string

/** Shorter ones would blot out ordinary words. */
const shortest = 6

export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) if (secret.length >= shortest) clean = clean.replaceAll(secret, '***')
  return clean
}

/** Names of headers and query parameters whose values identify somebody. */
const secretNames = /auth|key|token|secret|cookie|password|credential|signature|^(?:sig|code)$/i
const harmless = 'idempotency-key'

/** What no error may quote of a request: the values that identify, what stands behind their scheme, and as JSON. */
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

/** The cause itself, or, when it quotes a secret anywhere in sight, a plain error with its redacted message. */
export function redactCause(cause: unknown, clean: Redact): unknown {
  if (typeof cause === 'string') return clean(cause)
  if (isClean(cause, clean)) return cause
  const copy = new Error(cause instanceof Error ? clean(cause.message) : 'What was thrown quotes a secret')
  if (cause instanceof Error) copy.name = clean(cause.name)
  return copy
}

/** More than this is not looked through, and so not passed on. */
const mostSeen = 1_000

/** Does nothing that can be reached from here, or that it shows when printed, hold a secret? */
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

/** Told by its tag: on Node, to name the class would load Node's own `fetch`. */
function isHeaders(value: object): value is Headers {
  return Object.prototype.toString.call(value) === '[object Headers]'
}

/** A copy without secrets. */
export function redactHeaders(headers: Headers, clean: Redact): Headers {
  const copy = new Headers()
  for (const [name, value] of headers) copy.append(name, clean(value))
  return copy
}
