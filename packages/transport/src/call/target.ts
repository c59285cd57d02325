// What a call sends, and the policy of its timeouts and retries.
import type { Clock } from '@toolloop/wire'
import type { Http, HttpRequest } from '../http/contract.ts'
import type { Logger } from '../request/options.ts'
import type { RetryPolicy } from './retry.ts'
import type { ResolvedTimeouts } from '../request/timeouts.ts'

/** An attempt that is ready to send. */
export interface Prepared {
  readonly http: Http
  readonly request: HttpRequest
}

/** What a call sends. `prepare` runs before every attempt, because the key may change. */
export interface CallTarget {
  readonly prepare: () => Prepared | Promise<Prepared>
  /** The key comes from a function: a 401 is retried once with a new key. */
  readonly renewsKey: boolean
}

export interface CallPolicy extends RetryPolicy {
  readonly timeouts: ResolvedTimeouts
  readonly maxBodyBytes: number
  readonly logger: Logger | undefined
  readonly clock: Clock
}
