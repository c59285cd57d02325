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

const secretHeaders = ['authorization', 'proxy-authorization', 'api-key', 'x-api-key', 'x-goog-api-key', 'cookie']

/** What no error may quote: the values of headers that identify, and what stands behind their scheme. */
export function secretsIn(headers: Readonly<Record<string, string>> | undefined): string[] {
  if (headers === undefined) return []
  const values = Object.entries(headers).flatMap(([name, value]) =>
    secretHeaders.includes(name.toLowerCase()) ? [value] : [],
  )
  return [...values, ...values.map((value) => value.slice(value.indexOf(' ') + 1))]
}

/** The cause itself, or, when it quotes a secret anywhere in sight, a plain error with its redacted message. */
export function redactCause(cause: unknown, clean: Redact): unknown {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? clean(cause) : cause
  const inSight = [
    cause.message,
    cause.stack ?? '',
    ...Object.values(cause).filter((value) => typeof value === 'string'),
  ]
  const innerIsClean = cause.cause === undefined || redactCause(cause.cause, clean) === cause.cause
  if (innerIsClean && inSight.every((text) => clean(text) === text)) return cause
  const copy = new Error(clean(cause.message))
  copy.name = cause.name
  return copy
}

/** A copy without secrets. */
export function redactHeaders(headers: Headers, clean: Redact): Headers {
  const copy = new Headers()
  for (const [name, value] of headers) copy.append(name, clean(value))
  return copy
}
