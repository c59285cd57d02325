// A model that plays a script in the same process: no HTTP, no bytes, the same chunks.
import {
  sleep,
  systemClock,
  type ChatModel,
  type Chunk,
  type Completion,
  type ModelOptions,
  type ModelRequest,
  type Price,
  type Profile,
} from '@toolloop/wire'
import { abortError, brokenAnswer, connectionError, ScriptedFailure } from './api-error.ts'
import { byteLength, planOf, type Frame, type Plan } from './plan.ts'
import { Playback, type Script, type ScriptOptions } from './script.ts'

export interface ScriptedModelOptions extends ScriptOptions {
  /** @default 'scripted' */
  readonly name?: string
  readonly profile?: Profile
  readonly price?: Price
}

/** A `ChatModel` that plays a script and remembers what it was asked. */
export interface ScriptedModel extends ChatModel, AsyncDisposable {
  /** Every request so far, as JSON would carry it: what the caller changes later does not show here. */
  readonly requests: readonly ModelRequest[]
  stream(request: ModelRequest, options?: ModelOptions): AsyncGenerator<Chunk, void, undefined>
  create(request: ModelRequest, options?: ModelOptions): Promise<Completion>
  /** Throws when a request had no step, a step failed, or a step was left over. `await using` calls it too. */
  assertUsed(): void
}

/**
 * A model whose answers are written down: `scriptedModel([call('add', { a: 1, b: 2 }), text('3')])`. A request too
 * many throws a `UsageError`; `assertUsed()` throws where steps are left. Faults act on the same bytes as over HTTP:
 * only what arrives whole before a cut is handed out, then the error of a broken connection is thrown.
 */
export function scriptedModel(script: Script, options: ScriptedModelOptions = {}): ScriptedModel {
  const { name = 'scripted', profile, price, deltaSize = 8, delay = 0, clock = systemClock, check } = options
  const playback = new Playback(script)
  const requests: ModelRequest[] = []

  const answer = async (request: ModelRequest, stream: boolean, signal: AbortSignal | undefined): Promise<Plan> => {
    if (signal?.aborted) throw abortError(signal)
    const requestText = JSON.stringify(request)
    const seen: ModelRequest = JSON.parse(requestText)
    const requestId = `req_${requests.push(seen)}`
    const objection = check?.({ model: name, ...seen })
    if (objection) throw new ScriptedFailure(400, { error: objection })
    const { reply, index } = await unlessAborted(playback.take(seen), signal)
    try {
      const plan = planOf(reply, { index, model: name, requestText, stream, includeUsage: true, deltaSize, delay })
      return { ...plan, headers: { 'x-request-id': requestId, ...plan.headers } }
    } catch (error) {
      throw playback.fail(error)
    }
  }

  async function* play(plan: Plan, signal: AbortSignal | undefined): AsyncGenerator<Frame, void, undefined> {
    const { end, status, headers } = plan
    const pause = async (ms: number): Promise<void> => {
      if (ms > 0) await unlessAborted(sleep(clock, ms, signal), signal)
      if (signal?.aborted) throw abortError(signal)
    }
    if (end.at === undefined && end.how !== 'end') await giveUp(end.how, 'before it began', signal)
    let arrived = 0
    for (const frame of plan.frames) {
      await pause(
        (frame.kind === 'done' ? 0 : plan.delay) +
          (plan.drip?.delay ?? 0) * Math.ceil(byteLength(frame.text) / (plan.drip?.bytes ?? Infinity)),
      )
      arrived += byteLength(frame.text)
      if (end.at !== undefined && arrived > end.at) break
      if (status >= 400) throw new ScriptedFailure(status, bodyOf(frame.text), headers)
      yield frame
    }
    if (end.how !== 'end') await giveUp(end.how, `broke off after ${end.at} bytes`, signal)
  }

  return {
    name,
    ...(profile && { profile }),
    ...(price && { price }),
    requests,
    async *stream(request, { signal } = {}) {
      let complete = false
      for await (const frame of play(await answer(request, true, signal), signal)) {
        if (frame.kind === 'done') return
        const chunk: Chunk = valueOf(frame)
        yield chunk
        complete ||= chunk.choices?.some((choice) => choice.finish_reason) ?? false
      }
      if (!complete) throw brokenAnswer('ended with neither a finish_reason nor [DONE]')
    },
    async create(request, { signal } = {}) {
      for await (const frame of play(await answer(request, false, signal), signal)) return valueOf(frame)
      throw brokenAnswer('had no body')
    },
    assertUsed: () => playback.assertUsed(),
    [Symbol.asyncDispose]: async () => playback.assertUsed(),
  }
}

/** What a client would make of a frame. `any`: a script may say what no server should. */
function valueOf(frame: Frame): any {
  if (frame.kind === 'error') throw new ScriptedFailure(undefined, JSON.parse(frame.json))
  try {
    return JSON.parse(frame.json)
  } catch (error) {
    throw brokenAnswer(`is not JSON: ${frame.json.slice(0, 80)}`, error)
  }
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function giveUp(how: 'close' | 'reset' | 'stall', when: string, signal: AbortSignal | undefined): Promise<never> {
  if (how === 'stall') return unlessAborted(new Promise<never>(() => {}), signal)
  throw when === 'before it began' ? connectionError() : brokenAnswer(when)
}

/** Stops waiting when the signal aborts; what was waited for may settle unheard. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortError(signal))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    const settled = (): void => signal.removeEventListener('abort', abort)
    promise.finally(settled).then(resolve, (error: unknown) => reject(signal.aborted ? abortError(signal) : error))
  })
}
