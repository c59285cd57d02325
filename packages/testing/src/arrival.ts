// Delivers a planned response in process, without a network: whole frames, each after its delay.
import { sleep, type Clock } from '@toolloop/wire'
import { abortError, connectionError, ScriptedFailure } from './api-error.ts'
import { parsed } from './json-object.ts'
import { byteLength, leastOf, type Frame, type Plan } from './plan.ts'

/** Yields the frames that arrive complete; an event may lack its blank line. Then throws a connection error, if the plan has one. */
export async function* arriving(
  plan: Plan,
  clock: Clock,
  signal: AbortSignal | undefined,
): AsyncGenerator<Frame, void, undefined> {
  const { end, status } = plan
  const frames = end.at === undefined && end.how !== 'end' ? [] : plan.frames
  let arrived = 0
  for (const frame of frames) {
    const delay = delayOf(frame, plan)
    if (delay > 0) await unlessAborted(sleep(clock, delay, signal), signal)
    if (signal?.aborted) throw abortError(signal)
    if (end.at !== undefined && arrived + leastOf(frame, plan) > end.at) break
    arrived += byteLength(frame.text)
    if (status >= 400) throw new ScriptedFailure(status, parsed(frame.text) ?? frame.text, plan.headers)
    yield frame
  }
  if (end.how === 'stall') await unlessAborted(new Promise<never>(() => {}), signal)
  if (end.how !== 'end') throw connectionError(`broke off after ${end.at ?? 0} bytes`)
}

/** Rejects when the signal aborts. `promise` may settle later; its result is ignored. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortError(signal))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    const settled = (): void => signal.removeEventListener('abort', abort)
    promise.finally(settled).then(resolve, (error: unknown) => reject(signal.aborted ? abortError(signal) : error))
  })
}

function delayOf({ kind, text }: Frame, { delay, drip }: Plan): number {
  const pieces = drip ? Math.ceil(byteLength(text) / drip.bytes) : 0
  return (kind === 'done' ? 0 : delay) + pieces * (drip?.delay ?? 0)
}
