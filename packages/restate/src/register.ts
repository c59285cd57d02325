// Registers a worker with Restate.
import { setTimeout as sleep } from 'node:timers/promises'
import { EngineError } from '@toolloop/engine'

export interface Registration {
  /** Restate's admin address. */
  readonly admin: string
  /** Where Restate reaches the worker. */
  readonly uri: string
  /** How long it is retried while Restate does not respond, in milliseconds. */
  readonly patience: number
}

const longestPause = 1000

/** @throws EngineError when Restate does not respond in time, or does not accept the worker */
export async function register(registration: Registration): Promise<void> {
  const until = Date.now() + registration.patience
  for (let pause = 50; ; pause = Math.min(pause * 2, longestPause)) {
    const answer = await post(registration, until)
    if (answer instanceof Response) return await check(registration, answer)
    const left = until - Date.now()
    if (left <= 0) throw unreachable(registration, answer.cause)
    await sleep(Math.min(pause, left))
  }
}

/** Restate's answer, or why there is none yet. */
async function post({ admin, uri }: Registration, until: number): Promise<Response | { readonly cause: unknown }> {
  try {
    const response = await fetch(new URL('/deployments', admin), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // `force`: a worker of the same address may have served other agents before.
      body: JSON.stringify({ uri, force: true }),
      signal: AbortSignal.timeout(Math.max(1000, until - Date.now())),
    })
    // A server that starts, or a proxy in front of one.
    if (![429, 502, 503, 504].includes(response.status)) return response
    return { cause: new Error(`It answered ${response.status}: ${await excerptOf(response)}`) }
  } catch (cause) {
    return { cause }
  }
}

async function check({ admin, uri }: Registration, response: Response): Promise<void> {
  if (response.ok) {
    await response.body?.cancel()
    return
  }
  const text = await excerptOf(response)
  const remedy = text.includes("'401 Unauthorized'")
    ? ' The worker rejected the request of Restate: `identityKeys` must hold the public key of this Restate, which it logs when it starts.'
    : ''
  throw new EngineError(
    'rejected',
    `Restate at ${admin} did not accept the worker ${uri}.${remedy} Restate answered ${response.status}: ${text}`,
  )
}

const excerptOf = async (response: Response): Promise<string> => (await response.text()).slice(0, 500)

const unreachable = ({ admin, patience }: Registration, cause: unknown): EngineError =>
  new EngineError(
    'unreachable',
    `Restate's admin address ${admin} did not respond within ${patience} ms. Start Restate, or check the address.`,
    { cause },
  )
