// A server, a proxy or a library may quote the key it was given. No error of ours passes it on.

/** Replaces secrets in text. */
export type Redact = (text: string) => string

/** Short secrets would blot out ordinary words. */
const shortest = 6

export function redactor(secrets: readonly string[]): Redact {
  const long = secrets.filter((secret) => secret.length >= shortest)
  return (text) => long.reduce((result, secret) => result.replaceAll(secret, '***'), text)
}

/** The cause itself, or, when it quotes a secret anywhere in sight, a plain error with its redacted message. */
export function redactCause(cause: unknown, redact: Redact): unknown {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? redact(cause) : cause
  const inSight = [
    cause.message,
    cause.stack ?? '',
    ...Object.values(cause).filter((value) => typeof value === 'string'),
  ]
  const innerIsClean = cause.cause === undefined || redactCause(cause.cause, redact) === cause.cause
  if (innerIsClean && inSight.every((text) => redact(text) === text)) return cause
  const clean = new Error(redact(cause.message))
  clean.name = cause.name
  return clean
}

/** A copy without secrets. */
export function redactHeaders(headers: Headers, redact: Redact): Headers {
  const clean = new Headers()
  for (const [name, value] of headers) clean.append(name, redact(value))
  return clean
}
