// What a call sends, and how patiently.
import type { Clock } from '@toolloop/wire'
import type { Http, HttpRequest } from '../http/contract.ts'
import type { Logger } from '../request/options.ts'
import type { RetryPolicy } from './retry.ts'
import type { ResolvedTimeouts } from '../request/timeouts.ts'

/** An attempt, ready to be sent. */
export interface Prepared {
  readonly http: Http
  readonly request: HttpRequest
}

/** What a call sends; asked before every attempt, because a key may change. */
export interface CallTarget {
  readonly prepare: () => Prepared | Promise<Prepared>
  /** Can another key be had? Then a 401 is worth another attempt. */
  readonly renewsKey: boolean
}

export interface CallPolicy extends RetryPolicy {
  readonly timeouts: ResolvedTimeouts
  readonly maxBodyBytes: number
  readonly logger: Logger | undefined
  readonly clock: Clock
}
