// undici's pool alone: a third of the cost of loading all of undici.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici'
  const pool: typeof Pool
  export default pool
}
declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici'
  const connect: typeof buildConnector
  export default connect
}
