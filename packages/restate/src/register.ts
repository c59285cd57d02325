// Registers a worker with Restate.
import { EngineError } from '@toolloop/engine'

/** @throws EngineError when Restate is not there, or does not accept the worker */
export async function register(admin: string, uri: string): Promise<void> {
  let response: Response
  try {
    response = await fetch(new URL('/deployments', admin), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // `force`: a worker of the same address may have served other agents before.
      body: JSON.stringify({ uri, force: true }),
      signal: AbortSignal.timeout(30_000),
    })
  } catch (cause) {
    throw new EngineError('unreachable', `Restate's admin address ${admin} does not respond. Start Restate first.`, {
      cause,
    })
  }
  if (response.ok) return
  const text = (await response.text()).slice(0, 500)
  throw new EngineError(
    'rejected',
    `Restate at ${admin} did not accept the worker ${uri} (${response.status}): ${text}`,
  )
}
