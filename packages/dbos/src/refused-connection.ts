// A Postgres that responds, and refuses the connection: a retry does not help.
import { EngineError } from '@toolloop/engine'

/** The error as one that names the server and the remedy; `undefined` for others. */
export function refusedConnection(error: unknown, database: string): EngineError | undefined {
  if (!(error instanceof Error) || error instanceof EngineError) return undefined
  const what = remedyOf('code' in error ? String(error.code) : '', error.message)
  const { host } = new URL(database)
  if (what === undefined) return undefined
  return new EngineError('unreachable', `Postgres at ${host}: ${error.message}. ${what}`, { cause: error })
}

/** Codes of Node.js for certificates that it does not trust. */
const certificates = /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|HOSTNAME_MISMATCH/

function remedyOf(code: string, message: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'Connect by a name that the certificate has, or pass `ssl: { servername }`.'
  if (certificates.test(code))
    return 'Pass the certificate of its CA: `?sslmode=verify-full&sslrootcert=/path/to/ca.crt` in `database`, or `ssl: { ca }`.'
  if (/does not support SSL/.test(message)) return 'Turn `ssl` on in the server, or TLS off in `database` and `ssl`.'
  switch (code) {
    case '28000':
    case '28P01':
      return 'Check the user and the password in `database`, whether pg_hba.conf admits them, and whether it wants TLS.'
    case '3D000':
      return 'Create the database, or name one that exists in `database`.'
    case '42501':
      return 'Grant the role CREATE on the database: `serve` makes its two schemas there.'
    default:
      return undefined
  }
}
