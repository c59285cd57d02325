// A client of runs on Restate.
import { type EngineClient, engineClient } from '@toolloop/engine'
import { aText, checkOptions, milliseconds, type OptionCheck, UsageError } from '@toolloop/wire'
import { anAddress } from './address.ts'
import { IngressLink } from './ingress-link.ts'

export interface ClientOptions {
  /** As in `serve`. @default 'toolloop' */
  readonly service?: string | undefined
  /** Sent with each request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How long a call is retried while Restate does not respond, in milliseconds. @default 30_000 */
  readonly patience?: number | undefined
}

const checks: Readonly<Record<keyof ClientOptions, OptionCheck>> = {
  service: aText,
  headers: [(value) => typeof value === 'object' && value !== null, 'an object of headers'],
  patience: milliseconds,
}

/**
 * A client of the runs behind Restate's ingress, such as `http://127.0.0.1:8080`. Nothing is sent until a method is called.
 * @throws UsageError for invalid options
 */
export function client(url: string, options: ClientOptions = {}): EngineClient {
  if (!anAddress[0](url)) throw new UsageError(`client: the address is ${JSON.stringify(url)}; pass ${anAddress[1]}.`)
  checkOptions('client', options, checks)
  const { service = 'toolloop', headers = {}, patience = 30_000 } = options
  return engineClient(new IngressLink({ url, service, headers, patience }))
}
